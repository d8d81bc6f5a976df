"""A message of Slack's as plain words: whoever wrote it, in text, blocks or attachments.

https://docs.slack.dev/reference/events/message. Nothing here is masked yet; nothing is lost on the way but formatting.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

_TOKEN = re.compile(r"<([^<>\s][^<>]*)>")
_NESTED = ("elements", "fields", "rows", "blocks", "attachments", "child_blocks")
_CONTROLS = ("button", "overflow", "checkboxes", "radio_buttons")  # what they are called is no news; nor of any select
_WORDS = ("pretext", "title", "text", "value", "alt_text", "footer", "caption", "label", "accessory", "element")
# A message with any other subtype is housekeeping of Slack's: joins, topics, pins, bots added.
SAYINGS = {None, "bot_message", "file_share", "me_message", "thread_broadcast"}
_DEEP = 12  # nobody nests deeper, and what does is no alert


@dataclass(frozen=True, kw_only=True)
class Reactors:
    """Who put one emoji on a message. Of many Slack names only some: then `everybody` is False."""

    users: tuple[str, ...] = ()
    everybody: bool = True


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A message as it was heard. `author` is a user id, of bots that have none their bot id; `text` may be empty.

    `edited_ts` is when its author last changed it, empty for never. `gone`: deleted, with only its thread left.
    `pinned` to the channel, by Slack's own pin.
    """

    channel: str
    ts: str
    thread_ts: str | None
    author: str
    author_name: str | None
    bot_id: str | None
    text: str
    reactions: Mapping[str, Reactors] = field(default_factory=dict)
    edited_ts: str = ""
    gone: bool = False
    pinned: bool = False

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def senders(self) -> set[str]:
        """Every id under which this sender may be known."""
        return {self.author, *([self.bot_id] if self.bot_id else [])}

    def reacted(self, emoji: str) -> Reactors:
        return self.reactions.get(emoji, Reactors())


def heard(channel: str, message: Mapping[str, Any]) -> Heard:
    """Never fails: what is missing is empty."""
    bot = str(message.get("bot_id") or "") or None
    profile = message.get("bot_profile") or {}
    name = profile.get("name") or message.get("username")
    return Heard(
        channel=channel,
        ts=str(message.get("ts") or ""),
        thread_ts=str(message.get("thread_ts") or "") or None,
        author=str(message.get("user") or bot or "unknown"),
        author_name=str(name) if name else None,
        bot_id=bot,
        text=readable(message),
        reactions={str(one.get("name")): _reactors(one) for one in _parts(message, "reactions")},
        edited_ts=str((message.get("edited") or {}).get("ts") or ""),
        gone=message.get("subtype") == "tombstone",
        pinned=bool(message.get("pinned_to")),
    )


def _reactors(reaction: Mapping[str, Any]) -> Reactors:
    users = tuple(str(user) for user in reaction.get("users") or ())
    return Reactors(users=users, everybody=len(users) == reaction.get("count", len(users)))


def moment_of(ts: str, now: datetime) -> datetime:
    """When Slack says that it was posted, never later than now: our clock and Slack's may differ."""
    try:
        return min(datetime.fromtimestamp(float(ts), tz=UTC), now)
    except (ValueError, OverflowError, OSError):
        return now


def readable(message: Mapping[str, Any]) -> str:
    """Text, then what blocks, attachments and files say beyond it, each line once."""
    lines = [
        *_lines(message.get("text")),
        *_said_in(message.get("blocks"), 0),
        *_said_in([one for one in _parts(message, "attachments") if not _preview(one)], 0),
    ]
    files = _parts(message, "files")
    lines += [f"[file: {file.get('name') or file.get('title') or 'without a name'}]" for file in files]
    whole = "\n".join(dict.fromkeys(line for line in lines if line))
    return "\n".join(_without_repeats(whole.splitlines()))


def _without_repeats(lines: list[str]) -> Iterator[str]:
    """`text` often repeats in one line what the blocks say in several."""
    first = lines[0] if lines else ""
    for place, line in enumerate(lines):
        if place == 0 or line not in first:
            yield line


def _parts(message: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    return [part for part in message.get(key) or () if isinstance(part, Mapping)]


def _preview(attachment: Mapping[str, Any]) -> bool:
    """What Slack adds of a linked page, some time later: nobody wrote it. A message that somebody shares is no such."""
    return bool(attachment.get("from_url")) and not attachment.get("is_share")


def _said_in(part: object, depth: int) -> Iterator[str]:
    """Every word of a block, attachment or text object, in order."""
    if depth > _DEEP:
        return
    if isinstance(part, list):
        for one in part:
            yield from _said_in(one, depth + 1)
    elif isinstance(part, Mapping):
        kind = str(part.get("type"))
        if kind in _CONTROLS or kind.endswith("_select"):
            return
        if kind.startswith("rich_text_"):
            yield from _rich(part, depth)
            return
        for key in (*_WORDS, *_NESTED):
            yield from _lines(part[key]) if isinstance(part.get(key), str) else _said_in(part.get(key), depth + 1)
        if not any(part.get(key) for key in (*_WORDS, *_NESTED)):
            yield from _lines(part.get("fallback"))


def _rich(part: Mapping[str, Any], depth: int) -> Iterator[str]:
    """Rich text: pieces of one section belong into one line."""
    elements = [one for one in part.get("elements") or () if isinstance(one, Mapping)]
    if any("elements" in one for one in elements):
        for one in elements:
            yield from _said_in(one, depth + 1)
        return
    yield from "".join(_piece(one) for one in elements).splitlines()


def _piece(one: Mapping[str, Any]) -> str:
    match one.get("type"):
        case "user":
            return f"@{one.get('user_id')}"
        case "channel":
            return f"#{one.get('channel_id')}"
        case "broadcast":
            return f"@{one.get('range')}"
        case "emoji":
            return f":{one.get('name')}:"
        case "link":
            url, text = str(one.get("url") or ""), str(one.get("text") or "")
            return f"{text} ({url})" if text and text != url else url
    return str(one.get("text") or one.get("fallback") or "")


def _lines(text: object) -> list[str]:
    return unslacked(text).splitlines() if isinstance(text, str) else []


def unslacked(text: str) -> str:
    """Slack's tokens as people read them, its three entities as the characters that they are."""
    words = _TOKEN.sub(lambda match: _token(match[1]), text)
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _token(inside: str) -> str:
    target, _, label = inside.partition("|")
    if target.startswith(("@", "#")):
        return target[0] + (label.lstrip("@#") or target[1:])
    if target.startswith("!date"):
        return label
    if target.startswith("!"):
        return f"@{label.lstrip('@') or target[1:].partition('^')[0]}"
    address = target.removeprefix("mailto:")
    return f"{label} ({address})" if label and label != address else address
