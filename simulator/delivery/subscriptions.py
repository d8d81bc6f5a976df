"""Which events an app is told: those it subscribes to, has the scope for, and is there to see."""

from typing import TYPE_CHECKING

from simulator.model import Channel, Json

if TYPE_CHECKING:
    from simulator.workspace import Workspace

_MESSAGES = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}

_SCOPES = {
    "app_mention": {"app_mentions:read"},
    "channel_archive": {"channels:read"},
    "channel_left": {"channels:read"},
    "channel_rename": {"channels:read"},
    "group_archive": {"groups:read"},
    "group_left": {"groups:read"},
    "group_rename": {"groups:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "pin_added": {"pins:read"},
    "pin_removed": {"pins:read"},
    "reaction_added": {"reactions:read"},
    "reaction_removed": {"reactions:read"},
}
"""Event → scopes, any of which will do. https://docs.slack.dev/reference/events"""


def subscribed(workspace: "Workspace", event: Json, channel: Channel | None) -> bool:
    """Whether the installed app hears of this event."""
    if workspace.credentials.bot_token in workspace.revoked:
        return False
    name: str = event["type"]
    if channel is not None:
        if workspace.bot.id not in channel.members:
            return False
        name = _MESSAGES[channel.kind] if name == "message" else name
    scopes = _SCOPES.get(name)
    return name in workspace.manifest.events and (scopes is None or bool(scopes & workspace.manifest.scopes))
