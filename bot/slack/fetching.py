"""Looking up one message, because a reaction names it and does not carry it."""

import asyncio

from bot.errors import NotSent, Rejected
from bot.people import PATIENCE_S
from bot.slack.listeners import Desk
from bot.slack.reading import Heard, heard

_GONE = {"thread_not_found", "message_not_found"}


async def fetched(desk: Desk, channel: str, ts: str) -> Heard | None:
    """The message as it is now, None when it is there no more. A reply too: its `thread_ts` is not known before.

    Raises `SlackTrouble` when Slack does not say so within 1.5 s.
    https://docs.slack.dev/reference/methods/conversations.replies
    """
    stretch = {"oldest": ts, "latest": ts, "inclusive": True, "limit": 2}
    asking = desk.gateway.call("conversations.replies", channel=channel, ts=ts, **stretch)
    try:
        async with asyncio.timeout(PATIENCE_S):
            page = await asking
    except TimeoutError:
        raise NotSent("conversations.replies", "no answer in time") from None
    except Rejected as error:
        if error.error in _GONE:
            return None
        raise
    found = (message for message in page.get("messages", ()) if message.get("ts") == ts)
    return next((heard(channel, message) for message in found), None)
