"""The Slack app manifest: least privilege, tested against the methods and events that are really used."""

from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from bot.slack.ids import SHORTCUT_MESSAGE, SHORTCUT_REPORT

# scope → what for. Nothing is asked for that no line of the product needs.
BOT_SCOPES = {
    "chat:write": "post and update messages",
    "commands": "/incident",
    "channels:read": "find the alerts channel among the bot's own",
    "channels:history": "look back for a message whose answer was lost",
    "groups:write": "make the incident's private channel, invite, set the topic",
    "groups:read": "find the bot's own private channels",
    "groups:history": "the same look back in incident channels",
    "im:write": "write to owners directly",
    "im:history": "the same look back in direct messages",
    "users:read": "tell full members from guests, names",
    "users:read.email": "a roster with e-mail addresses",
    "reactions:read": "🚨 and 📌",
    "pins:write": "pin the board",
    "files:write": "send the export",
    "files:read": "whether an export whose answer was lost has arrived",
}
BOT_EVENTS = [
    "app_home_opened",
    "channel_archive",
    "channel_deleted",
    "channel_left",
    "channel_unarchive",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_unarchive",
    "member_joined_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "reaction_added",
    "reaction_removed",
]
COMMAND = "/incident"


def manifest() -> dict[str, Any]:
    """https://docs.slack.dev/reference/app-manifest"""
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Quarterdeck",
            "description": "Runs the first fifteen minutes after an AI API key leaks, and keeps the record.",
            "background_color": "#1b2a41",
        },
        "features": _features(),
        "oauth_config": {"scopes": {"bot": sorted(BOT_SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": sorted(BOT_EVENTS)},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }


def _features() -> dict[str, Any]:
    """What people see of the app: the Home tab, shortcuts, the command."""
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": "quarterdeck", "always_online": True},
        "shortcuts": [
            {
                "name": "Report an incident",
                "type": "global",
                "callback_id": SHORTCUT_REPORT,
                "description": "A key leaked or is misused: opens the form",
            },
            {
                "name": "Open incident",
                "type": "message",
                "callback_id": SHORTCUT_MESSAGE,
                "description": "Opens the form with this message filled in",
            },
        ],
        "slash_commands": [
            {
                "command": COMMAND,
                "description": "Report a leaked or misused key",
                "usage_hint": "[what happened | status | note | close | help]",
                "should_escape": True,
            }
        ],
    }


def manifest_yaml() -> str:
    """What `quarterdeck manifest` prints and `slack-manifest.yaml` holds."""
    out = StringIO()
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 120
    yaml.dump(manifest(), out)
    return out.getvalue()
