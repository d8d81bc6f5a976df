"""The bytes that are hashed, and the chain."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from playbooks.entries import GENESIS, Actor, Entry, Kind, first_break, moment, parse_moment
from tests.unit.stories import closed_story

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def entry(**changes: Any) -> Entry:
    plain = Entry(team="T1", incident=1, seq=1, at=AT, occurred_at=AT, actor=Actor(id="U1"), kind=Kind.NOTE, text="é")
    return plain.model_copy(update=changes)


def test_the_canonical_bytes() -> None:
    assert entry(data={"b": [1, None, True], "a": {"z": 1.5, "y": "\u2028\n"}}).canonical() == (
        b'{"actor":{"id":"U1","name":null},"at":"2026-11-21T12:00:00.000000Z","data":{"a":{"y":"\xe2\x80\xa8\\n","z":1.5},'
        b'"b":[1,null,true]},"incident":1,"kind":"note","occurred_at":"2026-11-21T12:00:00.000000Z","seq":1,"source":"",'
        b'"step":null,"team":"T1","text":"\xc3\xa9","v":1}'
    )


def test_the_hash_covers_the_hash_before_and_the_bytes() -> None:
    made = entry().chained("a" * 64)
    assert made.prev_hash == "a" * 64
    assert made.hash == hashlib.sha256(b"a" * 64 + b"\n" + entry().canonical()).hexdigest()


def test_the_order_of_keys_and_the_zone_of_a_moment_do_not_matter() -> None:
    tokyo = AT.astimezone(timezone(timedelta(hours=9)))
    assert entry(data={"a": 1, "b": 2}, at=tokyo).canonical() == entry(data={"b": 2, "a": 1}).canonical()


@pytest.mark.parametrize("field", ["at", "occurred_at"])
def test_a_moment_without_a_zone_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        entry(**{field: datetime(2026, 11, 21, 12, 0)}).canonical()  # noqa: DTZ001 - because it is the mistake itself


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_does_not_know_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        entry(data={"n": number}).canonical()


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        entry(text="\ud800").canonical()


def test_moments_go_there_and_back() -> None:
    at = AT + timedelta(microseconds=1)
    assert moment(at) == "2026-11-21T12:00:00.000001Z"
    assert parse_moment(moment(at)) == at
    assert len(moment(datetime(1, 1, 1, tzinfo=UTC))) == len(moment(AT))


@pytest.mark.parametrize("text", ["", "now", "2026-11-21", "2026-11-21T12:00:00Z", "2026-11-21T12:00:00.000000+00:00"])
def test_other_texts_are_no_moments(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no moment|Invalid isoformat"):
        parse_moment(text)


def test_an_untouched_chain_has_no_break() -> None:
    assert first_break(closed_story().entries) is None
    assert first_break([]) is None


def test_the_first_entry_follows_zeros() -> None:
    assert closed_story().entries[0].prev_hash == GENESIS
    assert "prev_hash is not the hash of entry 0" in (first_break([entry().chained("b" * 64)]) or "")


def test_what_an_entry_is_about() -> None:
    assert entry(step="revoke").on_step == "revoke"
    with pytest.raises(ValueError, match="names no step"):
        _ = entry().on_step
