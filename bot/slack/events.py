"""What Slack tells of what happens in channels: messages, their edits and deletions, reactions.

Each event is parsed and handed on; who handles it commits before the event is acknowledged.
https://docs.slack.dev/reference/events
"""

from collections.abc import Mapping
from typing import Any

from bot.slack.listeners import Desk
from bot.slack.offers import alarmed
from bot.slack.reading import heard
from bot.slack.watch import overheard

Event = Mapping[str, Any]
SIREN = "rotating_light"
# A message with any other subtype is housekeeping of Slack's: joins, topics, pins, bots added.
_SAYINGS = {None, "bot_message", "file_share", "me_message", "thread_broadcast"}


async def on_message(desk: Desk, event: Event) -> None:
    """Anything that happened to a message somewhere we are."""
    if event.get("channel_type") == "im":
        await desk.on_direct_message(event)
    elif event.get("subtype") in _SAYINGS:
        await overheard(desk, heard(str(event.get("channel") or ""), event))


async def on_reaction(desk: Desk, event: Event) -> None:
    """🚨; every other reaction means nothing to us."""
    item = event.get("item") or {}
    if item.get("type") != "message" or not event.get("user") or event.get("user") == desk.bot_user:
        return
    if event.get("reaction") == SIREN and event.get("type") == "reaction_added":
        await alarmed(desk, event)
