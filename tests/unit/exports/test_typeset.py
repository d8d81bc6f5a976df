"""PDF and PNG: the same bytes each time, no character dropped in silence, and no text that is markup."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from bot.typeset import engine
from bot.typeset.glyphs import FONT, covered, legible
from playbooks.exports.picture import picture
from tests.unit.exports.full import full_story
from tests.unit.exports.hostile import HOSTILE, hostile_story
from tests.unit.stories import Story, closed_story

STORIES = [closed_story(), full_story(), Story().open(), Story(speed=10).open(drill=True).until(1)]


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What typst is given besides the template."""
    given: dict[str, str] = {}
    compiled = engine._set

    def noted(source: bytes, inputs: dict[str, str], form: Any) -> bytes:
        given.update(inputs)
        return compiled(source, inputs, form)

    monkeypatch.setattr(engine, "_set", noted)
    return given


@pytest.mark.parametrize("story", STORIES, ids=["closed", "full", "just open", "drill"])
def test_twice_the_same_bytes(story: Story) -> None:
    assert engine.pdf(story.entries) == engine.pdf(story.entries)
    assert engine.png(story.entries) == engine.png(story.entries)


def test_a_pdf_is_one_and_knows_neither_date_nor_machine() -> None:
    made = engine.pdf(closed_story().entries)
    assert made.startswith(b"%PDF-1.7")
    assert b"CreationDate" not in made
    assert b"ModDate" not in made
    assert b"CreateDate" not in made
    assert str(Path.home()).encode() not in made


def test_a_png_has_two_pixels_for_each_point_of_the_picture() -> None:
    made = engine.png(closed_story().entries)
    assert made.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">I", made[16:20]) == (960 * 72 // 96 * 2,)


@pytest.mark.parametrize("text", HOSTILE)
def test_every_hostile_text_is_set(text: str, handed: dict[str, str]) -> None:
    story = hostile_story(text)
    assert engine.pdf(story.entries).startswith(b"%PDF")
    assert engine.png(story.entries).startswith(b"\x89PNG")
    letters = set("".join(handed.values()) + "".join(_texts(json.loads(handed["report"]))))
    assert {char for char in letters if legible(char) != char} == set()


def _texts(value: Any) -> list[str]:
    """Every text that is shown: an address behind a link is not."""
    if isinstance(value, dict):
        return [text for key, inner in value.items() if key != "_url" for text in _texts(inner)]
    return [text for inner in value for text in _texts(inner)] if isinstance(value, list) else [str(value)]


def test_only_addresses_of_the_web_are_links(handed: dict[str, str]) -> None:
    engine.pdf(Story().open(source="javascript:alert(1)").entries)
    sources = [row["source"] for row in json.loads(handed["report"])["timeline"]]
    assert sources[0] == {"text": "javascript:alert(1)", "_url": None}
    assert sources[1]["_url"].startswith("https://company.slack.com/")


def test_a_character_that_the_font_lacks_is_there_as_its_number() -> None:
    assert legible("\U0001f6a8 你") == "[U+1F6A8] [U+4F60]"
    assert legible("Grüße, שלום, مرحبا, Привет, Γειά €→✓ �\n") == "Grüße, שלום, مرحبا, Привет, Γειά €→✓ �\n"
    assert legible("e\u0301 \u2068x\u2069 \ufe0f") == "e\u0301 \u2068x\u2069 \ufe0f"
    assert legible("\u20dd") == "[U+20DD]"


def test_the_font_says_what_it_has_and_comes_with_its_licence() -> None:
    assert {*map(ord, "AZaz09·–…“”�")} <= covered()
    assert "Bitstream Vera" in (FONT.parent / "LICENSE-DejaVu.txt").read_text(encoding="utf-8")


def test_bold_is_an_outline_since_there_is_one_weight(handed: dict[str, str]) -> None:
    engine.png(closed_story().entries)
    assert "font-weight" in picture(closed_story().incident)
    assert "font-weight" not in handed["picture"]
    assert 'fill="#b3261e" stroke="#b3261e"' in handed["picture"]


def test_a_long_word_may_be_broken_and_a_hash_or_an_identifier_is_copied_as_it_is(handed: dict[str, str]) -> None:
    story = Story().open("w" * 200, keys=("apikey_01" + "Ab" * 12,))
    engine.pdf(story.entries)
    given = json.loads(handed["report"])
    assert max(map(len, dict(given["head"])["What happened"].split("\u200b"))) == 44
    assert dict(given["head"])["Suspect keys"] == "apikey_01" + "Ab" * 12
    assert given["chain"][0].endswith(story.incident.head)
    assert {row["who"] for row in given["timeline"]} == {"Dana Ito", "Quarterdeck"}
