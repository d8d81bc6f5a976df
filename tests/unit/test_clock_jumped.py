"""The machine's clock is set while an incident runs: the minutes since T0 go on as if nobody had touched it."""

from datetime import timedelta

import pytest

from playbooks.entries import Kind
from playbooks.ladder import next_due
from playbooks.scorecard import scorecard
from playbooks.verify import verify_entries
from tests.unit.stories import NO_ID_YET, Story

HOUR = timedelta(hours=1)


def played(*jumps: timedelta) -> Story:
    """One story, with the clock set at some minutes of it."""
    story, left = Story().open().until(4), list(jumps)
    for step in ("escalate", "revoke", "logs"):
        story.complete(step, NO_ID_YET if step == "escalate" else None)
        if left:
            story.set_clock(left.pop(0))
        story.tick(3)
    return story.tick(10)


@pytest.mark.parametrize("jumps", [[HOUR], [-HOUR], [HOUR, -HOUR], [timedelta(minutes=-1), timedelta(days=40), -HOUR]])
def test_every_distance_stays(jumps: list[timedelta]) -> None:
    story, untouched = played(*jumps), played()
    by = sum(jumps, timedelta())

    assert scorecard(story.incident).lines == scorecard(untouched.incident).lines
    assert [kind for kind in story.kinds if kind is not Kind.CLOCK_JUMPED] == untouched.kinds
    assert story.incident.t0 - untouched.incident.t0 == by
    due, other = next_due(story.incident), next_due(untouched.incident)
    assert due is not None
    assert other is not None
    assert due - other == by


def test_it_verifies_and_says_by_how_much() -> None:
    story = played(-HOUR)
    entry = story.of(Kind.CLOCK_JUMPED)[0]
    incident = story.incident

    assert verify_entries(story.entries, seq=incident.seq, head=incident.head, state=incident).ok
    assert entry.data == {"v": 1, "by_s": -3600.0, "before": "2026-11-21T12:04:00.000000Z"}
    assert entry.at < story.entries[0].at


def test_the_board_the_announcement_and_the_briefs_show_the_new_times() -> None:
    story = Story().open().until(4).set_clock(HOUR)
    wanted = {surface.key for surface in (*story.last.surfaces, *story.last.again)}

    assert {"board", "announcement", "brief:dm:U0DEVI", "prompt:escalate:dm:U0SAM"} <= wanted


def test_a_clock_set_while_it_is_closed_does_not_shorten_what_is_left() -> None:
    story = Story().open().until(4)
    story.false_alarm()
    story.now -= HOUR - timedelta(minutes=10)
    story.reopen()

    assert story.step("revoke").due_at == story.now + timedelta(minutes=1)
