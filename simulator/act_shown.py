"""What `act` prints: messages with their threads, dialogs and Home, as plain text."""

from collections.abc import Iterator
from datetime import UTC, datetime
from textwrap import indent
from typing import Any

from simulator.driver import Dialog, Seen

TYPED_TIMES = "datetimepicker"
PEOPLE = ("users_select", "multi_users_select")
_REPLY = "    "
_LONGEST = 60  # letters of a row that are enough to know it by

Names = dict[str, str]
"""Id → name."""


def conversation(messages: list[Seen]) -> Iterator[str]:
    """Each message; the replies of a thread stand below its first message, further in."""
    first = {(message.channel, message.ts) for message in messages if not _is_reply(message)}
    replies: dict[tuple[str, str], list[Seen]] = {}
    for message in messages:
        if _is_reply(message):
            replies.setdefault((message.channel, message.thread_ts or ""), []).append(message)
    for message in messages:
        if not _is_reply(message):
            yield _message(message)
            yield from (_reply(reply) for reply in replies.get((message.channel, message.ts), []))
        elif (message.channel, message.thread_ts) not in first:
            yield _reply(message)


def dialog(shown: Dialog, names: Names) -> str:
    """The open dialog: its words, each field with what it holds and what is wrong with it, its buttons."""
    lines = [f"[{shown.title}]", shown.text] if shown.text else [f"[{shown.title}]"]
    for field in shown.fields:
        offered = f"  ({' / '.join(o['label'] for o in field['options'])})" if field["options"] else ""
        wrong = f"  ! {field['error']}" if field["error"] else ""
        lines.append(f"  {field['label']}: {_held(field, names)}{offered}{wrong}")
    if shown.buttons:
        lines.append(f"  buttons: {', '.join(shown.buttons)}")
    return "\n".join([*lines, f"  submit: {shown.submit}"] if shown.submit else lines)


def home(shown: Dialog) -> str:
    """The Home tab, with each control beside the beginning of its row, since many have one label."""
    lines = ["[Home]", shown.text] if shown.text else ["[Home]"]
    for control in shown.raw["controls"]:
        offered = f"  ({' / '.join(o['label'] for o in control['options'])})" if control["options"] else ""
        row = control["row"].split("\n")[0][:_LONGEST]
        lines.append(f"  [{control['label']}]" + (f"  at {row!r}" if row else "") + offered)
    return "\n".join(lines)


def _is_reply(message: Seen) -> bool:
    return message.thread_ts not in (None, message.ts)


def _reply(message: Seen) -> str:
    return indent("↳ " + _message(message), _REPLY)


def _message(seen: Seen) -> str:
    private = " (only you)" if seen.only_you else ""
    lines = [f"{seen.channel_name} · {seen.author}{private}", *seen.text.splitlines()]
    buttons = "  ".join(f"[{label}]" for label in seen.buttons)
    return "\n  ".join([*lines, buttons] if buttons else lines)


def _held(field: dict[str, Any], names: Names) -> Any:
    value = field["value"]
    if field["type"] == TYPED_TIMES and isinstance(value, int):
        return f"{datetime.fromtimestamp(value, UTC):%Y-%m-%dT%H:%M}"
    if field["type"] in PEOPLE:
        ids = value if isinstance(value, list) else [value] if value else []
        return ", ".join(names.get(str(one), str(one)) for one in ids)
    return ", ".join(value) if isinstance(value, list) else value or ""
