"""`python -m simulator act`: be somebody in the practice workspace, one act at a time, from a terminal."""

import argparse
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from simulator.driver import Dialog, NoAnswer, NotOffered, NotVisible, Person, Practice, Seen

_SEVERAL = ("multi_static_select", "checkboxes", "multi_users_select")
_TYPED_TIMES = "datetimepicker"
FACTS = Path("data/practice.json")  # where `make run` leaves what its workspace printed


def add_parser(verbs: Any) -> None:
    """Add `act` and its acts to the command line."""
    top = verbs.add_parser("act", help="act as somebody, for example: act … 'Dana Ito' command /incident")
    top.add_argument("--facts", type=Path, default=FACTS, help=f"the line that `serve` printed; default {FACTS}")
    top.add_argument("name", help="who, for example 'Dana Ito'")
    acts = top.add_subparsers(required=True, metavar="ACT", dest="act")
    for act, (_, help_text, arguments) in ACTS.items():
        parser = acts.add_parser(act, help=help_text)
        for argument in arguments:
            options = {"default": ""} if argument.startswith("--") else {}
            parser.add_argument(argument, **options, **({"nargs": "*"} if argument == "words" else {}))
    top.set_defaults(run=run)


async def run(options: argparse.Namespace) -> int:
    """Do it and show what the person sees then; 1 when it could not be done."""
    try:
        facts = json.loads(options.facts.read_text())
        return await _act(options, facts)
    except (OSError, json.JSONDecodeError, httpx.TransportError):
        _say(f"No practice workspace can be reached through {options.facts}. Start one: make run")
        return 1
    except ValueError as error:
        _say(str(error))
        return 1


async def _act(options: argparse.Namespace, facts: dict[str, Any]) -> int:
    async with Practice(facts["url"], facts["people_token"]) as practice:
        if options.name not in practice.ids:
            _say(f"There is nobody called {options.name!r}; there are {', '.join(practice.ids)}.")
            return 1
        person = practice.person(options.name)
        await person.look()
        try:
            await ACTS[options.act][0](person, options)
        except (NoAnswer, NotOffered, NotVisible) as refusal:
            _say(str(refusal))
            return 1
        await person.look()
        if person.dialog is not None:
            _say(_dialog(person.dialog))
    return 0


async def _see(person: Person, options: argparse.Namespace) -> None:
    for message in await person.messages(options.channel or None):
        _say(_message(message))


async def _command(person: Person, options: argparse.Namespace) -> None:
    reply = await person.command(options.command, " ".join(options.words), channel=options.channel or "general")
    if reply is not None:
        _say(reply.text)


async def _submit(person: Person, _: argparse.Namespace) -> None:
    if await person.submit() is None:
        _say("Accepted.")


async def _fill(person: Person, options: argparse.Namespace) -> None:
    pairs = [word.partition("=") for word in options.words]
    await person.fill({label: _value(person.dialog, label, text) for label, _, text in pairs})


def _value(dialog: Dialog | None, label: str, text: str) -> Any:
    kinds = {field["label"]: field["type"] for field in dialog.fields} if dialog else {}
    if text.lower() in ("yes", "no") and kinds.get(label) == "checkboxes":
        return text.lower() == "yes"
    if kinds.get(label) in _SEVERAL:
        return [part.strip() for part in text.split(",")]
    if kinds.get(label) == _TYPED_TIMES:
        return _moment(text)
    if label not in kinds and text.lower() in ("yes", "true", "no", "false"):
        return text.lower() in ("yes", "true")
    return text


def _moment(text: str) -> datetime:
    """`2026-11-21T12:00`, in UTC. Raises `ValueError` with a sentence."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no moment; write it as 2026-11-21T12:00 (UTC)") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


async def _say_something(person: Person, options: argparse.Namespace) -> None:
    await person.say(" ".join(options.words), channel=options.channel or "general")


async def _press(person: Person, options: argparse.Namespace) -> None:
    await person.press(options.label, in_message=options.message, row=options.row, choice=options.choice or None)


async def _react(person: Person, options: argparse.Namespace) -> None:
    await person.react(options.emoji, in_message=options.message)


async def _shortcut(person: Person, options: argparse.Namespace) -> None:
    await person.shortcut(options.label, on_message=options.message or None)


async def _close(person: Person, _: argparse.Namespace) -> None:
    await person.close()


async def _download(person: Person, options: argparse.Namespace) -> None:
    sys.stdout.buffer.write(await person.download(options.file))


async def _look(person: Person, _: argparse.Namespace) -> None:
    if person.dialog is None:
        _say("No dialog is open.")


Doing = Callable[[Person, argparse.Namespace], Awaitable[None]]

ACTS: dict[str, tuple[Doing, str, tuple[str, ...]]] = {
    "see": (_see, "read all messages, or those of --channel", ("--channel",)),
    "say": (_say_something, "post a message", ("words", "--channel")),
    "command": (_command, "run a slash command, such as /incident", ("command", "words", "--channel")),
    "press": (_press, "press a button by its label", ("label", "--message", "--row", "--choice")),
    "react": (_react, "put an emoji on the newest message with these words", ("emoji", "message")),
    "shortcut": (_shortcut, "use a shortcut, on a message with --message", ("label", "--message")),
    "download": (_download, "print a file that was sent", ("file",)),
    "dialog": (_look, "show the open dialog", ()),
    "fill": (_fill, "fill the open dialog: LABEL=VALUE …", ("words",)),
    "submit": (_submit, "submit the open dialog", ()),
    "close": (_close, "close the open dialog", ()),
}
"""Act → what does it, what it is for, its arguments."""


def _message(seen: Seen) -> str:
    private = " (only you)" if seen.only_you else ""
    lines = [f"{seen.channel_name} · {seen.author}{private}", *seen.text.splitlines()]
    buttons = "  ".join(f"[{label}]" for label in seen.buttons)
    return "\n  ".join([*lines, buttons] if buttons else lines)


def _shown(field: dict[str, Any]) -> Any:
    if field["type"] == _TYPED_TIMES and isinstance(field["value"], int):
        return f"{datetime.fromtimestamp(field['value'], UTC):%Y-%m-%dT%H:%M}"
    if isinstance(field["value"], list):
        return ", ".join(field["value"])
    return field["value"] or ""


def _dialog(dialog: Dialog) -> str:
    lines = [f"[{dialog.title}]", dialog.text] if dialog.text else [f"[{dialog.title}]"]
    for field in dialog.fields:
        offered = f"  ({' / '.join(o['label'] for o in field['options'])})" if field["options"] else ""
        wrong = f"  ! {field['error']}" if field["error"] else ""
        lines.append(f"  {field['label']}: {_shown(field)}{offered}{wrong}")
    if dialog.buttons:
        lines.append(f"  buttons: {', '.join(dialog.buttons)}")
    return "\n".join([*lines, f"  submit: {dialog.submit}"] if dialog.submit else lines)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
