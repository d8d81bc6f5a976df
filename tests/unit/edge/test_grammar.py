"""What stands behind `/incident`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.grammar import COMMANDS, Line, read, slips


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", Line()),
        ("   ", Line()),
        ("status", Line(word="status")),
        ("STATUS", Line(word="status")),
        ("status INC-0001", Line(word="status", number=1)),
        ("INC-0001 status", Line(word="status", number=1)),
        ("inc-1 status", Line(word="status", number=1)),
        ("note INC-0012 two  spaces", Line(word="note", number=12, text="two  spaces")),
        ("INC-12 note saw INC-0003 there", Line(word="note", number=12, text="saw INC-0003 there")),
        ("note saw it in INC-0003", Line(word="note", text="saw it in INC-0003")),
        ("close  all keys rotated ", Line(word="close", text="all keys rotated")),
        ("false-alarm a dummy", Line(word="false-alarm", text="a dummy")),
        ("assign dev_lead <@U1|max>", Line(word="assign", text="dev_lead <@U1|max>")),
        ("export md", Line(word="export", text="md")),
        ("export INC-9999 json", Line(word="export", number=9999, text="json")),
        ("INC-0001 statsu", Line(guess="status", number=1, text="INC-0001 statsu")),
        ("inc-12", Line(word="status", number=12)),
        ("inc-idents", Line(text="inc-idents")),
        ("status INC-xyz", Line(word="status", bad_number="INC-xyz")),
        ("status INC-0", Line(word="status", bad_number="INC-0")),
        ("note line one\nline two", Line(word="note", text="line one\nline two")),
        ("key leaked in a gist", Line(text="key leaked in a gist")),
        ("INC-0001 is back", Line(text="INC-0001 is back")),
        ("🔥", Line(text="🔥")),
        ("status INC-0001 INC-0002", Line(word="status", number=1, second=2, text="INC-0002")),
        ("INC-0001 close inc-2", Line(word="close", number=1, second=2, text="inc-2")),
        ("INC-0001 export INC-0002 md", Line(word="export", number=1, second=2, text="INC-0002 md")),
        ("INC-0001 note INC-0002 has it too", Line(word="note", number=1, text="INC-0002 has it too")),
        ("close INC-1 INC-2 too", Line(word="close", number=1, second=2, text="INC-2 too")),
        ("close INC-1 same as INC-2", Line(word="close", number=1, text="same as INC-2")),
        ("INC-1 INC-2", Line(word="status", number=1, second=2)),
        ("status 6", Line(word="status", number=6)),
        ("note 6 views", Line(word="note", text="6 views")),
    ],
)
def test_commands_numbers_and_reports(text: str, line: Line) -> None:
    assert read(text) == line


@pytest.mark.parametrize(
    ("word", "guess"),
    [
        ("stats", "status"),
        ("sttaus", "status"),
        ("staus", "status"),
        ("xtatusx", None),
        ("clsoe", "close"),
        ("cloes", "close"),
        ("clxxe", None),
        ("falsealarm", "false-alarm"),
        ("flase-alrm", "false-alarm"),
        ("hlep", "help"),
        ("leak", None),
        ("key", None),
    ],
)
def test_a_slip_of_the_finger_is_asked_about_and_the_text_kept(word: str, guess: str | None) -> None:
    assert read(f"{word} and more") == Line(guess=guess, text=f"{word} and more")


def test_a_swap_of_neighbours_counts_as_one() -> None:
    assert slips("close", "clsoe") == 1
    assert slips("", "abc") == 3


@given(st.text(max_size=60))
def test_any_text_is_read_and_a_report_keeps_it(text: str) -> None:
    line = read(text)

    assert line.word in (None, *COMMANDS)
    assert line.word is not None or line.text == text.strip()
