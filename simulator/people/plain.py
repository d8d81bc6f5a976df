"""Messages and views as text: what a person reads, without its looks."""

import re
from datetime import UTC, datetime
from typing import Any

from simulator.model import Json, Message
from simulator.workspace import Workspace

_ENTITY = re.compile(r"<([^<>]+)>")
_STYLES = [re.compile(rf"(?<![\w{s}]){s}(\S(?:[^{s}\n]*\S)?){s}(?![\w{s}])") for s in (r"\*", "_", "~", "`")]
_DATE = re.compile(r"\{(\w+)\}")


def message_text(workspace: Workspace, message: Message) -> str:
    """The blocks if there are any, the text otherwise; then attachments and files by name."""
    lines = [block_text(workspace, b) for b in message.blocks] or [mrkdwn(workspace, message.text)]
    lines += [_attachment(workspace, a) for a in message.attachments]
    lines += [f"[{workspace.files[f].name}]" for f in message.files]
    return "\n".join(line for line in lines if line)


def block_text(workspace: Workspace, block: Json) -> str:
    """The words of one block, its controls left out."""
    kind = block["type"]
    if kind in ("section", "header"):
        texts = ([block["text"]] if block.get("text") else []) + block.get("fields", [])
        return "\n".join(text_object(workspace, t) for t in texts)
    if kind == "context":
        return " ".join(text_object(workspace, e) for e in block["elements"])
    if kind == "input":
        return text_object(workspace, block["label"])
    if kind == "table":
        return "\n".join(" · ".join(_words(workspace, cell) for cell in row) for row in block["rows"])
    if kind == "rich_text":
        return _words(workspace, block)
    if kind in ("markdown", "image", "video"):
        return str(block.get("text") or block.get("alt_text", ""))
    return ""


def text_object(workspace: Workspace, text: Json) -> str:
    """A text object, or an image by its description."""
    if text["type"] == "mrkdwn":
        return mrkdwn(workspace, text["text"])
    return str(text.get("text") or text.get("alt_text", ""))


def mrkdwn(workspace: Workspace, text: str) -> str:
    """Resolve mentions, dates and links, drop the styles. https://docs.slack.dev/messaging/formatting-message-text"""
    shown = text
    for style in _STYLES:
        shown = style.sub(r"\1", shown)
    shown = _ENTITY.sub(lambda m: _entity(workspace, m[1]), shown)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _entity(workspace: Workspace, inside: str) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        user = workspace.users.get(target[1:])
        return f"@{user.real_name if user else label or target[1:]}"
    if target.startswith("#"):
        channel = workspace.channels.get(target[1:])
        return f"#{channel.name if channel else label or target[1:]}"
    if target.startswith("!date^"):
        return _date(target.split("^"), label)
    if target.startswith("!"):
        return label or f"@{target[1:]}"
    return label or target


def _date(parts: list[str], fallback: str) -> str:
    """Dates as somebody in UTC with a 24-hour clock reads them."""
    try:
        at = datetime.fromtimestamp(int(parts[1]), UTC)
    except (ValueError, IndexError, OverflowError):
        return fallback
    formats = {"time": "%H:%M", "time_secs": "%H:%M:%S", "date_num": "%Y-%m-%d"}
    return _DATE.sub(lambda m: at.strftime(formats.get(m[1], "%d %B %Y")), parts[2] if len(parts) > 2 else "{time}")


def _attachment(workspace: Workspace, attachment: Json) -> str:
    texts = [str(attachment[key]) for key in ("pretext", "title", "text") if attachment.get(key)]
    texts += [f"{f.get('title', '')}: {f.get('value', '')}" for f in attachment.get("fields", [])]
    lines = [mrkdwn(workspace, t) for t in texts or [str(attachment.get("fallback", ""))]]
    return "\n".join(lines + [block_text(workspace, b) for b in attachment.get("blocks", [])])


def _words(workspace: Workspace, value: Any) -> str:
    """All words of a rich text or table cell, in order."""
    if isinstance(value, list):
        return "".join(_words(workspace, v) for v in value)
    if not isinstance(value, dict):
        return ""
    if value.get("type") == "user":
        return _entity(workspace, f"@{value['user_id']}")
    own = value.get("text", "") if isinstance(value.get("text"), str) else ""
    return own + _words(workspace, value.get("elements", []))
