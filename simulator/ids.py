"""Names, numbers and secrets that Slack hands out."""

import itertools
import secrets
from collections.abc import Callable


class Ids:
    """Ids in Slack's form, counted up so that two runs of a test read alike."""

    def __init__(self) -> None:
        self._count = itertools.count(1)

    def new(self, prefix: str) -> str:
        return f"{prefix}0P{next(self._count):08X}"


class Timestamps:
    """Message timestamps: microseconds, each later than the last, which is why they can serve as ids.

    https://docs.slack.dev/messaging/retrieving-messages#individual_messages
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._last = 0

    def next(self) -> str:
        self._last = max(int(self._now() * 1_000_000), self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"


def micros(ts: str) -> int:
    """Read a timestamp exactly; a float would lose the last digits. Raises ValueError for anything else."""
    seconds, _, fraction = ts.partition(".")
    return int(seconds) * 1_000_000 + int((fraction + "000000")[:6])


def secret(prefix: str) -> str:
    """Make a token that nobody can mistake for a real one."""
    return f"{prefix}practice-{secrets.token_hex(16)}"
