"""A merged list holds each head, what is asked in short and the buttons, within Slack's limits."""

import pytest

from bot.slack import ids
from bot.slack.lists import MOST, list_message
from bot.slack.messages import Context, Message
from bot.slack.prompts import Part, list_part
from tests.unit.slack.shown import as_seen, checked
from tests.unit.slack.test_hostile import WORDS, hostile_story
from tests.unit.stories import Story

DM = "prompt:revoke:dm:U0DEVI"
HEAD = "INC-0007 · T+5 · Revoke the suspect key"


def part(story: Story, key: str = DM, **more: object) -> Part | None:
    about = {"now": story.now, "delivery_id": f"m{story.incident.number}", **more}
    return list_part(story.incident, key, Context(**about))


def listed(*parts: Part | None, drill: bool = False) -> Message:
    return checked(list_message([one for one in parts if one], "d1", drill=drill))


def story(number: int, *, drill: bool = False) -> Story:
    return Story(number=number).open(keys=("prod-gateway",), drill=drill).until(5)


def test_each_has_its_head_its_key_what_to_do_and_its_own_buttons() -> None:
    message = listed(part(story(7)), part(story(8)))
    first, second = as_seen(message).split("[Complete step] [Take over] [I can't]")[:2]
    assert first.startswith("2 steps at once\n" + HEAD)
    assert "Key: prod-gateway\n    Disable the key, then make sure that it is dead." in first
    assert second.strip().startswith(HEAD.replace("7", "8"))
    carried = [block["elements"][0]["value"] for block in message.blocks if block["type"] == "actions"]
    assert [ids.target(value) for value in carried] == [(7, "revoke"), (8, "revoke")]


def test_every_delivery_id_stands_in_a_block_of_its_own() -> None:
    message = listed(part(story(7)), part(story(8)))
    block_ids = [block["block_id"] for block in message.blocks]
    assert [one for one in block_ids if one.startswith("qd:")] == ["qd:d1", "qd:m7", "qd:m8"]
    assert len(set(block_ids)) == len(block_ids)


def test_late_ones_and_repeats_say_so_in_their_row() -> None:
    seen = as_seen(listed(part(story(7), late_s=240.0, late_why="Quarterdeck was not running", maybe_repeat=True)))
    assert "4 min late: Quarterdeck was not running" in seen
    assert "This may be a repeat." in seen


def test_drills_say_so_in_the_first_line_and_in_each_row() -> None:
    message = listed(part(story(7, drill=True)), part(story(8, drill=True)), drill=True)
    assert as_seen(message).startswith("2 steps at once · DRILL\n")
    assert message.text.count("Drill: do not contact Anthropic") == 1
    assert as_seen(message).count("Drill: do not contact Anthropic") == 2


def test_what_ended_is_left_out_before_and_says_how_it_ended_after() -> None:
    done = story(7)
    done.complete("revoke")
    assert part(done) is None
    there = as_seen(listed(part(done, posted=True), part(story(8))))
    assert "Done 12:05" in there
    assert there.count("[Complete step]") == 1


def test_what_belongs_to_no_step_is_no_part() -> None:
    assert part(story(7), "prompt:nonsense:dm:U0DEVI") is None


@pytest.mark.parametrize("words", WORDS)
def test_the_most_that_a_list_holds_is_taken_by_slack(words: str) -> None:
    hostile = hostile_story(WORDS[words])
    one = part(hostile, "prompt:step1:dm:U0SAM", posted=True, late_s=99.0, late_why="Quarterdeck was busy")
    assert one is not None
    parts = [Part(delivery_id=f"m{n}", lines=one.lines, blocks=one.blocks) for n in range(MOST)]
    message = listed(*parts)
    assert len(message.blocks) <= 50


def test_ten_ordinary_ones_keep_every_head_in_the_text() -> None:
    late = {"late_s": 240.0, "late_why": "Slack did not accept messages", "maybe_repeat": True}
    message = listed(*(part(story(number, drill=True), **late) for number in range(1, MOST + 1)), drill=True)
    assert message.text.count(" · T+5 · Revoke the suspect key") == MOST
