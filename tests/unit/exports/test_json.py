"""The record as JSON: complete, typed, and always the same bytes."""

import json
from typing import Any

import pytest

from playbooks.entries import Entry
from playbooks.exports.as_json import as_json
from playbooks.exports.export_v1 import ExportV1, schema
from playbooks.incident import Incident
from tests.unit.exports.full import full_story
from tests.unit.exports.goldens import FOLDER, SCHEMAS, same_as
from tests.unit.exports.schema_check import problems
from tests.unit.stories import Story, closed_story

SCHEMA = SCHEMAS / "incident-v1.schema.json"


def value(story: Story) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(as_json(story.entries))
    return loaded


def test_a_whole_run_looks_like_this() -> None:
    same_as(FOLDER / "closed.json", as_json(closed_story().entries))


def test_the_published_schema_is_that_of_the_code() -> None:
    same_as(SCHEMA, json.dumps(schema(), indent=2, ensure_ascii=False) + "\n")


@pytest.mark.parametrize("story", [closed_story(), full_story(), Story().open()], ids=["closed", "full", "just open"])
def test_it_is_what_the_published_schema_says(story: Story) -> None:
    assert problems(value(story), json.loads(SCHEMA.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("format",), "other"),
        (("version",), 2),
        (("head",), "abc"),
        (("incident", "t0"), "2026-11-21T12:00:00Z"),
        (("incident", "drill"), 0),
        (("incident", "status"), "shut"),
        (("incident", "roster"), {"cook": []}),
        (("scorecard", "on_time"), None),
        (("entries", 0, "kind"), "noted"),
        (("entries", 0, "more"), 1),
    ],
)
def test_the_schema_refuses_what_is_wrong(path: tuple[Any, ...], wrong: Any) -> None:
    changed = value(closed_story())
    inner: Any = changed
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = wrong
    assert problems(changed, schema()) != []


def test_its_entries_are_the_entries() -> None:
    export = ExportV1.model_validate_json(as_json(full_story().entries))
    assert [one.entry() for one in export.entries] == full_story().entries
    assert (export.as_of_seq, export.head) == (full_story().incident.seq, full_story().incident.head)


def test_the_same_entries_in_another_order_of_keys_give_the_same_bytes() -> None:
    """A database gives objects back with their keys in an order of its own."""
    backwards = [e.model_copy(update={"data": upside_down(e.data)}) for e in full_story().entries]
    assert as_json(backwards) == as_json(full_story().entries)


def upside_down(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: upside_down(data[key]) for key in reversed(list(data))}
    return [upside_down(item) for item in data] if isinstance(data, list) else data


def test_it_holds_no_clock_and_no_chance() -> None:
    assert as_json(closed_story().entries) == as_json(closed_story().entries)


def test_every_fact_of_the_state_is_there_or_left_out_on_purpose() -> None:
    """What is left out: the whole playbook (it stands in the first entry), what only the ladder needs, and what the
    timeline tells in full."""
    there = value(closed_story())["incident"].keys()
    left_out = {
        "playbook",
        "home",
        "outside",
        "pauses",
        "times_closed",
        "closed_seq",
        "closed_head",
        "seq",
        "head",
        "captured",
    }
    assert set(Incident.model_fields) - left_out <= there
    assert not left_out - {"playbook"} & there


def test_no_entries_make_no_export() -> None:
    nothing: list[Entry] = []
    with pytest.raises(ValueError, match="no entries"):
        as_json(nothing)
