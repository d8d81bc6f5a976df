"""What Slack tells of channels that go away from the bot, or come back.

Nothing depends on these events: a send that fails, or the look back, finds it too, only later.
https://docs.slack.dev/reference/events
"""

from collections.abc import Mapping
from typing import Any

from bot.slack.listeners import Desk

GONE = {
    "channel_archive": "is_archived",
    "channel_deleted": "channel_not_found",
    "channel_left": "not_in_channel",
    "group_archive": "is_archived",
    "group_deleted": "channel_not_found",
    "group_left": "not_in_channel",
}
"""Event → what Slack answers to a message from then on."""


async def on_channel_gone(desk: Desk, event: Mapping[str, Any]) -> None:
    """An incident's channel, or the alerts channel, was archived, deleted, or the bot was removed from it."""
    channel, error = str(event.get("channel") or ""), GONE[str(event.get("type"))]
    if channel == desk.places.alerts:
        desk.losses.alerts(error)
    elif (number := await desk.store.number_in(desk.team, channel)) is not None:
        await desk.losses.place(number, error, at=channel)  # it may have left that channel while we asked


async def on_channel_back(desk: Desk, event: Mapping[str, Any]) -> None:
    """The alerts channel is there again: unarchived, or the bot was let in. An incident stays where it went."""
    joined = event.get("type") == "member_joined_channel"
    if event.get("channel") == desk.places.alerts and (not joined or event.get("user") == desk.bot_user):
        await desk.losses.alerts_back()
