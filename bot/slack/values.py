"""What was typed into a form, read from `view.state.values`. Never fails on what is missing or unknown.

https://docs.slack.dev/reference/views#view-state. Each input's `action_id` is the key of its question.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.slack.text import plain
from playbooks.commands import Origin
from playbooks.errors import WrongAnswers
from playbooks.model import Field, FieldKind, Step, Trigger

Raw = str | list[str] | bool | datetime

BLOCK = "in:"  # with the question's key: the `block_id` at which an error is shown
_ERROR = 500


@dataclass(frozen=True, kw_only=True)
class OpenValues:
    """A report as it was typed. `origin` is the message it came from, `source` its permalink."""

    text: str
    trigger: Trigger
    keys: tuple[str, ...] = ()
    noticed_at: datetime
    drill: bool = False
    source: str = ""
    origin: Origin | None = None


@dataclass(frozen=True, kw_only=True)
class CantValues:
    """`need` is `hand_over`, `more_time` or `skip`, empty when nothing was chosen."""

    need: str
    to: str | None = None
    minutes: int | None = None
    why: str = ""


def read_open(view: Mapping[str, Any], now: datetime) -> OpenValues:
    """Raises `WrongAnswers` when there is no trigger, the one thing that cannot be guessed."""
    given, kept = _inputs(view), kept_report(view)
    trigger = _selected(given.get("trigger")) or str(kept.get("trigger") or "")
    if trigger not in set(Trigger):
        raise WrongAnswers({"trigger": "Choose what fits best."})
    noticed = _moment(given.get("noticed_at")) or _moment({"selected_date_time": kept.get("noticed_at")})
    lines = (_text(given.get("keys")) if "keys" in given else str(kept.get("keys") or "")).splitlines()
    return OpenValues(
        text=_text(given.get("what")) if "what" in given else str(kept.get("text") or ""),
        trigger=Trigger(trigger),
        keys=tuple(dict.fromkeys(line.strip() for line in lines if line.strip())),
        noticed_at=noticed or now,
        drill="drill" in _ticked(given.get("drill")) if "drill" in given else kept.get("drill") is True,
        source=str(metadata(view).get("source") or ""),
        origin=origin_in(view),
    )


def origin_in(view: Mapping[str, Any]) -> Origin | None:
    """The message that a form was opened from, as it carries it along."""
    found = metadata(view).get("origin")
    try:
        return Origin(**found) if found else None
    except TypeError:
        return None


def kept_report(view: Mapping[str, Any]) -> dict[str, Any]:
    """The report that a form carries along without showing it."""
    report = metadata(view).get("report")
    return report if isinstance(report, dict) else {}


def read_step(view: Mapping[str, Any], step: Step) -> dict[str, Raw]:
    """By field key, as `playbooks.answers.read_answers` takes it; what was left empty is absent."""
    given = _inputs(view)
    found = {field.key: _raw(field, given.get(field.key)) for field in step.fields}
    return {key: value for key, value in found.items() if value is not None}


def _raw(field: Field, element: Mapping[str, Any] | None) -> Raw | None:
    match field.kind:
        case FieldKind.CHOICE:
            return _selected(element)
        case FieldKind.CHOICES:
            return _ticked(element)
        case FieldKind.TICK:
            return bool(_ticked(element))
        case FieldKind.DATETIME:
            return _moment(element)
        case FieldKind.DATE:
            return _string((element or {}).get("selected_date"))
        case _:
            return _string((element or {}).get("value"))


def read_cant(view: Mapping[str, Any]) -> CantValues:
    given = _inputs(view)
    minutes = _selected(given.get("minutes")) or ""
    return CantValues(
        need=_selected(given.get("need")) or "",
        to=_string((given.get("to") or {}).get("selected_user")),
        minutes=int(minutes) if minutes.isdecimal() and len(minutes) < 4 else None,
        why=_text(given.get("why")),
    )


def read_people(view: Mapping[str, Any]) -> tuple[str, ...]:
    """The people of a form that asks for several, in the order in which they were chosen."""
    chosen = (_inputs(view).get("people") or {}).get("selected_users") or ()
    return tuple(dict.fromkeys(user for user in chosen if isinstance(user, str) and user))


def read_text(view: Mapping[str, Any]) -> str:
    """The text of a form that asks for one."""
    return next((text for element in _inputs(view).values() if (text := _text(element))), "")


def errors_for(view: Mapping[str, Any], errors: Mapping[str, str]) -> dict[str, str]:
    """Sentences by question, turned to the blocks at which Slack shows them: only inputs can carry one.

    What belongs to no input of this form is shown at the first.
    """
    inputs = [str(block.get("block_id")) for block in view.get("blocks") or () if block.get("type") == "input"]
    by_key = {block.partition(":")[2]: block for block in inputs}
    found: dict[str, str] = {}
    for key, sentence in errors.items():
        block = by_key.get(key) or next(iter(inputs), f"{BLOCK}{key}")
        found[block] = plain(f"{found[block]} {sentence}" if block in found else sentence, _ERROR)
    return found


def metadata(view: Mapping[str, Any]) -> dict[str, Any]:
    try:
        found = json.loads(str(view.get("private_metadata") or "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _inputs(view: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The elements by `action_id`."""
    blocks = (view.get("state") or {}).get("values") or {}
    return {key: found for block in blocks.values() for key, found in block.items() if isinstance(found, Mapping)}


def _text(element: Mapping[str, Any] | None) -> str:
    return _string((element or {}).get("value")) or ""


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _selected(element: Mapping[str, Any] | None) -> str | None:
    option = (element or {}).get("selected_option")
    return _string(option.get("value")) if isinstance(option, Mapping) else None


def _ticked(element: Mapping[str, Any] | None) -> list[str]:
    options = (element or {}).get("selected_options") or ()
    return [str(option["value"]) for option in options if isinstance(option, Mapping) and "value" in option]


def _moment(element: Mapping[str, Any] | None) -> datetime | None:
    seconds = (element or {}).get("selected_date_time")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        return None
    try:
        return datetime.fromtimestamp(seconds, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None
