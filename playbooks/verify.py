"""Whether a record is what was written: the chain, the state that follows from it, and every byte of an export.

Nothing here raises for what it is given: whatever does not fit becomes one sentence that names the first such thing.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ValidationError

from playbooks.entries import Entry, first_break
from playbooks.exports.as_json import as_json
from playbooks.exports.export_v1 import FORMAT, VERSION, ExportV1, export_v1
from playbooks.fold import apply
from playbooks.incident import Incident, label_of
from playbooks.scorecard import short
from playbooks.secrets import mask
from playbooks.states import INCIDENT_LABELS

LONGEST = 60  # characters of a value that are shown in a sentence
_MARK = "\ufeff"
_NO_JSON = "this is no JSON export. verify takes the JSON one (export --format json)"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`sentence` says that it fits, or names the first thing that does not."""

    ok: bool
    sentence: str


class Misfit(Exception):
    """The first thing that does not fit, as a sentence without its full stop."""


class _Json(Exception):
    """The text is JSON that two readers could read differently."""


def verify_entries(entries: Sequence[Entry], *, seq: int, head: str, state: Incident | None) -> Verdict:
    """Checks entries against what the record says of them: their number, the last one's hash, the state they make.

    `state` None leaves the last out.
    """
    try:
        _chain(entries, seq, head)
        folded = _folded(entries)
        if state is not None:
            same(state.model_dump(), folded.model_dump(), "the stored state", "its entries give")
    except Misfit as misfit:
        return _no(entries, misfit)
    return fits(folded)


def verify_json(content: str | bytes) -> Verdict:
    """Checks an exported JSON file, every byte of it."""
    try:
        return _verify_json(content)
    except RecursionError:
        return said("This file does not verify: it is nested deeper than any export.")


def _verify_json(content: str | bytes) -> Verdict:
    try:
        text = _text(content)
        export = _export(_parsed(text))
    except Misfit as misfit:
        return said(f"This file does not verify: {misfit}.")
    entries: list[Entry] = []
    try:
        entries = [_entry(position, one) for position, one in enumerate(export.entries, start=1)]
        _chain(entries, export.as_of_seq, export.head)
        folded = _folded(entries)
        _check_facts(export, entries)
        _check_bytes(text, entries)
    except Misfit as misfit:
        return _no(entries, misfit)
    return fits(folded)


def _no(entries: Sequence[Entry], misfit: Misfit) -> Verdict:
    label = label_of(entries[0].incident) if entries else "This record"
    return said(f"{label} does not verify: {misfit}.")


def said(sentence: str) -> Verdict:
    """It does not fit. What is forged may hold a key, and no key is echoed; nor what no terminal can print."""
    printable = sentence.encode("utf-8", "replace").decode("utf-8")
    return Verdict(ok=False, sentence=mask(printable, lambda _: "not kept").text)


def fits(incident: Incident) -> Verdict:
    """It is what was written."""
    count = f"{incident.seq} {'entry' if incident.seq == 1 else 'entries'}"
    state = INCIDENT_LABELS[incident.status].lower()
    return Verdict(
        ok=True, sentence=f"{incident.label} verifies: {count}, chain ends {short(incident.head)}, state {state}."
    )


# --- the entries


def chained(entries: Sequence[Entry]) -> Incident:
    """What follows from the entries. Raises `Misfit` for the first that does not follow from the one before."""
    if not entries:
        raise Misfit("there are no entries")
    _chain(entries, len(entries), entries[-1].hash)
    return _folded(entries)


def _chain(entries: Sequence[Entry], seq: int, head: str) -> None:
    if not entries:
        raise Misfit("there are no entries")
    first = entries[0]
    try:
        broken = first_break(list(entries))
    except (ValueError, TypeError, OverflowError) as error:
        raise Misfit(f"an entry cannot be hashed ({brief(error)})") from None
    if broken:
        raise Misfit(broken)
    for entry in entries:
        if (entry.team, entry.incident) != (first.team, first.incident):
            raise Misfit(f"entry {entry.seq} ({entry.kind}) belongs to another incident")
    if len(entries) != seq:
        raise Misfit(f"the record says {_counted(seq)}, {_are(len(entries))} here")
    if entries[-1].hash != head:
        raise Misfit(f"the record says that the chain ends {short(head)}, but it ends {short(entries[-1].hash)}")


def _counted(number: int) -> str:
    return f"{number} {'entry' if number == 1 else 'entries'}"


def _are(number: int) -> str:
    return f"{number} {'is' if number == 1 else 'are'}"


def _folded(entries: Sequence[Entry]) -> Incident:
    incident: Incident | None = None
    for entry in entries:
        try:
            incident = apply(incident, entry)
        except Exception as error:  # what a forged entry may hold is without limit, and each kind fails its own way
            raise Misfit(f"entry {entry.seq} ({entry.kind}) cannot follow the one before ({brief(error)})") from None
    if incident is None:
        raise Misfit("there are no entries")
    return incident


