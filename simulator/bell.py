"""Word that something may have changed, for whoever watches."""

import asyncio


class Bell:
    """Rung after every change. Take `next` before looking, then wait for it: no change can fall in between."""

    def __init__(self) -> None:
        self.next = asyncio.Event()

    def ring(self) -> None:
        """Wake all who wait."""
        rung, self.next = self.next, asyncio.Event()
        rung.set()
