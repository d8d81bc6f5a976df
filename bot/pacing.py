"""How fast Slack may be called: per method, per conversation and over all conversations of the workspace.

https://docs.slack.dev/apis/web-api/rate-limits. Slack gives tiers and no sizes of bursts, so each bucket spends less
than the tier: what it may hold and what flows in within a minute are together 95% of what Slack grants a minute. Where
calls of different weight share a bucket, the lighter leave a reserve to the heavier. What Slack refuses, teaches more.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

MINUTE_S = 60.0
BURST, FLOW = 0.15, 0.80  # of what Slack grants a minute: at once after a rest, and evenly over it
HOUSEKEEPING = 10  # the lowest rank; 0 is a prompt's
RESERVED = 0.6  # of a bucket, what the lowest rank leaves to the others
MANY = 3  # conversations limited at once: it is the workspace
MOST_BUCKETS = 5000

_TIERS = {
    20: ("conversations.create", "conversations.setTopic", "pins.add", "users.conversations"),
    50: (
        "chat.update",
        "conversations.history",
        "conversations.invite",
        "conversations.open",
        "conversations.replies",
        "users.lookupByEmail",
    ),
    100: (
        "api.test",
        "conversations.members",
        "files.completeUploadExternal",
        "files.getUploadURLExternal",
        "files.info",
        "users.info",
        "views.open",
        "views.publish",
        "views.update",
    ),
    600: ("auth.test",),
}
_POSTING = ("chat.postMessage", "files.completeUploadExternal")
_SHARED = {"chat.update", "conversations.history", "conversations.open", "conversations.replies", "users.info"}

Call = tuple[str, str | None]  # a method, and the conversation that it posts into
Key = tuple[str, str]  # ("method", its name), ("posts", a conversation), ("posts", "") for all of them


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Calls a minute by method (one not named is not limited); posts a minute over all conversations; into one, posts
    a second, and how many at once after a rest."""

    per_minute: Mapping[str, int]
    posts_per_minute: float
    posts_per_second: float
    burst: float


SLACK = Limits(
    per_minute={method: count for count, methods in _TIERS.items() for method in methods},
    posts_per_minute=300,
    posts_per_second=1.0,
    burst=3.0,
)
"""Slack says "several hundred a minute" and "one a second, short bursts allowed"; 300 and 3 are ours."""


class _Bucket:
    """Flows in evenly. What must not wait may take more than there is: the others wait for it."""

    def __init__(self, per_second: float, most: float, left: float, now: float) -> None:
        self.per_second, self.most = per_second, most
        self._left, self._seen = left, now

    def left(self, now: float) -> float:
        flown = max(0.0, now - self._seen) * self.per_second  # a clock that was set back brings nothing
        self._left, self._seen = min(self.most, self._left + flown), now
        return self._left

    def take(self, count: float) -> None:
        self._left -= count

    def empty(self) -> None:
        self._left = min(self._left, 0.0)


@dataclass(frozen=True)
class _Block:
    """Slack said: not before. `length` tells a clock that was set back from a wait that long."""

    until: float
    length: float

    def wait_s(self, now: float) -> float:
        left = self.until - now
        return left if 0 < left <= self.length else 0.0


_promised: ContextVar[Counter[Key] | None] = ContextVar("promised", default=None)


