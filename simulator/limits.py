"""Slack's limits: how often each method may be called and how much may be posted. Off unless a `Limits` is given.

https://docs.slack.dev/apis/web-api/rate-limits
"""

import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from simulator.errors import SlackError

MINUTE_S = 60.0

_TIERS = {
    # "1+ per minute" and a small burst, whose size Slack does not publish: five is ours.
    5: ("apps.connections.open",),
    20: (
        "conversations.archive",
        "conversations.create",
        "conversations.list",
        "conversations.rename",
        "conversations.setPurpose",
        "conversations.setTopic",
        "pins.add",
        "pins.list",
        "pins.remove",
        "reactions.remove",
        "users.conversations",
        "users.list",
    ),
    50: (
        "chat.delete",
        "chat.update",
        "conversations.history",
        "conversations.info",
        "conversations.invite",
        "conversations.join",
        "conversations.kick",
        "conversations.leave",
        "conversations.open",
        "conversations.replies",
        "reactions.add",
        "reactions.get",
        "team.info",
        "users.lookupByEmail",
    ),
    100: (
        "api.test",
        "chat.postEphemeral",
        "conversations.members",
        "files.completeUploadExternal",
        "files.getUploadURLExternal",
        "files.info",
        "users.info",
        "views.open",
        "views.publish",
        "views.push",
        "views.update",
    ),
    # "Special tier": hundreds a minute.
    600: ("auth.test", "chat.getPermalink"),
}

PER_MINUTE: Mapping[str, int] = {method: count for count, methods in _TIERS.items() for method in methods}
"""Method → calls a minute. The tiers are those of the method pages and of Slack's Java SDK (`MethodsRateLimits`)."""

POSTING = ("chat.postMessage", "chat.postEphemeral", "files.completeUploadExternal", "response_url")
"""Slack counts every way of posting."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much is taken: calls a minute by method; posts a second into one channel; posts a minute over all channels.

    Slack says "one a second, short bursts allowed" and "several hundred a minute"; the sizes of both are ours.
    """

    per_minute: Mapping[str, int] = field(default_factory=lambda: PER_MINUTE)
    posts_per_second: float = 1.0
    burst: int = 5
    posts_per_minute: int = 300


class _Gauge(Protocol):
    def wait_s(self, now: float) -> float:
        """How long until one more is taken; 0 now."""
        ...

    def count(self, now: float) -> None: ...


class _Window:
    """At most `most` within any minute."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._at: deque[float] = deque()

    def wait_s(self, now: float) -> float:
        while self._at and self._at[0] <= now - MINUTE_S:
            self._at.popleft()
        return self._at[-self._most] + MINUTE_S - now if len(self._at) >= self._most else 0.0

    def count(self, now: float) -> None:
        self._at.append(now)


class _Bucket:
    """So many a second over time, and a burst of so many after a rest."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._rate, self._burst = per_second, burst
        self._left, self._seen = float(burst), -math.inf

    def wait_s(self, now: float) -> float:
        if self._seen > -math.inf:
            self._left = min(self._burst, self._left + (now - self._seen) * self._rate)
        self._seen = now
        return max(0.0, (1.0 - self._left) / self._rate)

    def count(self, now: float) -> None:  # noqa: ARG002, because the other gauge needs it
        self._left -= 1.0


class Limiter:
    """Counts in the workspace's time. What is refused does not count, and blocks nothing but itself."""

    def __init__(self, now: Callable[[], float], limits: Limits | None) -> None:
        self._now, self.limits = now, limits
        self._gauges: dict[tuple[str, str], _Gauge] = {}

    def check(self, method: str, channel: str | None = None) -> None:
        """Count one call, and one post if it posts. Raises SlackError `ratelimited`, HTTP 429 with `Retry-After`."""
        if self.limits is None:
            return
        now, gauges = self._now(), self._concerned(self.limits, method, channel)
        wait_s = max((gauge.wait_s(now) for gauge in gauges), default=0.0)
        if wait_s > 0:
            raise ratelimited(wait_s)
        for gauge in gauges:
            gauge.count(now)

    def _concerned(self, limits: Limits, method: str, channel: str | None) -> list[_Gauge]:
        gauges = []
        if method in limits.per_minute:
            gauges.append(self._gauge("method", method, lambda: _Window(limits.per_minute[method])))
        if method in POSTING and channel:
            gauges.append(self._gauge("posts", "", lambda: _Window(limits.posts_per_minute)))
            gauges.append(self._gauge("posts", channel, lambda: _Bucket(limits.posts_per_second, limits.burst)))
        return gauges

    def _gauge(self, kind: str, name: str, make: Callable[[], _Gauge]) -> _Gauge:
        if (kind, name) not in self._gauges:
            self._gauges[kind, name] = make()
        return self._gauges[kind, name]


def ratelimited(wait_s: float) -> SlackError:
    """Build the refusal; whole seconds, at least one. https://docs.slack.dev/apis/web-api/rate-limits#responding-to-rate-limiting-conditions"""
    return SlackError("ratelimited", status=429, headers={"Retry-After": str(max(1, math.ceil(wait_s)))})
