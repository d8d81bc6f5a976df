"""One call of a Web API method: who calls, with which arguments."""

import json
from dataclasses import dataclass, field
from typing import Any

from simulator.errors import SlackError, invalid_arguments
from simulator.model import Channel, Json, User
from simulator.workspace import Workspace


@dataclass
class Call:
    """The arguments as they came: text from query and form, anything from a JSON body."""

    workspace: Workspace
    method: str
    args: Json
    token: str | None
    effect: Json | None = field(default=None, init=False)
    """What the method gave, once its effect took place, whatever was answered then."""

    @property
    def caller(self) -> User:
        return self.workspace.bot

    def text(self, name: str, default: str = "") -> str:
        value = self.args.get(name)
        return default if value is None else str(value)

    def need(self, name: str) -> str:
        """Raises SlackError `invalid_arguments` naming what is missing."""
        if not self.text(name):
            raise invalid_arguments(f"missing required field: {name}")
        return self.text(name)

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.args.get(name)
        return default if value is None else str(value).lower() in ("1", "true", "t")

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.args.get(name) or default)
        except (TypeError, ValueError):
            raise invalid_arguments(f"must be an integer [json-pointer:/{name}]") from None

    def names(self, name: str) -> list[str]:
        """Read a list given as JSON or separated by commas."""
        value = self.args.get(name) or []
        return [str(v) for v in value] if isinstance(value, list) else [v for v in str(value).split(",") if v]

    def structure(self, name: str, error: str = "invalid_arguments") -> Any:
        """Read JSON given as such or as text; None when absent. Raises SlackError `error` when it cannot be read."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise SlackError(error) from None

    def needs_scope(self, *scopes: str) -> None:
        """Raises SlackError `missing_scope` unless the bot token has one of these."""
        granted = self.workspace.manifest.scopes
        if not granted & set(scopes):
            raise SlackError("missing_scope", needed=",".join(scopes), provided=",".join(sorted(granted)))

    def visible_channel(self, name: str = "channel") -> Channel:
        """Find a channel by id. A private one without the bot is as good as none."""
        channel = self.workspace.channel(self.need(name))
        if channel.kind != "channel" and self.caller.id not in channel.members:
            raise SlackError("channel_not_found")
        return channel

    def joined_channel(self, name: str = "channel") -> Channel:
        """Find a channel that the bot is in. Raises SlackError `not_in_channel`."""
        channel = self.visible_channel(name)
        if self.caller.id not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def open_channel(self, name: str = "channel") -> Channel:
        """Find a channel that the bot is in and that takes changes. Raises SlackError `is_archived`."""
        channel = self.joined_channel(name)
        if channel.is_archived:
            raise SlackError("is_archived")
        return channel

    def page(self, items: list[Any], default: int, most: int) -> tuple[list[Any], Json]:
        """Cut one page out of `items`. https://docs.slack.dev/apis/web-api/pagination"""
        limit = max(1, min(self.number("limit", default), most))
        start = _position(self.text("cursor"))
        end = start + limit
        return items[start:end], {"next_cursor": f"practice:{end}" if end < len(items) else ""}


def _position(cursor: str) -> int:
    if not cursor:
        return 0
    scheme, _, position = cursor.partition(":")
    if scheme != "practice" or not position.isdigit():
        raise SlackError("invalid_cursor")
    return int(position)


_SCOPES = {
    "read": {"channel": "channels:read", "group": "groups:read", "im": "im:read"},
    "history": {"channel": "channels:history", "group": "groups:history", "im": "im:history"},
    "manage": {"channel": "channels:manage", "group": "groups:write", "im": "im:write"},
}


def scope_for(channel: Channel, deed: str) -> str:
    """The scope that `deed` (read, history or manage) takes in a channel of this kind."""
    return _SCOPES[deed][channel.kind]
