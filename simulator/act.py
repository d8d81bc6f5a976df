"""`python -m simulator act`: be somebody in the practice workspace, one act at a time, from a terminal."""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from simulator import act_shown
from simulator.act_shown import TYPED_TIMES
from simulator.driver import (
    LOOK_EVERY_S,
    PATIENCE_S,
    Dialog,
    NoAnswer,
    NotOffered,
    NotVisible,
    Person,
    Practice,
    Reaction,
    Seen,
)

_SEVERAL = ("multi_static_select", "checkboxes", "multi_users_select")
_CHOSEN = ("static_select", "radio_buttons", "users_select", "datepicker", "timepicker", TYPED_TIMES)
_REDRAWN_S = 1.0  # how long a Home tab that was there already may take to be published anew
FACTS = Path("data/practice.json")  # where `make run` leaves what its workspace printed


def add_parser(verbs: Any) -> None:
    """Add `act` and its acts to the command line."""
    top = verbs.add_parser("act", help="act as somebody, for example: act … 'Dana Ito' command /incident")
    top.add_argument("--facts", type=Path, default=FACTS, help=f"the line that `serve` printed; default {FACTS}")
    top.add_argument("name", help="who, for example 'Dana Ito'")
    acts = top.add_subparsers(required=True, metavar="ACT", dest="act")
    for act, (_, help_text, arguments) in ACTS.items():
        parser = acts.add_parser(act, help=help_text)
        for argument, says in arguments.items():
            options = {"default": ""} if argument.startswith("--") else {}
            several = {"nargs": "*"} if argument == "words" else {}
            parser.add_argument(argument, help=says, **options, **several)
    top.set_defaults(run=run)


async def run(options: argparse.Namespace) -> int:
    """Do it and show what the person sees then; 1 when it could not be done. Whoever stops reading is not told."""
    try:
        done = await _act(options, json.loads(options.facts.read_text()))
        sys.stdout.flush()
        return done
    except BrokenPipeError:  # https://docs.python.org/3/library/signal.html#note-on-sigpipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
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
        if options.act != "download":  # whose output is a file
            await _show_dialog(person, practice)
    return 0


async def _show_dialog(person: Person, practice: Practice) -> None:
    shown = await person.look()
    if shown is not None:
        _say(act_shown.dialog(shown, {user: name for name, user in practice.ids.items()}))


async def _see(person: Person, options: argparse.Namespace) -> None:
    for told in act_shown.conversation(await person.messages(options.channel or None)):
        _say(told)


async def _command(person: Person, options: argparse.Namespace) -> None:
    reply = await person.command(options.command, " ".join(options.words), channel=options.channel or "general")
    if reply is not None:
        _say(reply.text)


async def _submit(person: Person, _: argparse.Namespace) -> None:
    if await person.submit() is None:
        _say("Accepted.")


async def _fill(person: Person, options: argparse.Namespace) -> None:
    for word in options.words:
        if "=" not in word:
            raise ValueError(f"{word!r} has no equals sign; write LABEL=VALUE, or LABEL= to empty it")
    pairs = [word.partition("=") for word in options.words]
    await person.fill({label: _value(person.dialog, label, text) for label, _, text in pairs})


def _value(dialog: Dialog | None, label: str, text: str) -> Any:
    kinds = {field["label"]: field["type"] for field in dialog.fields} if dialog else {}
    if text.lower() in ("yes", "no") and kinds.get(label) == "checkboxes":
        return text.lower() == "yes"
    if kinds.get(label) in _SEVERAL:
        return [part.strip() for part in text.split(",") if part.strip()]
    if not text and kinds.get(label) in _CHOSEN:
        return None
    if kinds.get(label) == TYPED_TIMES:
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


async def _unreact(person: Person, options: argparse.Namespace) -> None:
    emoji = options.emoji
    found = await _newest(
        person,
        lambda seen: options.message in seen.text and person.id in seen.raw["reactions"].get(emoji, []),
        f"has put no {emoji!r} on a message with {options.message!r}",
    )
    await person.unreact(Reaction(found.channel, found.ts, emoji))


