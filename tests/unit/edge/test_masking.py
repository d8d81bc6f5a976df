"""Nothing that looks like a key gets through the one door, whatever carries it."""

from dataclasses import fields
from datetime import UTC, datetime

import pytest

from bot.fingerprints import fingerprinter
from bot.masking import Masker, clean
from bot.observability import redacted
from playbooks import commands as c
from playbooks.entries import Actor
from playbooks.model import Trigger

KEY = "sk-ant-" + "api03-" + "q7" * 46 + "x" + "AA"
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
masker = Masker(fingerprinter("a secret of sixteen"))


def test_every_text_of_a_command_is_masked() -> None:
    command = c.Open(
        team="T1",
        at=NOON,
        source_id=f"form:{KEY}",
        by=Actor(id="U1", name=f"Dana {KEY}"),
        source=KEY,
        text=f"found {KEY} twice: {KEY}",
        trigger=Trigger.KEY_COMMITTED,
        keys=(KEY, "prod-gateway"),
        noticed_at=NOON,
    )
    masked, found = masker.whole(command)

    assert KEY not in repr(masked)
    assert len(found) == 6
    assert masked.trigger is Trigger.KEY_COMMITTED
    assert masked.keys[1] == "prod-gateway"
    assert {f.name for f in fields(masked)} == {f.name for f in fields(command)}


def test_nested_answers_are_masked() -> None:
    command = c.Complete(
        team="T1", at=NOON, source_id="x", number=1, step="revoke", answers={"which_key": [KEY, {"deep": KEY}]}
    )

    assert KEY not in repr(masker.whole(command)[0])


def test_two_reports_of_one_key_meet_and_another_secret_tells_nothing() -> None:
    other = Masker(fingerprinter("another secret here"))

    assert masker.text(KEY)[1] == masker.text(f"again {KEY}!")[1]
    assert masker.text(KEY)[1] != other.text(KEY)[1]


def test_characters_that_a_database_refuses_are_replaced() -> None:
    assert clean("a\x00b\ud800c") == "a�b?c"


def test_a_log_line_lets_nobody_in() -> None:
    line = f"xoxb-{'1' * 12}-abc xapp-1-{'A' * 9} postgresql://me:geheim@host/db wss://x?ticket=abc&a=1 {KEY}"

    kept = "[Anthropic key sk-ant-api03-q7q…7xAA, fingerprint …]"
    assert redacted(line) == f"xoxb-… xapp-… postgresql://me:…@host/db wss://x?ticket=…&a=1 {kept}"


@pytest.mark.parametrize("dash", ["\u2011", "\u2013"])
def test_a_log_line_finds_every_key_that_the_record_finds(dash: str) -> None:
    line = f"%3D{KEY.replace('-', dash)}"

    assert "q7" * 6 not in redacted(line)
    assert redacted(line) == masker.text(line)[0].replace(masker.text(line)[1][0].fingerprint, "…")


def test_a_password_with_an_at_sign_is_redacted_whole() -> None:
    assert redacted("postgresql://me:ge@heim@host/db") == "postgresql://me:…@host/db"