def brief(error: Exception) -> str:
    """The error in a few words of one line."""
    return _cut(f"{type(error).__name__}: {error}".splitlines()[0])


# --- the file


def _text(content: str | bytes) -> str:
    if isinstance(content, str):
        return content
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"it is not UTF-8 (byte {error.start + 1})"
        raise Misfit(found if content.lstrip().startswith(b"{") else _NO_JSON) from None


def _parsed(text: str) -> dict[str, Any]:
    begins = text.removeprefix(_MARK).lstrip()[:1]
    if text.startswith(_MARK) and begins == "{":
        raise Misfit("it begins with a byte order mark, which the export does not write")
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        found = f"it is no JSON (line {error.lineno}, column {error.colno}: {error.msg})"
        raise Misfit(found if begins in ("{", "[") else _NO_JSON) from None
    except _Json as error:
        raise Misfit(str(error)) from None
    except ValueError as error:  # a number of thousands of digits
        raise Misfit(f"it is no JSON that can be read ({brief(error)})") from None
    if not isinstance(value, dict):
        raise Misfit("it is no export of an incident")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _Json(f"the key {_cut(json.dumps(twice))} stands twice in one object")
    return found


def _no_constant(name: str) -> Any:
    raise _Json(f"{name} is no JSON number")


def _export(value: dict[str, Any]) -> ExportV1:
    if value.get("format") != FORMAT:
        raise Misfit(f"it is no export of an incident (format {_show(value.get('format'))})")
    if value.get("version") != VERSION or isinstance(value.get("version"), bool):
        raise Misfit(f"its version is {_show(value.get('version'))}, and this Quarterdeck reads version {VERSION}")
    try:
        return ExportV1.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise Misfit(f"{_path(first['loc'])}: {_lower(str(first['msg']))}") from None
    except (ValueError, OverflowError) as error:
        raise Misfit(f"it cannot be read ({brief(error)})") from None


def _path(parts: tuple[int | str, ...]) -> str:
    """`entries[3].text`, counted from 0 as in the file."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return _cut(path.removeprefix("."))


def _entry(position: int, one: Any) -> Entry:
    try:
        entry: Entry = one.entry()
    except (ValueError, OverflowError) as error:
        raise Misfit(f"entry {position} cannot be read ({brief(error)})") from None
    return entry


def _check_facts(export: ExportV1, entries: Sequence[Entry]) -> None:
    """What the file says besides its entries, against what follows from them."""
    try:
        made = export_v1(entries)
    except (ValueError, OverflowError, KeyError, TypeError) as error:
        raise Misfit(f"no export follows from its entries ({brief(error)})") from None
    for part in ("incident", "scorecard"):
        same(getattr(export, part).model_dump(), getattr(made, part).model_dump(), "the file", "its entries give", part)


def _check_bytes(text: str, entries: Sequence[Entry]) -> None:
    made = as_json(entries)
    if text == made:
        return
    ours, theirs = made.split("\n"), text.split("\n")
    number = next((n for n, (a, b) in enumerate(zip(ours, theirs, strict=False), start=1) if a != b), None)
    where = number or min(len(ours), len(theirs)) + 1
    raise Misfit(f"what it says is right, but line {where} is not written as the export writes it")


# --- two values that should be the same


def same(found: Any, made: Any, says: str, gives: str, part: str = "") -> None:
    """Raises `Misfit` naming the first difference."""
    for path, is_, should in _differences(found, made, part):
        raise Misfit(f"{path}: {says} says {_show(is_)}, {gives} {_show(should)}")


def _differences(found: Any, made: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(found, Mapping) and isinstance(made, Mapping):
        for key in [*made, *(key for key in found if key not in made)]:
            if key not in made or key not in found:
                yield f"{path}.{key}".removeprefix("."), found.get(key), made.get(key)
            else:
                yield from _differences(found[key], made[key], f"{path}.{key}".removeprefix("."))
    elif _is_list(found) and _is_list(made) and len(found) == len(made):
        for position, (is_, should) in enumerate(zip(found, made, strict=True)):
            yield from _differences(is_, should, f"{path}{_place(should, position)}")
    elif found != made or type(found) is not type(made):
        yield path, found, made


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _place(item: Any, position: int) -> str:
    """Steps are named, whatever has no name is counted."""
    return f".{item['key']}" if isinstance(item, Mapping) and isinstance(item.get("key"), str) else f"[{position}]"


def _show(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, datetime | timedelta):
        return str(value)
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    return _cut(json.dumps(value, ensure_ascii=False, default=str))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
