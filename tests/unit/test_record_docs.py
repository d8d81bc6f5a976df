"""docs/reference/record.md says what the code does."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from playbooks.entries import Actor, AdminKind, Entry, Kind, parse_moment
from playbooks.roster import fold_roster, objection, refused_entry
from tests.unit.exports.full import full_story
from tests.unit.stories import closed_story
from tests.unit.test_roster import change, filled

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "record.md").read_text(encoding="utf-8")
ROWS = {found[1]: found[2] for found in re.finditer(r"^\| `(\w+)` \| .* \| (.*) \|$", PAGE, re.MULTILINE)}


def block(name: str) -> str:
    match = re.search(rf"^```\w+ {name}\n(.*)\n```$", PAGE, re.MULTILINE)
    assert match
    return match[1]


def test_the_worked_example_can_be_worked_by_hand() -> None:
    digest = hashlib.sha256(f"{block('prev_hash')}\n{block('body')}".encode()).hexdigest()
    assert digest == block("hash")


def test_the_worked_example_is_an_entry_of_ours() -> None:
    said = json.loads(block("body"))
    assert said.pop("v") == 1
    entry = Entry.model_validate(
        {
            **said,
            "at": parse_moment(said["at"]),
            "occurred_at": parse_moment(said["occurred_at"]),
            "actor": Actor(**said["actor"]),
        }
    ).chained(block("prev_hash"))
    assert entry.canonical().decode() == block("body")
    assert entry.hash == block("hash")


def test_every_kind_is_described_and_no_other() -> None:
    assert set(Kind) <= ROWS.keys()
    kinds = re.search(r"^## Kinds$(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)
    assert kinds
    assert set(re.findall(r"^\| `(\w+)` \|", kinds[1], re.MULTILINE)) == set(Kind)


def test_every_kind_of_the_admin_log_is_described_with_what_it_carries() -> None:
    kinds = re.search(r"^## The admin log$(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)
    assert kinds
    assert set(re.findall(r"^\| `(\w+)` \|", kinds[1], re.MULTILINE)) == set(AdminKind)
    log = filled()
    command = change("U0MAX", by="U0DEVI")
    refused = objection(fold_roster(log), "U0DEVI", {})
    assert refused
    for entry in (*log, refused_entry(log, command, refused, "no")):
        assert entry.data.keys() - {"v"} <= set(re.findall(r"`(\w+)`", ROWS[entry.kind]))


@pytest.mark.parametrize("kind", Kind)
def test_what_an_entry_carries_is_described(kind: Kind) -> None:
    answered = closed_story()
    answered.answer("escalate", "CASE-1")
    carried = {
        key for story in (answered, full_story()) for entry in story.of(kind) for key in entry.data if key != "v"
    }
    assert carried <= set(re.findall(r"`(\w+)`", ROWS[kind]))


def test_every_field_of_an_entry_is_described() -> None:
    fields = re.search(r"^## An entry$(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)
    assert fields
    first_cells = " ".join(re.findall(r"^\| (.*?) \|", fields[1], re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", first_cells)) == set(Entry.model_fields)
