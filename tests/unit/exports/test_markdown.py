"""The record as Markdown: complete, and no text in it does anything but show."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt  # comes with typer, by way of rich
from markdown_it.token import Token

from playbooks.exports.as_markdown import as_markdown
from playbooks.exports.markdown_text import inline, link, quoted, table
from tests.unit.exports.full import LINES, NASTY, full_story
from tests.unit.exports.goldens import FOLDER, same_as
from tests.unit.stories import NO_ID_YET, Story, closed_story

READER = MarkdownIt("commonmark").enable("table").enable("strikethrough")


def tokens(text: str) -> list[Token]:
    """Everything that a reader of Markdown sees in it, flat."""
    return [inner for token in READER.parse(text) for inner in (token, *(token.children or []))]


def seen(text: str) -> str:
    """The letters that a person sees, lines joined by newlines."""
    words = {"text": None, "code_inline": None, "softbreak": "\n", "hardbreak": "\n", "paragraph_close": "\n"}
    parts = [words[token.type] or token.content for token in tokens(text) if token.type in words]
    return "".join(parts).strip()


def test_a_whole_run_looks_like_this() -> None:
    same_as(FOLDER / "closed.md", as_markdown(closed_story().entries))


def test_everything_that_can_happen_looks_like_this() -> None:
    same_as(FOLDER / "full.md", as_markdown(full_story().entries))


def test_an_open_one_says_as_of_when() -> None:
    story = Story().open().until(12)
    last = story.entries[-1]
    assert f"| **As of** | entry {last.seq}, 2026-11-21 12:12:00 UTC |" in as_markdown(story.entries)
    assert f"| **As of** | entry 1, {last.at:%Y-%m-%d} 12:00:00 UTC |" in as_markdown(story.entries[:1])


def test_it_has_every_part() -> None:
    headings = re.findall(r"^## (.*)$", as_markdown(closed_story().entries), re.MULTILINE)
    assert headings == [
        "Summary",
        "Scorecard",
        "Evidence",
        "Open follow-ups",
        "People and roles",
        "Timeline",
        "Lessons learned",
        "The chain",
    ]


def test_it_says_what_is_still_to_follow() -> None:
    text = as_markdown(closed_story().entries)
    assert "- T+3: the support ticket ID is still to come (Sam Okafor)" in text
    assert "- T+15: Old key deleted for good on: 2026-11-28 (Rob Silva)" in text
    assert "- T+15: Next rotation: 2027-02-19 (Rob Silva)" in text


def test_an_open_incident_lists_what_is_not_done() -> None:
    text = as_markdown(Story().open().until(4).entries)
    assert "- T+5 Revoke the suspect key is not done (Devi Rao)" in text
    assert "Still open. To be done: T+3 Escalate to Anthropic support, T+5" in text


def test_a_drill_is_marked_at_the_top_and_at_the_figures() -> None:
    text = as_markdown(Story().open(drill=True).entries)
    assert text.startswith("# DRILL · INC-0001")
    assert "drill, left out of the figures" in text


def test_practice_speed_is_said() -> None:
    story = Story(speed=10).open().until(1)
    story.complete("escalate", NO_ID_YET)
    assert "Practice speed 10: marks are minutes of the playbook" in as_markdown(story.entries)


def test_no_text_of_a_person_makes_a_part_of_the_document() -> None:
    """A reader of Markdown sees the same parts whether the texts are nasty or not; only links of our own are there."""
    text = as_markdown(full_story().entries)
    found = tokens(text)
    assert {t.type for t in found} & {"html_inline", "html_block", "image", "code_block", "fence", "hr"} == set()
    links = {str(t.attrGet("href")) for t in found if t.type == "link_open"}
    assert all(href.startswith(("https://company.slack.com/", "https://x/a_b%7Cc")) for href in links)
    rows = [t for t in found if t.type == "tr_open"]
    assert len(rows) == len(re.findall(r"^\|(?! ---)", text, re.MULTILINE)) > len(full_story().entries)
    assert {t.content for t in found if t.type == "code_inline"} == {e.hash[:8] for e in full_story().entries}


@pytest.mark.parametrize(
    "text", [NASTY, *LINES.splitlines(), "# x", "1) y", "+ z", "=== ", "~~~", "[ref]: http://e", ": d"]
)
def test_a_nasty_line_shows_as_it_is(text: str) -> None:
    assert seen(inline(text)) == text.strip()
    assert {t.type for t in tokens(inline(text))} <= {
        "paragraph_open",
        "inline",
        "text",
        "text_special",
        "paragraph_close",
    }


def test_lines_are_kept_in_a_quotation() -> None:
    assert seen(f"- q:\n{quoted(LINES)}").replace("\n\n", "\n") == "q:\n" + LINES.replace("    code", "code")


ANY = st.text(st.characters(exclude_categories=("Cs",)), max_size=60) | st.text(
    "|`*_<>[]()#&\\~!-+.:1 \n/w@", max_size=40
)


@settings(max_examples=300)
@given(ANY)
def test_no_line_makes_anything_but_text(text: str) -> None:
    plain = {"paragraph_open", "inline", "text", "text_special", "softbreak", "paragraph_close"}
    assert {t.type for t in tokens(inline(text))} <= plain
    assert "\n" not in inline(text)


@settings(max_examples=300)
@given(ANY, ANY)
def test_no_cell_leaves_its_place(one: str, two: str) -> None:
    made = table(("a", "b"), [(inline(one), inline(two)), ("x", "y")])
    assert [t.type for t in tokens(made)].count("td_open") == 4


@settings(max_examples=300)
@given(ANY)
def test_no_quotation_ends_early(text: str) -> None:
    found = [t.type for t in tokens(f"- q:\n{quoted('x' + text + chr(10) + 'y')}\n- z")]
    assert (found.count("blockquote_open"), found.count("list_item_open"), found.count("bullet_list_open")) == (1, 2, 1)
    assert not {"html_inline", "html_block", "heading_open", "fence", "code_block", "hr", "link_open"} & set(found)


@settings(max_examples=300)
@given(ANY)
def test_a_link_leads_where_it_says_and_nowhere_else(text: str) -> None:
    found = [t for t in tokens(f"- q: {link('https://example.com/' + text)}") if t.type == "link_open"]
    assert len(found) == 1
    assert str(found[0].attrGet("href")).startswith("https://example.com/")


def test_a_link_that_is_none_of_the_web_is_text() -> None:
    assert tokens(link("javascript:alert(1)"))[1].content == "javascript:alert(1)"
    assert not [t for t in tokens(link("javascript:alert(1)")) if t.type == "link_open"]


def test_what_turns_the_direction_of_a_text_does_not_pass() -> None:
    assert inline("a\u202eb\x00c\u2066d") == "a\ufffdb\ufffdc\ufffdd"


def test_a_very_long_text_is_kept_whole() -> None:
    story = Story().open("word " * 600)
    assert as_markdown(story.entries).count("word") == 600 * 3
