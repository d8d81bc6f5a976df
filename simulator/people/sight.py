"""What one person sees: channels, messages with their controls, dialogs, Home, files, notices."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from simulator.ids import micros
from simulator.manifest import Hint
from simulator.model import Channel, File, Json, Message, User, View
from simulator.people.clocks import clocks
from simulator.people.hurts import hurts
from simulator.people.payloads import message_values
from simulator.people.plain import block_text, message_text, text_object
from simulator.posts import interactive_elements
from simulator.shapes import file_json, user_json
from simulator.state import held, options
from simulator.workspace import Workspace


def channels(workspace: Workspace, user: User) -> list[Channel]:
    return [c for c in workspace.channels.values() if user.id in c.members]


def channel_name(workspace: Workspace, channel: Channel, user: User) -> str:
    """`#name`, or `@Name` of the other one in a direct message."""
    if channel.kind != "im":
        return f"#{channel.name}"
    other = next((m for m in channel.members if m != user.id), user.id)
    return f"@{workspace.users[other].real_name}"


def channel_sight(workspace: Workspace, channel: Channel, user: User) -> Json:
    return {
        "id": channel.id,
        "name": channel_name(workspace, channel, user),
        "kind": channel.kind,
        "topic": channel.topic["value"],
        "is_archived": channel.is_archived,
        "members": channel.members,
        "pins": [pin["ts"] for pin in channel.pins],
    }


def messages(workspace: Workspace, user: User) -> list[Message]:
    """Everything this person can read, oldest first; private words of others left out."""
    seen = [m for c in channels(workspace, user) for m in workspace.messages[c.id] if m.only_for in (None, user.id)]
    return sorted(seen, key=lambda m: micros(m.ts))


def message_sight(workspace: Workspace, message: Message, user: User) -> Json:
    channel = workspace.channel(message.channel)
    author = workspace.users.get(message.user or "")
    return {
        "channel": message.channel,
        "channel_name": channel_name(workspace, channel, user),
        "ts": message.ts,
        "thread_ts": message.thread_ts,
        "user": message.user,
        "author": author.real_name if author else message.username or "",
        "text": message_text(workspace, message),
        "raw_text": message.text,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "chosen": message_values(message, user.id),
        "controls": controls(workspace, message.blocks),
        "reactions": message.reactions,
        "files": [file_json(workspace, workspace.files[f]) for f in message.files],
        "only_you": message.only_for is not None,
        "edited": message.edited is not None,
        "pinned": any(pin["ts"] == message.ts for pin in channel.pins),
        "subtype": message.subtype,
    }


def controls(workspace: Workspace, blocks: list[Json]) -> list[Json]:
    """What can be pressed or chosen. `row` is the text a person reads it with: its section, or what stands above."""
    found: list[Json] = []
    above: list[str] = []
    for block in blocks:
        text = block_text(workspace, block)
        if block["type"] in ("section", "header", "divider"):
            above = []
        above += [text] if text else []
        if block["type"] != "input":
            row = "\n".join(above)
            found += [control(workspace, block, e, row) for e in interactive_elements(block)]
    return found


def control(workspace: Workspace, block: Json, element: Json, row: str) -> Json:
    label = element.get("text") or element.get("placeholder")
    return {
        "block_id": block["block_id"],
        "action_id": element["action_id"],
        "type": element["type"],
        "label": text_object(workspace, label) if label else "",
        "options": _options(workspace, element),
        "url": element.get("url"),
        "row": row,
    }


def dialog_sight(workspace: Workspace, view: View) -> Json:
    """A dialog or Home tab: its words, its fields with what they hold, and what is wrong with them."""
    source = view.source
    return {
        "view_id": view.id,
        "callback_id": source.get("callback_id", ""),
        **{part: source[part]["text"] if source.get(part) else None for part in ("title", "submit", "close")},
        "text": "\n".join(t for b in view.blocks if b["type"] != "input" and (t := block_text(workspace, b))),
        "fields": [_field(workspace, view, b) for b in view.blocks if b["type"] == "input"],
        "controls": controls(workspace, view.blocks),
        "errors": view.errors,
        "trouble": view.trouble,
        "blocks": view.blocks,
        "values": view.values,
        "hash": view.hash,
    }


def _field(workspace: Workspace, view: View, block: Json) -> Json:
    element = block["element"]
    state = view.values[block["block_id"]][element["action_id"]]
    return {
        "block_id": block["block_id"],
        "action_id": element["action_id"],
        "label": text_object(workspace, block["label"]),
        "hint": text_object(workspace, block["hint"]) if block.get("hint") else None,
        "type": element["type"],
        "optional": bool(block.get("optional")),
        "options": _options(workspace, element),
        "value": _shown(workspace, held(state)),
        "error": view.errors.get(block["block_id"]),
    }


def _options(workspace: Workspace, element: Json) -> list[Json]:
    return [{"label": text_object(workspace, o["text"]), "value": o.get("value")} for o in options(element)]


def _shown(workspace: Workspace, value: Any) -> Any:
    """Chosen options by their text, people by their id, everything else as it is."""
    if isinstance(value, list):
        return [_shown(workspace, v) for v in value]
    return text_object(workspace, value["text"]) if isinstance(value, dict) and "text" in value else value


def files(workspace: Workspace, user: User) -> list[File]:
    """The files in messages that this person can read, and their own."""
    shared = [f for m in messages(workspace, user) for f in m.files]
    return [workspace.files[f] for f in dict.fromkeys(shared)]


Sight = Callable[[Workspace, User, Any], Any]


def _messages(workspace: Workspace, user: User, query: Any) -> list[Json]:
    seen = [message_sight(workspace, m, user) for m in messages(workspace, user)]
    wanted = query.get("channel")
    if wanted is None:
        return seen
    names = (wanted, f"#{wanted}")
    return [m for m in seen if m["channel"] == wanted or m["channel_name"] in names]


def _home(workspace: Workspace, user: User, _: Any) -> Json | None:
    home = workspace.homes.get(user.id)
    return dialog_sight(workspace, home) if home else None


def _notices(workspace: Workspace, user: User, _: Any) -> list[Json]:
    return [{"at": n.at, "text": n.text, "error": n.error} for n in workspace.notices if n.user == user.id]


def _surroundings(workspace: Workspace, user: User, _: Any) -> Json:
    """What is on offer here besides channels: the app, its commands and shortcuts, everybody's names."""
    manifest = workspace.manifest
    offered = not user.is_stranger
    return {
        "name": workspace.team_name,
        "app": {"id": workspace.bot.id, "name": manifest.app_name},
        "commands": [{"name": n, **asdict(manifest.hints.get(n, Hint()))} for n in manifest.commands if offered],
        "shortcuts": [asdict(s) for s in manifest.shortcuts if offered],
        "people": [user_json(u) for u in workspace.users.values()],
    }


SIGHTS: dict[str, Sight] = {
    "workspace": _surroundings,
    "channels": lambda w, u, _: [channel_sight(w, c, u) for c in channels(w, u)],
    "messages": _messages,
    "dialogs": lambda w, u, _: [dialog_sight(w, v) for v in w.modals.get(u.id, [])],
    "home": _home,
    "files": lambda w, u, _: [file_json(w, f) for f in files(w, u)],
    "notices": _notices,
    "clocks": lambda w, user, _: [clock for clock in clocks(w) if user.id in w.channel(clock["channel"]).members],
    "bot": lambda w, _, __: w.supervision.bot,
    "network": lambda w, _, __: hurts(w),
}
