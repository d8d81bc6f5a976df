"""Records as an older Quarterdeck wrote them load, fold and verify still, byte for byte.

The files in `older/` were written before `outside` was a part of the state, and are never written anew: `full` has
every kind of entry of then, in `refused` Slack took several messages from nobody.
"""

import json
from pathlib import Path

import pytest

from playbooks.entries import Entry
from playbooks.exports.as_json import as_json
from playbooks.exports.export_v1 import ExportV1
from playbooks.fold import fold
from playbooks.incident import Outside
from playbooks.verify import verify_entries, verify_json
from storage.codec import STATE_SCHEMA, decode_incident, encode_playbook, encode_state

OLDER = Path(__file__).parent / "older"
each = pytest.mark.parametrize("name", ["full", "refused"])


def read(name: str) -> str:
    return (OLDER / f"{name}.json").read_text(encoding="utf-8")


def entries(name: str) -> list[Entry]:
    return [one.entry() for one in ExportV1.model_validate(json.loads(read(name))).entries]


@each
def test_an_export_verifies_and_is_made_again_byte_for_byte(name: str) -> None:
    assert verify_json(read(name)).ok, verify_json(read(name)).sentence
    assert as_json(entries(name)) == read(name)


@each
def test_a_stored_state_is_what_its_entries_give_and_is_stored_again_as_it_was(name: str) -> None:
    made, stored = fold(entries(name)), read(f"{name}-state").rstrip("\n")
    state = decode_incident(STATE_SCHEMA, stored, encode_playbook(made.playbook))
    assert (state, state.outside) == (made, Outside())
    assert encode_state(state) == stored
    assert verify_entries(entries(name), seq=made.seq, head=made.head, state=state).ok
