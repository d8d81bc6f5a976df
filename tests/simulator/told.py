"""A clock that stands still until it is told, for a workspace whose limits and faults have a length."""

import asyncio

NOON = 1_795_262_400.0


class Told:
    """`now` for a workspace, and a `sleep` that lasts until the clock was moved that far."""

    def __init__(self) -> None:
        self.at = NOON
        self._waiting: dict[asyncio.Future[None], float] = {}

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        reached = asyncio.get_running_loop().create_future()
        self._waiting[reached] = self.at + seconds
        try:
            await reached
        finally:
            del self._waiting[reached]

    @property
    def pauses(self) -> list[float]:
        """How much longer each sleeper sleeps."""
        return sorted(until - self.at for until in self._waiting.values())

    def move(self, seconds: float) -> None:
        self.at += seconds
        for reached, until in self._waiting.items():
            if until <= self.at and not reached.done():
                reached.set_result(None)
