"""Every kind of entry has its sentence."""

from datetime import timedelta

import pytest

from playbooks.commands import Forward
from playbooks.entries import Entry, Kind
from playbooks.exports.phrases import phrase
from playbooks.incident import Incident
from playbooks.model import Role
from tests.unit.exports.full import full_story
from tests.unit.stories import ROSTER, SAM, Story, closed_story


def everything() -> dict[Kind, tuple[Entry, Incident]]:
    """One entry of each kind, with its incident."""
    answered = closed_story()
    answered.answer("escalate", "CASE-4711")
    drill = Story().open(drill=True)
    drill.do(Forward, by=SAM)
    drill.set_clock(timedelta(hours=1))
    stories = (drill, answered, full_story())
    return {entry.kind: (entry, story.incident) for story in stories for entry in story.entries}


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_told(kind: Kind) -> None:
    entry, incident = everything()[kind]
    sentence = phrase(entry, incident)
    assert len(sentence) > 10
    assert sentence.endswith((".", "”"))
    for raw in ("{", "}", "U0", "None", "T0COMPANY", ":dm:"):
        assert raw not in sentence


def told(story: Story, kind: Kind, step: str | None = None) -> list[str]:
    return [phrase(entry, story.incident) for entry in story.of(kind, step)]


def test_a_step_that_was_done() -> None:
    story = closed_story()
    assert told(story, Kind.COMPLETED, "revoke") == [
        "Devi Rao completed T+5 Revoke the suspect key: Which key: prod-gateway; Revoked at: 2026-11-21 12:06 UTC; "
        "How was it confirmed?: Seen in the Console (a person says so)."
    ]
    assert told(story, Kind.SUBMITTED) == [
        "Sam Okafor completed T+3 Escalate to Anthropic support; the support ticket ID is still to come."
    ]
    assert told(story, Kind.COMPLETED, "rotate")[0].startswith(
        "Rob Silva completed T+15 Deploy new keys, lock in the rotation late: New key: prod-gateway-2;"
    )


def test_a_message_that_arrived_late_says_how_late_and_why() -> None:
    story = Story().open()
    story.slack = False
    story.until(4)
    story.posted("prompt:escalate:dm:U0SAM", late_s=60.0, late_why="Quarterdeck was not running", maybe_repeat=True)
    assert told(story, Kind.PROMPTED) == [
        "The prompt for T+3 Escalate to Anthropic support reached Sam Okafor, "
        "1 min late: Quarterdeck was not running (may be a repeat)."
    ]


def test_a_refusal_is_told_in_the_words_that_were_read() -> None:
    story = Story().open()
    story.do(Forward, by=SAM)
    entry = story.entries[-1]
    assert told(story, Kind.REFUSED) == [f"Sam Okafor was refused: {entry.text}"]
    assert entry.data["act"] == "put forward the clock of"


def test_the_ladder_says_who_is_told_next() -> None:
    story = Story().open().until(60)
    assert told(story, Kind.UNANSWERED, "revoke") == [
        f"Nobody has answered T+5 Revoke the suspect key: {deed}."
        for deed in (
            "the owner is nudged, and Max Lind gets the prompt too",
            "it goes on to Sam Okafor, Sid Park",
            "the alerts channel is told",
            *(f"reminder {n} follows" for n in range(1, 7)),
        )
    ]


def test_a_step_that_nobody_owns() -> None:
    story = Story(roster={**ROSTER, Role.DEV_LEAD: ()}).open().until(5)
    assert told(story, Kind.DUE, "revoke") == ["T+5 Revoke the suspect key came due; nobody owns it."]
    story.take_over("revoke", by=SAM)
    assert told(story, Kind.TAKEN_OVER) == ["Sam Okafor took over T+5 Revoke the suspect key."]


def test_what_could_not_be_delivered() -> None:
    story = Story(slack=False).open().until(5)
    story.failed("prompt:revoke:dm:U0DEVI")
    story.failed("prompt:revoke:channel", "is_archived", "The channel is archived.")
    story.failed("board", "msg_too_long", "")
    assert told(story, Kind.SEND_FAILED) == [
        "Could not deliver the prompt for T+5 Revoke the suspect key to Devi Rao (user_disabled): "
        "“The account is deactivated.”",
        "Could not deliver the prompt for T+5 Revoke the suspect key in the incident channel (is_archived): "
        "“The channel is archived.”",
        "Could not deliver the board (msg_too_long).",
    ]


def test_a_drill() -> None:
    story = Story().open(drill=True)
    assert told(story, Kind.OPENED)[0].startswith("Drill. Dana Ito opened INC-0001: API key committed")
