"""What was changed is named, whatever it was, and never with a traceback."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.entries import GENESIS, Entry, Kind
from playbooks.exports import render_export
from playbooks.model import Field, Playbook, Role, Step
from playbooks.verify import Verdict, verify_entries, verify_json
from tests.unit.stories import ADA, SAM, Story, closed_story

NO_JSON = "This file does not verify: this is no JSON export. verify takes the JSON one (export --format json)."


@cache
def story() -> Story:
    return closed_story()


@cache
def exported() -> str:
    return render_export("json", story().entries)[1].decode()


@cache
def small() -> str:
    """A small export, so that every part of it can be changed in turn."""
    steps = (
        Step(key="report", title="Report", at=0, role=Role.DETECTOR),
        Step(key="revoke", title="Revoke", at=1, role=Role.SECURITY_LEAD, fields=(Field(key="how", label="How"),)),
    )
    playbook = Playbook(id="small", title="Small", provider="Anthropic", version=1, steps=steps)
    told = Story(playbook=playbook, roster={Role.SECURITY_LEAD: (SAM,)}, slack=False).open("é")
    told.complete("revoke", {"how": "by hand"}, by=SAM)
    told.close(by=SAM)
    return render_export("json", told.entries)[1].decode()


def checked(entries: list[Entry], **changes: Any) -> Verdict:
    said = {"seq": len(story().entries), "head": story().incident.head, "state": story().incident, **changes}
    return verify_entries(entries, **said)


def rechained(entries: list[Entry]) -> list[Entry]:
    """What somebody makes who forges a record with care."""
    previous, made = GENESIS, []
    for entry in entries:
        made.append(entry.chained(previous))
        previous = made[-1].hash
    return made


def test_an_untouched_record_verifies() -> None:
    verdict = checked(story().entries)
    head = story().incident.head
    assert verdict == Verdict(
        ok=True, sentence=f"INC-0001 verifies: 37 entries, chain ends {head[:4]} {head[4:8]} …, state closed."
    )


def test_an_untouched_file_verifies_as_text_and_as_bytes() -> None:
    assert verify_json(exported()).ok
    assert verify_json(exported().encode()) == verify_json(exported())
    assert verify_json(small()).ok


def test_a_record_at_any_length_verifies() -> None:
    for length in range(1, len(story().entries) + 1):
        kept = story().entries[:length]
        assert verify_entries(kept, seq=length, head=kept[-1].hash, state=None).ok
        assert verify_json(render_export("json", kept)[1]).ok


def test_a_cut_tail_is_named() -> None:
    assert "the record says 37 entries, 36 are here" in checked(story().entries[:-1]).sentence


def test_a_missing_entry_is_named() -> None:
    kept = [*story().entries[:4], *story().entries[5:]]
    assert "entry 5: its seq is 6" in checked(kept).sentence


def test_two_entries_that_changed_places_are_named() -> None:
    first, second, third, *rest = story().entries
    assert "entry 2: its seq is 3" in checked([first, third, second, *rest]).sentence


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "Nothing"},
        {"data": {"v": 1, "more": 1}},
        {"kind": Kind.REFUSED},
        {"actor": SAM},
        {"source": "x"},
        {"step": "logs"},
        {"team": "T9"},
        {"incident": 2},
    ],
)
def test_a_changed_entry_is_named(changes: dict[str, Any]) -> None:
    entries = list(story().entries)
    entries[12] = entries[12].model_copy(update=changes)
    verdict = checked(entries)
    assert not verdict.ok
    assert "entry 13" in verdict.sentence
    assert "it was changed" in verdict.sentence


def test_a_hash_that_was_changed_with_its_entry_breaks_the_next() -> None:
    entries = list(story().entries)
    forged = entries[12].model_copy(update={"text": "Nothing"})
    entries[12] = forged.chained(forged.prev_hash)
    assert "entry 14 (due): prev_hash is not the hash of entry 13" in checked(entries).sentence


def test_a_chain_made_anew_ends_differently() -> None:
    entries = list(story().entries)
    entries[12] = entries[12].model_copy(update={"text": "Nothing"})
    assert "the record says that the chain ends" in checked(rechained(entries)).sentence


def test_an_entry_of_another_incident_is_named() -> None:
    entries = list(story().entries)
    entries[12] = entries[12].model_copy(update={"incident": 2})
    made = rechained(entries)
    assert "entry 13 (note) belongs to another incident" in checked(made, head=made[-1].hash).sentence


def test_an_entry_that_cannot_follow_is_named() -> None:
    entries = list(story().entries)
    entries[12] = entries[12].model_copy(update={"kind": Kind.WAIVED, "step": "revoke"})
    made = rechained(entries)
    assert "entry 13 (waived) cannot follow" in checked(made, head=made[-1].hash).sentence


def test_a_stored_state_that_does_not_follow_is_named_with_its_path() -> None:
    stored = story().incident.with_step("revoke", owner=ADA.id)
    verdict = checked(story().entries, state=stored)
    assert (
        verdict.sentence == "INC-0001 does not verify: "
        'steps.revoke.owner: the stored state says "U0ADA", its entries give "U0DEVI".'
    )


@pytest.mark.parametrize(
    "changes", [{"text": "x"}, {"speed": 2.0}, {"keys": ()}, {"members": ()}, {"names": {}}, {"closed_at": None}]
)
def test_any_part_of_the_stored_state_counts(changes: dict[str, Any]) -> None:
    verdict = checked(story().entries, state=story().incident.model_copy(update=changes))
    assert next(iter(changes)) in verdict.sentence


def test_no_entries() -> None:
    assert verify_entries([], seq=0, head=GENESIS, state=None).sentence == (
        "This record does not verify: there are no entries."
    )


# --- files


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda t: t.replace('"on_time": 4', '"on_time": 5'), "scorecard.on_time: the file says 5, its entries give 4"),
        (lambda t: t.replace('"label": "Done late"', '"label": "Done"'), "incident.steps.rotate.label"),
        (lambda t: t.replace('"as_of_seq": 37', '"as_of_seq": 38'), "the record says 38 entries, 37 are here"),
        (lambda t: t.replace("14 views", "15 views"), "entry 13 (note)"),
        (lambda t: t.replace('"version": 1', '"version": 2', 1), "its version is 2"),
        (lambda t: t.replace('"version": 1', '"version": true', 1), "its version is true"),
        (lambda t: t.replace("quarterdeck.incident", "other"), "it is no export of an incident"),
        (lambda t: t.replace('"speed": 1.0', '"speed": 1', 1), "line 18 is not written as the export writes it"),
        (lambda t: t.replace('"speed": 1.0', '"speed": NaN', 1), "NaN is no JSON number"),
        (lambda t: t.replace('"speed": 1.0', '"speed": -Infinity', 1), "-Infinity is no JSON number"),
        (lambda t: t.replace('"speed": 1.0', '"speed": 1e999', 1), "incident.speed: the file says"),
        (lambda t: t.replace('"speed": 1.0', '"speed": ' + "9" * 5000, 1), "it is no JSON that can be read"),
        (lambda t: t.replace("{", '{"format": 1,', 1), 'the key "format" stands twice'),
        (lambda t: t.replace('"drill": false', '"drill": false, "x": 1', 1), "incident.x: "),
        (lambda t: t.replace('"kind": "note"', '"kind": "noted"', 1), "entries[12].kind: "),
        (lambda t: t.replace("2026-11-21T12:21:00.000000Z", "2026-13-21T12:21:00.000000Z"), "cannot be read"),
        (lambda t: t.replace("\n", "\r\n"), "line 1 is not written as the export writes it"),
        (lambda t: "\ufeff" + t, "a byte order mark"),
        (lambda t: t + "\n", "is not written as the export writes it"),
        (lambda t: t[:-1], "is not written as the export writes it"),
        (lambda t: t[:-3], "it is no JSON (line"),
        (lambda t: t + "{}", "it is no JSON (line"),
        (lambda t: json.dumps(json.loads(t)), "line 1 is not written as the export writes it"),
        (lambda t: t.replace("{", "{,", 1), "it is no JSON (line 1, column 2"),
        (lambda _: "[]", "it is no export of an incident"),
        (lambda _: "null", "it is no export of an incident"),
        (lambda _: "{}", "it is no export of an incident (format nothing)"),
        (lambda _: "[" * 100_000, "nested deeper than any export"),
        (lambda _: '{"a":' * 900 + "1" + "}" * 900, "it is no export of an incident"),
    ],
)
def test_what_does_not_fit_in_a_file_is_named(change: Callable[[str], str], named: str) -> None:
    verdict = verify_json(change(exported()))
    assert not verdict.ok
    assert named in verdict.sentence
    assert "\n" not in verdict.sentence


def test_a_file_that_is_not_utf_8_is_named() -> None:
    assert "it is not UTF-8 (byte 11)" in verify_json(exported().encode()[:10] + b"\xff").sentence
    assert not verify_json(exported().encode("utf-16")).ok


@pytest.mark.parametrize("content", [render_export(name, story().entries)[1] for name in ("csv", "md", "html")])
def test_another_format_is_told_which_one_verify_takes(content: bytes) -> None:
    assert verify_json(content).sentence == NO_JSON


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n\xe2\xe3", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_text_or_empty_is_told_the_same(content: bytes) -> None:
    assert verify_json(content).sentence == NO_JSON


def test_entries_nested_without_end_are_named() -> None:
    deep = '{"a":' * 950 + "1" + "}" * 950
    assert not verify_json(small().replace('"data": {', f'"data": {{"z": {deep},', 1)).ok


def test_half_a_surrogate_pair_is_named() -> None:
    assert not verify_json(small().replace("é", "\\ud800")).ok


def test_a_key_in_a_forged_file_is_not_echoed() -> None:
    key = "sk-" + "ant-api03-" + "k" * 93 + "AA"
    sentence = verify_json(exported().replace('"label": "Done late"', f'"label": "{key}"', 1)).sentence
    assert "kkkk" not in sentence


@pytest.mark.parametrize("offset", range(4))
def test_every_changed_character_of_a_file_is_noticed(offset: int) -> None:
    """Every position, in four runs: each character becomes another of its own sort."""
    text = small()
    for place in range(offset, len(text), 4):
        old = text[place]
        new = "1" if old == "0" else "0" if old.isdigit() else "e" if old == "a" else "a" if old.isalpha() else "'"
        assert not verify_json(text[:place] + new + text[place + 1 :]).ok, f"{old!r} at {place}"


@settings(max_examples=150)
@given(st.data())
def test_no_edit_goes_unnoticed(data: st.DataObject) -> None:
    text = small()
    place = data.draw(st.integers(0, len(text) - 1))
    cut = data.draw(st.integers(0, 3))
    put = data.draw(st.text(alphabet=st.sampled_from('{}[]",:0129.eE-+\\ \nnulltrefas\u00e9'), max_size=3))
    edited = text[:place] + put + text[place + cut :]
    assert verify_json(edited).ok == (edited == text)


@settings(max_examples=100)
@given(st.binary(max_size=200) | st.text(max_size=200))
def test_no_bytes_make_a_traceback(content: bytes | str) -> None:
    assert not verify_json(content).ok


def test_lines_left_out_are_noticed() -> None:
    lines = small().splitlines(keepends=True)
    for number in range(0, len(lines), 5):
        assert not verify_json("".join(lines[:number] + lines[number + 1 :])).ok
