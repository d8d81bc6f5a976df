"""What the messages say, as far as we put it there: what would change nothing costs nothing of Slack's limits."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

MOST = 20_000


class Sameness:
    """Remembers the `MOST` surfaces that were sent last, as digests."""

    def __init__(self) -> None:
        self._digests: dict[int, bytes] = {}

    async def changed(self, surface: int, *content: Any, change: Callable[[], Awaitable[object]]) -> bool:
        """Lets `change` make the message of that surface say this, unless it does already; whether it had to."""
        if self._digests.get(surface) == _digest(content):
            return False
        self._digests.pop(surface, None)  # should the answer be lost, nobody knows what it says
        await change()
        self.keep(surface, *content)
        return True

    def keep(self, surface: int, *content: Any) -> None:
        """It says exactly this."""
        self._digests.pop(surface, None)
        self._digests[surface] = _digest(content)
        if len(self._digests) > MOST:
            del self._digests[next(iter(self._digests))]


def _digest(content: Any) -> bytes:
    return hashlib.blake2b(json.dumps(content).encode(), digest_size=12).digest()
