"""Acting as somebody from a shell: each call sees or does one thing; what is open stays open in the workspace.

python -m simulator act "Dana Ito" command /incident a key in a gist
python -m simulator act "Dana Ito" fill "Trigger=API key committed to a repository" "This is a drill=yes"
python -m simulator act "Dana Ito" submit
python -m simulator act "Devi Rao" press "Complete step" --in "T+5"
python -m simulator act "Sam Okafor" see
"""

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from simulator.driver import NoAnswer, NotOffered, NotVisible, Person, Practice

FACTS = Path("data/practice.json")  # where a running practice workspace says how to reach it


def add_act(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("person", help='a name, for example "Dana Ito"')
    parser.add_argument("deed", choices=["see", "command", "fill", "submit", "close", "press", "say", "download"])
    parser.add_argument(
        "words", nargs="*", help="the command, the fields as Label=value, the button, the text, the file"
    )
    parser.add_argument("--in", dest="message", default="", help="press: words of the message")
    parser.add_argument("--row", default="", help="press: words of the row in it, on the board")
    parser.add_argument("--channel", help="where; default #general for a command")
    parser.add_argument("--facts", type=Path, default=FACTS, help="the JSON line that the workspace printed")


async def act(options: argparse.Namespace) -> int:
    """Does it and prints what the person sees then; 1 when it was not possible, with the reason."""
    try:
        facts = json.loads(options.facts.read_text())
        async with Practice(facts["url"], facts["people_token"]) as practice:
            person = practice.person(options.person)
            await _open_dialog(person)
            await _DEEDS[options.deed](person, options)
            return 0
    except (OSError, httpx.HTTPError):
        return _complain(f"No practice workspace is open here (it would be named in {options.facts}): make run")
    except KeyError as error:
        return _complain(f"Nobody here is called {error}.")
    except (NoAnswer, NotOffered, NotVisible, ValueError) as error:
        return _complain(str(error))


async def _open_dialog(person: Person) -> None:
    stack = await person.dialogs()
    person.dialog = stack[-1] if stack else None


async def _see(person: Person, options: argparse.Namespace) -> None:
    for message in await person.messages(options.channel):
        if message.author == "Quarterdeck":
            _tell(f"{message.channel_name}\n  " + message.text.replace("\n", "\n  ") + _buttons(message.buttons) + "\n")
    _tell_dialog(person)


async def _command(person: Person, options: argparse.Namespace) -> None:
    name, *text = options.words or ["/incident"]
    reply = await person.command(name, " ".join(text), channel=options.channel or "general")
    if reply is not None:
        _tell(reply.text)
    _tell_dialog(person)


async def _fill(person: Person, options: argparse.Namespace) -> None:
    await person.fill(dict(_field(word) for word in options.words))
    await _open_dialog(person)
    _tell_dialog(person)


async def _submit(person: Person, _: argparse.Namespace) -> None:
    errors = await person.submit()
    _tell("\n".join(f"{label}: {error}" for label, error in errors.items()) if errors else "sent")
    _tell_dialog(person)


async def _close(person: Person, _: argparse.Namespace) -> None:
    await person.close(everything=True)
    _tell("closed")


async def _press(person: Person, options: argparse.Namespace) -> None:
    label = " ".join(options.words)
    if person.dialog is not None and label in person.dialog.buttons:
        await person.press_in_dialog(label, row=options.row)
    else:
        message = await person.press(label, in_message=options.message, row=options.row, channel=options.channel)
        _tell(f"pressed {label} in “{message.text.splitlines()[0]}”")
    _tell_dialog(person)


async def _say(person: Person, options: argparse.Namespace) -> None:
    await person.say(" ".join(options.words), channel=options.channel or "general")
    _tell("said")


async def _download(person: Person, options: argparse.Namespace) -> None:
    sys.stdout.buffer.write(await person.download(" ".join(options.words)))


_DEEDS = {
    "see": _see,
    "command": _command,
    "fill": _fill,
    "submit": _submit,
    "close": _close,
    "press": _press,
    "say": _say,
    "download": _download,
}


def _field(word: str) -> tuple[str, Any]:
    """`Label=value`; `yes` ticks, several values are parted by `;`, a moment is written as 2026-11-21T12:00."""
    label, equals, value = word.partition("=")
    if not equals:
        raise ValueError(f"{word!r}: write a field as Label=value")
    if value.lower() in ("yes", "no") and not label.endswith("?"):
        return label, value.lower() == "yes"
    if ";" in value:
        return label, [part.strip() for part in value.split(";")]
    try:
        return label, datetime.fromisoformat(value) if "T" in value and value[:2].isdigit() else value
    except ValueError:
        return label, value


def _tell_dialog(person: Person) -> None:
    if person.dialog is None:
        return
    _tell(f"\n[{person.dialog.title}]  {person.dialog.text}".rstrip())
    for field in person.dialog.fields:
        options = [option["label"] for option in field.get("options") or []]
        _tell(f"  {field['label']}: {field['value']}" + (f"   one of {options}" if options else ""))
    _tell(f"  buttons: {[*person.dialog.buttons, *([person.dialog.submit] if person.dialog.submit else [])]}")


def _buttons(labels: list[str]) -> str:
    return f"\n  [{'] ['.join(labels)}]" if labels else ""


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")


def _complain(text: str) -> int:
    sys.stderr.write(text + "\n")
    return 1
