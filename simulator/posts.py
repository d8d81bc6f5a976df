"""What happens to messages, whoever does it, and the events that follow."""

import json
from typing import Any

from simulator.errors import SlackError
from simulator.model import Channel, Json, Message, User
from simulator.shapes import message_json
from simulator.workspace import Workspace

_CHANNEL_TYPES = {"channel": "channel", "group": "group", "im": "im"}


def post(workspace: Workspace, channel: Channel, author: User | None, text: str, **parts: Any) -> Message:
    """Add a message and tell the app. `parts` are further fields of Message."""
    message = Message(channel=channel.id, ts=workspace.timestamps.next(), text=text, **(_authorship(author) | parts))
    message.blocks = with_ids(workspace, message.blocks)
    workspace.keep(message)
    if message.only_for is None:
        event = message_json(workspace, message)
        _tell(workspace, channel, event | {"event_ts": message.ts})
        if author is not None and f"<@{workspace.bot.id}>" in text and channel.kind != "im":
            mention = {**event, "type": "app_mention", "channel": channel.id, "event_ts": message.ts}
            workspace.delivery.event(mention, channel)
    return message


def edit(workspace: Workspace, message: Message, *, by: str, mark_edited: bool, **parts: Any) -> None:
    """Change the given fields of a message. https://docs.slack.dev/reference/events/message/message_changed"""
    before = _snapshot(message_json(workspace, message))
    for name, value in parts.items():
        setattr(message, name, value)
    message.blocks = with_ids(workspace, message.blocks)
    event_ts = workspace.timestamps.next()
    if mark_edited:
        message.edited = {"user": by, "ts": event_ts}
    workspace.bell.ring()
    event = {
        "type": "message",
        "subtype": "message_changed",
        "message": message_json(workspace, message),
        "previous_message": before,
        "hidden": True,
        "ts": event_ts,
        "event_ts": event_ts,
    }
    if message.only_for is None:
        _tell(workspace, workspace.channel(message.channel), event)


def delete(workspace: Workspace, message: Message) -> None:
    """Take a message away, with its pin. https://docs.slack.dev/reference/events/message/message_deleted"""
    channel = workspace.channel(message.channel)
    before = message_json(workspace, message)
    workspace.drop(message)
    channel.pins = [pin for pin in channel.pins if pin["ts"] != message.ts]
    event_ts = workspace.timestamps.next()
    event = {
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": before,
        "deleted_ts": message.ts,
        "hidden": True,
        "ts": event_ts,
        "event_ts": event_ts,
    }
    if message.only_for is None:
        _tell(workspace, channel, event)


def react(workspace: Workspace, message: Message, user: str, name: str) -> None:
    """Raises SlackError `already_reacted`. https://docs.slack.dev/reference/events/reaction_added"""
    users = message.reactions.setdefault(name, [])
    if user in users:
        raise SlackError("already_reacted")
    users.append(user)
    _reacted(workspace, "reaction_added", message, user, name)


def unreact(workspace: Workspace, message: Message, user: str, name: str) -> None:
    """Raises SlackError `no_reaction`. https://docs.slack.dev/reference/events/reaction_removed"""
    users = message.reactions.get(name, [])
    if user not in users:
        raise SlackError("no_reaction")
    users.remove(user)
    if not users:
        del message.reactions[name]
    _reacted(workspace, "reaction_removed", message, user, name)


def pin(workspace: Workspace, message: Message, user: str) -> None:
    """Raises SlackError `already_pinned`. https://docs.slack.dev/reference/events/pin_added"""
    channel = workspace.channel(message.channel)
    if any(p["ts"] == message.ts for p in channel.pins):
        raise SlackError("already_pinned")
    channel.pins.append({"ts": message.ts, "created": int(workspace.now()), "created_by": user})
    _pinned(workspace, "pin_added", message, user)


def unpin(workspace: Workspace, message: Message, user: str) -> None:
    """Raises SlackError `no_pin`. https://docs.slack.dev/reference/events/pin_removed"""
    channel = workspace.channel(message.channel)
    if all(p["ts"] != message.ts for p in channel.pins):
        raise SlackError("no_pin")
    channel.pins = [p for p in channel.pins if p["ts"] != message.ts]
    _pinned(workspace, "pin_removed", message, user)


def with_ids(workspace: Workspace, blocks: list[Json]) -> list[Json]:
    """Fill in the `block_id`s and `action_id`s that the app left out, as Slack does."""
    filled = [{**block, "block_id": block.get("block_id") or workspace.ids.new("b")} for block in blocks]
    for block in filled:
        for element in interactive_elements(block):
            element.setdefault("action_id", workspace.ids.new("a"))
    return filled


def interactive_elements(block: Json) -> list[Json]:
    """The elements of a block that a person can use."""
    found = list(block.get("elements", [])) if block["type"] in ("actions", "context_actions") else []
    found += [block[key] for key in ("accessory", "element") if isinstance(block.get(key), dict)]
    return [element for element in found if element.get("type") != "image"]


def _authorship(author: User | None) -> Json:
    if author is None:
        return {}
    return {"user": author.id, "bot_id": author.bot_id, "app_id": author.app_id}


def _tell(workspace: Workspace, channel: Channel, event: Json) -> None:
    workspace.delivery.event(event | {"channel": channel.id, "channel_type": _CHANNEL_TYPES[channel.kind]}, channel)


def _reacted(workspace: Workspace, kind: str, message: Message, user: str, name: str) -> None:
    event = {
        "type": kind,
        "user": user,
        "reaction": name,
        "item": {"type": "message", "channel": message.channel, "ts": message.ts},
        "event_ts": workspace.timestamps.next(),
    }
    if message.user is not None:
        event["item_user"] = message.user
    workspace.delivery.event(event, workspace.channel(message.channel))


def _pinned(workspace: Workspace, kind: str, message: Message, user: str) -> None:
    item = {"type": "message", "channel": message.channel, "message": message_json(workspace, message)}
    event = {"type": kind, "user": user, "channel_id": message.channel, "item": item}
    event["event_ts"] = workspace.timestamps.next()
    workspace.delivery.event(event, workspace.channel(message.channel))


def _snapshot(shape: Json) -> Json:
    copy: Json = json.loads(json.dumps(shape))
    return copy
