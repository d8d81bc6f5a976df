"""What Slack tells of what happens in channels: messages, their edits and deletions, reactions.

Each event is parsed and handed on; who handles it commits before the event is acknowledged.
https://docs.slack.dev/reference/events
"""

from collections.abc import Mapping
from typing import Any

from bot.slack.captures import PUSHPIN, message_deleted, message_edited, pinned, unpinned
from bot.slack.listeners import Desk
from bot.slack.offers import alarmed
from bot.slack.reading import SAYINGS, Heard, heard
from bot.slack.watch import overheard

Event = Mapping[str, Any]
SIREN = "rotating_light"


async def on_message(desk: Desk, event: Event) -> None:
    """Anything that happened to a message somewhere we are."""
    subtype, channel = event.get("subtype"), str(event.get("channel") or "")
    if subtype == "message_deleted":
        await message_deleted(desk, channel, str(event.get("deleted_ts")), str(event.get("event_ts")))
    elif event.get("channel_type") == "im":
        await desk.on_direct_message(event)
    elif _ours(desk, event):
        return  # our own messages come and change all the time, and are no news
    elif subtype in SAYINGS:
        await overheard(desk, heard(channel, event))
    elif subtype == "message_changed" and isinstance(message := event.get("message"), Mapping):
        await _changed(desk, heard(channel, message), str(event.get("event_ts")))


def _ours(desk: Desk, event: Event) -> bool:
    changed = event.get("message")
    message = changed if isinstance(changed, Mapping) else event
    return message.get("bot_id") == desk.bot_id and message.get("subtype") != "tombstone"


async def _changed(desk: Desk, message: Heard, event_ts: str) -> None:
    if message.gone:  # of the first message of a thread a stone is left
        await message_deleted(desk, message.channel, message.ts, event_ts)
    else:
        await message_edited(desk, message, event_ts)


async def on_reaction(desk: Desk, event: Event) -> None:
    """📌 and 🚨; every other reaction means nothing to us. Skin tones and the like do not count."""
    item = event.get("item") or {}
    if item.get("type") != "message" or not event.get("user") or event.get("user") == desk.bot_user:
        return
    added = event.get("type") == "reaction_added"
    if event.get("reaction") == PUSHPIN:
        await (pinned if added else unpinned)(desk, event)
    elif event.get("reaction") == SIREN and added:
        await alarmed(desk, event)
