"""What the app has asked for: scopes, events, commands and shortcuts.

https://docs.slack.dev/reference/app-manifest
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

BOT_SCOPES = [
    "app_mentions:read",
    "channels:history",
    "channels:manage",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:write",
    "pins:write",
    "reactions:read",
    "users:read",
    "users:read.email",
]

BOT_EVENTS = [
    "app_home_opened",
    "app_mention",
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


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """A global or message shortcut as a person finds it in the menu."""

    name: str
    callback_id: str
    on_message: bool


@dataclass(frozen=True)
class Hint:
    """What a person reads beside a slash command while typing it."""

    description: str = ""
    usage: str = ""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The part of an app manifest that changes what the workspace does."""

    app_name: str = "Quarterdeck"
    scopes: frozenset[str] = frozenset(BOT_SCOPES)
    events: frozenset[str] = frozenset(BOT_EVENTS)
    commands: dict[str, bool]
    """Slash command → whether mentions in its text arrive escaped (`should_escape`)."""
    shortcuts: tuple[Shortcut, ...]
    hints: dict[str, Hint] = field(default_factory=dict)


def builtin_manifest() -> Manifest:
    """The app as it is when no manifest is given: one command, one global and one message shortcut."""
    return Manifest(
        commands={"/incident": True},
        shortcuts=(
            Shortcut(name="Report an incident", callback_id="report_incident", on_message=False),
            Shortcut(name="Open incident", callback_id="open_incident", on_message=True),
        ),
        hints={"/incident": Hint("Report a leaked or misused key", "[what happened | status | help]")},
    )


def read_manifest(path: Path) -> Manifest:
    """Read a manifest written in YAML or JSON. Raises KeyError when a required part is missing."""
    document: dict[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    features = document.get("features", {})
    return Manifest(
        app_name=document["display_information"]["name"],
        scopes=frozenset(document["oauth_config"]["scopes"]["bot"]),
        events=frozenset(document.get("settings", {}).get("event_subscriptions", {}).get("bot_events", [])),
        commands={c["command"]: bool(c.get("should_escape")) for c in features.get("slash_commands", [])},
        shortcuts=tuple(
            Shortcut(name=s["name"], callback_id=s["callback_id"], on_message=s["type"] == "message")
            for s in features.get("shortcuts", [])
        ),
        hints={
            c["command"]: Hint(c.get("description", ""), c.get("usage_hint", ""))
            for c in features.get("slash_commands", [])
        },
    )
