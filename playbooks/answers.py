"""What a step's form may hold: checks the answers, makes JSON of them, and says them again to people.

`raw` is what the form's reader found, by field key. Text kinds bring a `str` (`lines` also a list), `choice` an option
value, `choices` a list of them, `tick` a bool, `datetime` an aware datetime or ISO text, `date` a date or ISO text.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from playbooks.entries import moment, parse_moment
from playbooks.errors import WrongAnswers, one_of
from playbooks.model import Field, FieldKind, Step

JSON = str | bool | list[str]

LONGEST = 3000  # characters; Slack's text inputs end here, https://docs.slack.dev/reference/block-kit/block-elements
SKEW = timedelta(minutes=2)  # clocks of people and servers differ; "now" must not fail for that
EASTMOST = timedelta(hours=14)  # a person's "today" may be tomorrow in UTC

_OFFSET = re.compile(r"(?P<base>now|t0)(?:(?P<sign>[+-])(?P<count>\d{1,4})(?P<unit>[mhd]))?")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_SENSIBLE = range(1970, 2200)  # years; outside somebody mistyped, and the ends of the calendar overflow

_MISSING = {
    FieldKind.CHOICE: "Choose one.",
    FieldKind.CHOICES: "Choose at least one.",
    FieldKind.TICK: "Tick this to go on.",
    FieldKind.DATETIME: "Choose a day and a time.",
    FieldKind.DATE: "Choose a day.",
}
_NO_MOMENT = "Give a moment with its time zone, for example 2026-11-21T12:06:00Z."
_NO_DATE = "Give a day, for example 2026-11-28."
_NO_LINK = "Give a link that begins with https:// or http://."


class _Wrong(Exception):
    """One answer cannot be taken; the text is the sentence for its field."""


def read_answers(step: Step, raw: Mapping[str, object], *, t0: datetime, now: datetime) -> dict[str, JSON]:
    """The answers as JSON values. Optional fields left empty are absent, ticks always present.

    Raises `WrongAnswers` with one sentence for every field that cannot be taken.
    """
    answers: dict[str, JSON] = {}
    errors: dict[str, str] = {}
    for field in step.fields:
        try:
            answer = _READERS[field.kind](field, raw.get(field.key))
            if answer is None or (answer is False and field.required):
                if field.required:
                    raise _Wrong(_MISSING.get(field.kind, "Fill this in."))
                continue
            _check_latest(field, answer, t0=t0, now=now)
            _check_after(step, field, answer, answers)
            answers[field.key] = answer
        except _Wrong as wrong:
            errors[field.key] = str(wrong)
    errors |= _settle_pending(step, answers, errors)
    if errors:
        raise WrongAnswers(errors)
    return answers


def is_pending(step: Step, answers: Mapping[str, Any]) -> bool:
    """True when the step counts as done although one answer is still to come."""
    return step.pending is not None and bool(answers.get(step.pending.tick)) and not answers.get(step.pending.field)


def defaults(step: Step, *, t0: datetime, now: datetime) -> dict[str, JSON]:
    """What the form is prefilled with, in the shape of `read_answers`."""
    filled: dict[str, JSON] = {}
    for field in step.fields:
        if field.default is None:
            continue
        if field.kind is FieldKind.DATETIME:
            filled[field.key] = moment(at_offset(field.default, t0=t0, now=now).replace(microsecond=0))
        elif field.kind is FieldKind.DATE:
            filled[field.key] = at_offset(field.default, t0=t0, now=now).astimezone(UTC).date().isoformat()
        else:
            filled[field.key] = [field.default] if field.kind is FieldKind.CHOICES else field.default
    return filled


def shown(field: Field, value: object) -> str:
    """The answer as people read it. What a newer or older playbook would not have written is shown as it is."""
    labels = {option.value: option.label for option in field.options}
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        glue = ", " if field.kind is FieldKind.CHOICES else "; "
        return glue.join(labels.get(str(item), str(item)) for item in value)
    if field.kind is FieldKind.DATETIME and isinstance(value, str):
        return _clock(value)
    return labels.get(str(value), str(value))


def _clock(text: str) -> str:
    try:
        return f"{parse_moment(text):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return text


def offset(text: str) -> tuple[str, timedelta] | None:
    """`t0-24h` as ("t0", -24 h); None when it is no such text."""
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    if match["sign"] is None:
        return match["base"], timedelta()
    span = int(match["count"]) * _UNITS[match["unit"]]
    return match["base"], span if match["sign"] == "+" else -span


def at_offset(text: str, *, t0: datetime, now: datetime) -> datetime:
    """The moment that `now`, `t0-24h` or `now+7d` means. Raises `ValueError` on anything else."""
    found = offset(text)
    if found is None:
        raise ValueError(f"{text!r} is no moment such as now, t0-24h or now+7d")
    base, span = found
    return (now if base == "now" else t0) + span


def clean(text: str, *, lines: bool) -> str:
    """`text` as it can be stored and shown anywhere: no control characters, no halves of a surrogate pair.

    PostgreSQL stores no NUL, and UTF-8 knows no lone surrogates. Line ends become a newline, or a space.
    """
    text = re.sub("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]", "\n" if lines else " ", text).replace("\t", " ")
    kept = (c if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs") else "\ufffd" for c in text)
    return "".join(kept).strip()


def _is_blank(text: str) -> bool:
    """True when there is nothing to see; zero-width characters are not stripped by Python."""
    return all(unicodedata.category(c) in ("Cf", "Zs", "Zl", "Zp") or c == "\n" for c in text)


# --- one reader a kind: the JSON value, None when nothing was given


def _text(field: Field, value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise _Wrong("Write a text.")
    text = clean(value, lines=field.kind is FieldKind.MULTILINE)
    _check_length(text)
    return None if _is_blank(text) else text


def _lines(_field: Field, value: object) -> list[str] | None:
    if value is None:
        return None
    given = value if isinstance(value, list | tuple) else [value]
    texts = [item for item in given if isinstance(item, str)]
    if len(texts) < len(given):
        raise _Wrong("Write a text, one line each.")
    lines = clean("\n".join(texts), lines=True).split("\n")
    kept = list(dict.fromkeys(line.strip() for line in lines if not _is_blank(line)))
    _check_length("\n".join(kept))
    return kept or None


def _check_length(text: str) -> None:
    if len(text) > LONGEST:
        raise _Wrong(f"This is {len(text):,} characters long and {LONGEST:,} fit. Shorten it, or link to the rest.")


def _link(field: Field, value: object) -> str | None:
    text = _text(field, value)
    if text is None:
        return None
    try:
        url = urlsplit(text)
        host = url.hostname
    except ValueError:  # half an IPv6 address
        raise _Wrong(_NO_LINK) from None
    if url.scheme not in ("http", "https") or not host or re.search(r"[\s<>\ufffd]", text):
        raise _Wrong(_NO_LINK)
    if url.username is not None or url.password is not None:
        raise _Wrong("Leave the user name and the password out of the link.")
    return text


def _choice(field: Field, value: object) -> str | None:
    if value is None or value == "":
        return None
    if value not in [option.value for option in field.options]:
        raise _Wrong(f"Choose {one_of([option.label for option in field.options])}.")
    return str(value)


def _choices(field: Field, value: object) -> list[str] | None:
    given = list(value) if isinstance(value, list | tuple) else [value] if value else []
    known = [option.value for option in field.options]
    if any(item not in known for item in given):
        raise _Wrong(f"Choose from {', '.join(option.label for option in field.options)}.")
    return [value for value in known if value in given] or None


def _tick(_field: Field, value: object) -> bool:
    if value is not None and not isinstance(value, bool):
        raise _Wrong("Tick this, or leave it.")
    return bool(value)


def _datetime(_field: Field, value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = _parsed(datetime.fromisoformat, value, _NO_MOMENT)
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise _Wrong(_NO_MOMENT)
    if value.year not in _SENSIBLE:
        raise _Wrong("Check the year.")
    return moment(value)


def _date(_field: Field, value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = _parsed(date.fromisoformat, value, _NO_DATE)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _Wrong(_NO_DATE)
    if value.year not in _SENSIBLE:
        raise _Wrong("Check the year.")
    return value.isoformat()


def _parsed(parse: Callable[[str], date], text: str, sentence: str) -> date:
    try:
        return parse(text.strip())
    except ValueError:
        raise _Wrong(sentence) from None


_READERS: dict[FieldKind, Callable[[Field, object], JSON | None]] = {
    FieldKind.TEXT: _text,
    FieldKind.MULTILINE: _text,
    FieldKind.LINES: _lines,
    FieldKind.LINK: _link,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
    FieldKind.TICK: _tick,
    FieldKind.DATETIME: _datetime,
    FieldKind.DATE: _date,
}


# --- rules between fields, and between a field and the clock


def _check_latest(field: Field, answer: JSON, *, t0: datetime, now: datetime) -> None:
    if field.latest is None or not isinstance(answer, str):
        return
    bound = at_offset(field.latest, t0=t0, now=now).astimezone(UTC)
    if field.kind is FieldKind.DATETIME:
        late, limit = parse_moment(answer) > bound + SKEW, f"{bound:%Y-%m-%d %H:%M} UTC"
    else:
        late, limit = date.fromisoformat(answer) > (bound + EASTMOST).date(), f"{bound:%Y-%m-%d}"
    if late:
        said = f"now ({limit})" if field.latest == "now" else limit
        raise _Wrong(f"This may not lie after {said}.")


def _check_after(step: Step, field: Field, answer: JSON, answers: Mapping[str, JSON]) -> None:
    """ISO texts of one kind sort as their moments do, and the loader lets `after` name only its own kind."""
    before = answers.get(field.after) if field.after else None
    if field.after and isinstance(before, str) and isinstance(answer, str) and answer <= before:
        other = step.field(field.after)
        raise _Wrong(f"This must lie after “{other.label}” ({shown(other, before)}).")


def _settle_pending(step: Step, answers: dict[str, JSON], errors: Mapping[str, str]) -> dict[str, str]:
    """An answer wins over the tick that stands in for it; neither is an error at the answer's field."""
    pending = step.pending
    if pending is None or pending.field in errors or pending.tick in errors:
        return {}
    if answers.get(pending.field):
        answers[pending.tick] = False
        return {}
    if answers.get(pending.tick):
        return {}
    wanted, tick = step.field(pending.field).label, step.field(pending.tick).label
    wanted = wanted if wanted[1:2].isupper() else wanted[:1].lower() + wanted[1:]
    return {pending.field: f"Give the {wanted}, or tick “{tick}”."}
