"""Reading conversations again, slowly: Slack's limits are for the whole app, and what people wait for goes first."""

from datetime import datetime, timedelta
from typing import Any

from bot.pacing import HOUSEKEEPING
from bot.slack.fetching import fetched
from bot.slack.listeners import Desk
from bot.slack.reading import SAYINGS, Heard, heard

PACE = timedelta(seconds=3)  # 20 calls a minute; Slack grants 50 and more for these methods
PAGE = 200
_KEPT = SAYINGS | {"tombstone"}


class Rereader:
    """Every method may raise `SlackTrouble`, and makes at most one call in `PACE`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._gateway = desk.gateway.at(HOUSEKEEPING)
        self._next: datetime | None = None

    async def history(self, channel: str, *, oldest: datetime | None = None, pages: int | None = None) -> list[Heard]:
        """The top-level messages, oldest first: all since `oldest`, or the newest `pages` of 200.

        https://docs.slack.dev/reference/methods/conversations.history
        """
        stretch = {"oldest": f"{oldest.timestamp():.6f}", "inclusive": True} if oldest else {}
        return await self._read("conversations.history", channel, pages, **stretch)

    async def thread(self, channel: str, root: str) -> list[Heard]:
        """A thread with its first message. https://docs.slack.dev/reference/methods/conversations.replies"""
        return await self._read("conversations.replies", channel, None, ts=root)

    async def message(self, channel: str, ts: str) -> Heard | None:
        """One message wherever it stands; None when it was deleted."""
        await self._pause()
        found = await fetched(self._desk, channel, ts)
        return None if found is None or found.gone else found

    async def _read(self, method: str, channel: str, pages: int | None, **args: Any) -> list[Heard]:
        found: dict[str, Heard] = {}
        cursor, left = None, pages
        while left is None or left > 0:
            await self._pause()
            page = await self._gateway.call(method, channel=channel, limit=PAGE, cursor=cursor, **args)
            said = (message for message in page.get("messages", ()) if message.get("subtype") in _KEPT)
            found |= {one.ts: one for one in (heard(channel, message) for message in said)}
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            left = left - 1 if left is not None else None
            if not cursor:
                break
        return [found[ts] for ts in sorted(found, key=_seconds)]

    async def _pause(self) -> None:
        now = self._desk.clock.now()
        if self._next is not None and self._next > now:
            await self._desk.clock.sleep((self._next - now).total_seconds())
        self._next = max(self._desk.clock.now(), now) + PACE


def _seconds(ts: str) -> float:
    try:
        return float(ts)
    except ValueError:
        return 0.0