async def _edit(person: Person, options: argparse.Namespace) -> None:
    await person.edit(await _own(person, options.message), " ".join(options.words))


async def _delete(person: Person, options: argparse.Namespace) -> None:
    await person.delete(await _own(person, options.message))


async def _own(person: Person, words: str) -> Seen:
    return await _newest(
        person,
        lambda seen: words in seen.text and seen.raw["user"] == person.id and not seen.only_you,
        f"has written no message with {words!r}",
    )


async def _newest(person: Person, fits: Callable[[Seen], bool], missing: str) -> Seen:
    found = [seen for seen in await person.messages() if fits(seen)]
    if not found:
        raise NotVisible(f"{person.name} {missing}.")
    return found[-1]


async def _home(person: Person, options: argparse.Namespace) -> None:
    shown = await _opened_home(person)
    if options.press:
        await person.press_home(options.press, row=options.row, choice=options.choice or None)
    elif shown is None:
        raise NotVisible("The Home tab is empty.")
    else:
        _say(act_shown.home(shown))


async def _opened_home(person: Person) -> Dialog | None:
    """The Home tab after it was opened; the app publishes it, usually at once, when it hears of the opening."""
    before = await person.home()
    await person.open_home()
    give_up = time.monotonic() + (_REDRAWN_S if before else PATIENCE_S)
    while True:
        now = await person.home()
        fresh = now is not None and (before is None or now.raw["hash"] != before.raw["hash"])
        if fresh or time.monotonic() >= give_up:
            return now
        await asyncio.sleep(LOOK_EVERY_S)


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

_CHANNEL = "its name, or @Name for the direct message with somebody"
_MESSAGE = "words that stand in the message; the newest with them counts"
_ROW = "words that stand beside or above it, where several have that label"
_CHOICE = "the option, where it is a menu"
_EMOJI = "its name without colons, such as rotating_light"

ACTS: dict[str, tuple[Doing, str, dict[str, str]]] = {
    "see": (_see, "read all messages, or those of --channel; replies stand below, further in", {"--channel": _CHANNEL}),
    "say": (_say_something, "post a message", {"words": "the message", "--channel": f"{_CHANNEL}; default general"}),
    "edit": (_edit, "change a message of your own", {"message": _MESSAGE, "words": "what it says from now on"}),
    "delete": (_delete, "delete a message of your own", {"message": _MESSAGE}),
    "command": (
        _command,
        "run a slash command, such as /incident",
        {"command": "the command", "words": "what follows it", "--channel": f"{_CHANNEL}; default general"},
    ),
    "press": (
        _press,
        "press a button, or choose in a menu, of a message",
        {"label": "what stands on it", "--message": _MESSAGE, "--row": _ROW, "--choice": _CHOICE},
    ),
    "react": (_react, "put an emoji on a message", {"emoji": _EMOJI, "message": _MESSAGE}),
    "unreact": (_unreact, "take your emoji off a message", {"emoji": _EMOJI, "message": _MESSAGE}),
    "shortcut": (
        _shortcut,
        "use a shortcut, on a message with --message",
        {"label": "its name", "--message": _MESSAGE},
    ),
    "home": (
        _home,
        "open the app's Home and show it, or --press something there",
        {"--press": "what stands on the button", "--row": _ROW, "--choice": _CHOICE},
    ),
    "download": (_download, "print a file that was sent, and nothing else", {"file": "its name"}),
    "dialog": (_look, "show the open dialog", {}),
    "fill": (
        _fill,
        "fill the open dialog: LABEL=VALUE …",
        {"words": "people by name, several with commas, moments as 2026-11-21T12:00 (UTC); LABEL= empties it"},
    ),
    "submit": (_submit, "submit the open dialog", {}),
    "close": (_close, "close the open dialog", {}),
}
"""Act → what does it, what it is for, its arguments with their help."""


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