class Pacing:
    """Told the time by `now`. Without `limits` it only knows what Slack itself said."""

    def __init__(self, now: Callable[[], datetime], limits: Limits | None = SLACK) -> None:
        self._clock = now
        self._limits = limits
        self._begun = now().timestamp()
        self._buckets: dict[Key, _Bucket] = {}
        self._blocks: dict[Key, _Block] = {}

    def wait_s(self, calls: Iterable[Call], rank: int) -> float:
        """How long such calls have to wait at this rank: 0 now."""
        now = self._now()
        return max((self._key_wait_s(key, rank, now) for call in calls for key in _keys(*call)), default=0.0)

    def room(self, channel: str | None) -> float:
        """How many prompts may be posted there at this moment, one right after the other."""
        now, keys = self._now(), _keys("chat.postMessage", channel)
        if any(self._key_wait_s(key, 0, now) > 0 for key in keys):
            return 0.0
        buckets = (self._bucket(key, now) for key in keys)
        return min((bucket.left(now) // 1 for bucket in buckets if bucket), default=float("inf"))

    def promise(self, calls: Iterable[Call]) -> Counter[Key]:
        """Takes what such calls need before they are made, so that nobody else is promised the same."""
        promise = Counter(key for call in calls for key in _keys(*call))
        self._take(promise)
        return promise

    @contextmanager
    def keeping(self, promise: Counter[Key]) -> Iterator[None]:
        """Calls made in here use up the promise before they count; what is left of it at the end is given back."""
        token = _promised.set(promise)
        try:
            yield
        finally:
            _promised.reset(token)
            self._take(promise, back=True)

    def making(self, method: str, channel: str | None, rank: int | None = None) -> float:
        """A call is about to be made. Without a rank it never waits and is counted; with one it may have to: then this
        is not 0 and nothing is counted."""
        if rank is not None and (wait := self.wait_s([(method, channel)], rank)):
            return wait
        promised = _promised.get()
        keys = Counter(_keys(method, channel))
        if promised:
            kept = keys & promised
            promised.subtract(kept)
            keys -= kept
        self._take(keys)
        return 0.0

    def told(self, method: str, channel: str | None, seconds: float) -> None:
        """Slack refused a call and said how long to wait. For a post it does not say whether the conversation or the
        workspace is meant: the conversation, unless it says so of several at once."""
        now = self._now()
        posting = channel is not None and method in _POSTING
        key = ("posts", channel or "") if posting else ("method", method)
        self._block(key, seconds, now)
        self._blocks = {name: block for name, block in self._blocks.items() if block.wait_s(now)}
        limited = [block.wait_s(now) for (kind, name), block in self._blocks.items() if kind == "posts" and name]
        if posting and len(limited) >= MANY:
            self._block(("posts", ""), min(limited), now)

    def _now(self) -> float:
        return self._clock().timestamp()

    def _block(self, key: Key, seconds: float, now: float) -> None:
        self._blocks[key] = _Block(now + seconds, seconds)
        if bucket := self._bucket(key, now):
            bucket.left(now)
            bucket.empty()

    def _key_wait_s(self, key: Key, rank: int, now: float) -> float:
        block, bucket = self._blocks.get(key), self._bucket(key, now)
        blocked = block.wait_s(now) if block else 0.0
        if bucket is None:
            return blocked
        shared = key[0] == "posts" or key[1] in _SHARED
        reserve = (bucket.most - 1.0) * RESERVED * min(rank, HOUSEKEEPING) / HOUSEKEEPING if shared else 0.0
        lacking = 1.0 + max(0.0, reserve) - bucket.left(now)
        return max(blocked, lacking / bucket.per_second if lacking > 1e-6 else 0.0)

    def _take(self, keys: Counter[Key], *, back: bool = False) -> None:
        now = self._now()
        for key, count in keys.items():
            if bucket := self._bucket(key, now):
                bucket.left(now)
                bucket.take(-count if back else count)

    def _bucket(self, key: Key, now: float) -> _Bucket | None:
        if key not in self._buckets:
            rate = self._rate(key)
            if rate is None:
                return None
            if len(self._buckets) >= MOST_BUCKETS:
                self._buckets = {name: one for name, one in self._buckets.items() if one.left(now) < one.most}
            per_second, most = rate
            # Within the first minute nobody knows what the process before us has used up.
            left = most if now - self._begun >= MINUTE_S else max(1.0, most / 3)
            self._buckets[key] = _Bucket(per_second, most, left, now)
        return self._buckets[key]

    def _rate(self, key: Key) -> tuple[float, float] | None:
        """Per second, and how many at once."""
        if self._limits is None:
            return None
        kind, name = key
        if kind == "posts" and name:
            return self._limits.posts_per_second, self._limits.burst
        count = self._limits.posts_per_minute if kind == "posts" else self._limits.per_minute.get(name)
        return (count * FLOW / MINUTE_S, max(1.0, count * BURST)) if count else None


def _keys(method: str, channel: str | None) -> list[Key]:
    keys: list[Key] = [("method", method)]
    if method in _POSTING:
        keys += [("posts", "")] + ([("posts", channel)] if channel else [])
    return keys
