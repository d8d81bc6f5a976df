"""Planned against actual as a picture: well-formed, in words and shapes, and no text on another."""

from collections.abc import Iterator
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.exports.axis import axis
from playbooks.exports.picture import picture
from playbooks.exports.picture_shapes import shortened
from tests.unit.exports.full import full_story
from tests.unit.exports.goldens import FOLDER, same_as
from tests.unit.exports.hostile import HOSTILE, hostile_story
from tests.unit.stories import Story, closed_story

SVG = "{http://www.w3.org/2000/svg}"
TAGS = {"svg", "title", "desc", "text", "tspan", "rect", "path", "circle", "g"}


def drawn(story: Story) -> ET.Element:
    return ET.fromstring(picture(story.incident))  # noqa: S314 - because it is our own text


def words(story: Story) -> str:
    return "".join(drawn(story).itertext()).replace("\u2068", "").replace("\u2069", "")


def shapes(story: Story, kind: str) -> list[ET.Element]:
    """The shapes of that kind that stand for a step, without those of the legend."""
    return [one for one in drawn(story) if one.get("class") == kind]


def test_a_whole_run_looks_like_this() -> None:
    same_as(FOLDER / "closed.svg", picture(closed_story().incident))


def test_everything_that_can_happen_looks_like_this() -> None:
    same_as(FOLDER / "full.svg", picture(full_story().incident))


def test_it_is_read_to_those_who_cannot_see_it() -> None:
    root = drawn(closed_story())
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img"
    assert title is not None
    assert desc is not None
    assert (root.get("aria-labelledby") or "").split() == [title.get("id"), desc.get("id")]
    assert "Late by 4 min, planned T+15 · prompted T+15 · done T+19 by Rob Silva." in "".join(
        desc.itertext()
    ).translate({0x2068: None, 0x2069: None})


def test_late_is_said_in_words_and_has_a_shape_of_its_own() -> None:
    assert len(shapes(closed_story(), "shape-late")) == len(shapes(closed_story(), "delay")) == 1
    assert len(shapes(closed_story(), "done")) == 5
    assert "Late by 4 min · planned T+15" in words(closed_story())


def test_nothing_done_yet() -> None:
    story = Story().open().until(4)
    assert len(shapes(story, "open")) == 5
    assert "Not done (due now) · planned T+3 · prompted T+3 · owner Sam Okafor" in words(story)
    assert "Not done (waiting) · planned T+15 · owner Rob Silva" in words(story)


def test_what_is_skipped_and_what_was_early() -> None:
    story = Story().open().until(1)
    story.complete("rotate")
    story.skip("notify")
    assert "Skipped · planned T+10" in words(story)
    assert "On time · planned T+15 · done T+1 by Rob Silva" in words(story)
    assert len(shapes(story, "shape-muted")) == 1


@pytest.mark.parametrize(("minutes", "said"), [(90, "done T+90 by"), (4320, "done T+4320 (3 d) by")])
def test_what_is_done_after_an_hour_or_three_days_breaks_the_axis(minutes: float, said: str) -> None:
    story = Story().open().until(minutes)
    story.complete("revoke")
    assert said in words(story)
    assert "from here on time is compressed" in words(story)
    assert {"T+18", "+1 h"} <= {*words(story).splitlines()}
    assert len(shapes(story, "shape-muted")) == 6


def test_a_short_one_needs_no_break() -> None:
    assert "compressed" not in words(closed_story())


def test_practice_speed_and_drill_are_said() -> None:
    story = Story(speed=10).open(drill=True).until(1.9)
    story.complete("rotate")
    assert "Practice speed 10: marks are minutes of the playbook, everything else is real time." in words(story)
    assert "done T+19 by Rob Silva" in words(story)
    assert len(shapes(story, "frame")) == 1
    assert "DRILL · INC-0001" in words(story)


def test_nothing_of_a_drills_head_is_cut_off() -> None:
    story = Story().open(drill=True).until(11)
    story.complete("revoke")
    assert "key revoked at T+11 · 0 of 3 steps on time so far\n" in words(story)
    assert "A drill, left out of the figures." in words(story)
    assert "…" not in words(story)


@pytest.mark.parametrize("minutes", [1, 5, 60])
def test_what_is_not_done_stands_outside_of_what_is_on_time(minutes: float) -> None:
    story = Story().open().until(minutes)
    boxes = [(float(b.get("x", 0)), float(b.get("width", 0))) for b in shapes(story, "window")]
    places = [float(circle.get("cx", 0)) for circle in shapes(story, "open")]
    assert all(x + width + 6 < place < 950 for (x, width), place in zip(boxes[1:6], places[:5], strict=True))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_hostile_text_makes_a_part_of_the_picture(text: str) -> None:
    assert {one.tag.removeprefix(SVG) for one in drawn(hostile_story(text)).iter()} <= TAGS
    assert len(list(drawn(hostile_story(text)).iter())) == len(list(drawn(hostile_story("tame")).iter()))


@pytest.mark.parametrize("story", [closed_story(), full_story(), hostile_story("W" * 100)], ids=["a", "b", "c"])
def test_every_line_of_text_has_a_box_that_no_other_touches(story: Story) -> None:
    boxes = sorted((float(b.get("y", 0)), float(b.get("height", 0))) for b in drawn(story) if b.tag == f"{SVG}svg")
    assert len(boxes) == 3 + 2 * len(story.incident.steps)
    assert all(y + height <= following for (y, height), (following, _) in pairwise(boxes))


def test_a_long_title_is_cut_and_says_so() -> None:
    assert shortened("a" * 200, 50).endswith("…")
    assert len(shortened("你" * 200, 50)) < len(shortened("a" * 200, 50))
    assert shortened("fits", 50) == "fits"


MINUTES = st.floats(0, 10_080).map(lambda n: round(n, 2)) | st.floats(0, 2).map(lambda n: round(n, 3))
HAPPENED = MINUTES | st.floats(-100, 1_000_000)


@given(st.lists(MINUTES, min_size=1, max_size=20), st.lists(HAPPENED, max_size=20))
def test_every_moment_has_a_place_and_no_label_is_on_another(plan: list[float], happened: list[float]) -> None:
    made = axis(plan, happened, 40, 930)
    places = [made.place(moment) for moment in sorted([*plan, *happened])]
    assert all(40 <= place <= 930 for place in places)
    assert places == sorted(places)
    assert all(first < second for first, second in pairwise(_ends(made.ticks())))


def _ends(ticks: list[tuple[float, str]]) -> Iterator[float]:
    """Where each label begins and ends, of a font in which a letter takes two thirds of its height of 12."""
    for place, label in ticks:
        yield from (place - len(label) * 4, place + len(label) * 4)
