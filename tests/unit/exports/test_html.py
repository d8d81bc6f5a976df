"""The record as one HTML file: complete, self-contained, and no text in it does anything but show."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest

from playbooks.exports.as_html import as_html
from playbooks.exports.as_markdown import as_markdown
from playbooks.exports.html_style import STYLE
from tests.unit.exports.full import LINES, NASTY, full_story
from tests.unit.exports.goldens import FOLDER, same_as
from tests.unit.exports.hostile import HOSTILE, hostile_story
from tests.unit.exports.page import Page
from tests.unit.stories import Story, closed_story

TAGS = (
    {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "p", "span", "strong", "div", "a"}
    | {"table", "thead", "tbody", "tr", "th", "td", "ul", "li", "dl", "dt", "dd", "code", "figure"}
    | {"svg", "desc", "text", "tspan", "rect", "path", "circle", "g"}
)


def test_a_whole_run_looks_like_this() -> None:
    same_as(FOLDER / "closed.html", as_html(closed_story().entries))


def test_it_has_the_parts_of_the_markdown_one() -> None:
    headings = re.findall(r"^## (.*)$", as_markdown(full_story().entries), re.MULTILINE)
    assert re.findall(r"<h2>(.*)</h2>", as_html(full_story().entries)) == headings


def test_nothing_comes_from_elsewhere_and_nothing_runs() -> None:
    page = Page(as_html(full_story().entries))
    assert {tag for tag, _ in page.tags} <= TAGS
    assert not {name for _, attrs in page.tags for name in attrs} & {"src", "srcset", "style", "xlink:href", "action"}
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    assert [tag for tag, attrs in page.tags if "href" in attrs] == ["a"] * len(page.links)
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def test_the_policy_allows_the_style_of_the_page_and_nothing_else() -> None:
    page = as_html(closed_story().entries)
    style = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    allowed = f"style-src 'sha256-{b64encode(sha256(style[0].encode()).digest()).decode()}'"
    policy = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    assert style == [STYLE]
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in page.split("<style>")[0]


def test_texts_show_as_they_were_written() -> None:
    text = Page(as_html(full_story().entries)).text
    assert text.count(NASTY) > 5
    assert LINES in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_hostile_text_makes_a_part_of_the_page(hostile: str) -> None:
    page, tame = Page(as_html(hostile_story(hostile).entries)), Page(as_html(hostile_story("tame").entries))
    links = {*page.links} - {*tame.links}
    assert page.errors == []
    assert [t for t, _ in page.tags if t not in ("a", "dt", "dd")] == [
        t for t, _ in tame.tags if t not in ("a", "dt", "dd")
    ]
    assert all(link.startswith("https://e.example/") for link in links)


def test_a_link_that_is_none_of_the_web_is_text() -> None:
    page = Page(as_html(Story().open(source="javascript:alert(1)").entries))
    assert "javascript:alert(1)" in page.text
    assert not [link for link in page.links if not link.startswith("https://company.slack.com/")]


def test_what_turns_the_direction_or_is_no_character_does_not_pass() -> None:
    page = as_html(Story().open("a\u202eb\x00c\u2066d\uffff\r\ne").entries)
    assert "a\ufffdb\ufffdc\ufffdd\ufffd\ne" in page


def test_a_drill_is_marked_at_the_top_and_in_the_picture() -> None:
    page = as_html(Story().open(drill=True).entries)
    assert '<h1><span class="drill">DRILL</span> INC-0001' in page
    assert "<title>DRILL · INC-0001" in page
    assert '<title id="picture-title">DRILL · INC-0001' in page


def test_it_is_made_for_night_and_for_paper() -> None:
    assert "@media screen and (prefers-color-scheme: dark)" in STYLE
    assert "@media print" in STYLE
