"""A drill's clock can be put forward to the next due moment; the real one never."""

from datetime import timedelta

from playbooks import commands as c
from playbooks.entries import Kind
from playbooks.scorecard import scorecard
from playbooks.states import StepStatus
from playbooks.verify import verify_entries
from tests.unit.stories import DANA, EVE, NO_ID_YET, SAM, Story


def drill() -> Story:
    return Story().open(drill=True)


def forward(story: Story, by: object = SAM) -> None:
    story.do(c.Forward, by=by)
    story.tick()
    assert verify_entries(story.entries, seq=story.incident.seq, head=story.incident.head, state=story.incident).ok


def test_the_next_prompt_comes_at_once_and_on_time() -> None:
    story = drill().wait(minutes=1)
    forward(story)

    assert story.of(Kind.FORWARDED)[0].data["by_s"] == 120
    assert story.step("escalate").status is StepStatus.DUE
    assert not story.step("escalate").prompted_late
    assert story.step("revoke").due_at == story.now + timedelta(minutes=2)


def test_again_and_again_it_goes_through_the_whole_ladder_in_order() -> None:
    story, seen = drill(), []
    for _ in range(60):
        before = len(story.entries)
        forward(story)
        seen += [entry.kind for entry in story.entries[before:] if entry.kind in (Kind.DUE, Kind.OVERDUE)]
        story.wait(seconds=1).tick()

    assert seen.count(Kind.DUE) == 5
    assert all(step.status is not StepStatus.WAITING for step in story.incident.steps)


def test_the_scorecard_counts_the_time_that_was_left_out() -> None:
    story = drill().wait(minutes=1)
    forward(story)
    story.wait(seconds=30)
    story.complete("escalate")
    line = next(line for line in scorecard(story.incident).lines if line.key == "escalate")

    assert line.actual == 3.5
    assert line.prompted == 3


def test_a_real_incident_has_a_real_clock() -> None:
    story = Story().open()
    refused = story.do(c.Forward, by=SAM).refused

    assert refused
    assert refused.reason == "INC-0001 is no drill: its clock is the real one, and nobody can put it forward."
    assert story.entries[-1].kind is Kind.REFUSED


def test_who_takes_part_may_and_nobody_else() -> None:
    story = drill()
    assert story.do(c.Forward, by=DANA).refused is None
    refused = story.do(c.Forward, by=EVE).refused
    assert refused
    assert "can put forward the clock of INC-0001" in refused.reason


def test_what_is_due_stays_where_it_was_and_is_overdue_when_its_time_is_left_out() -> None:
    story = drill()
    forward(story)
    due = story.step("escalate").due_at
    assert due == story.now
    story.wait(seconds=1)
    forward(story)
    assert story.step("escalate").due_at == due
    assert story.step("escalate").status is StepStatus.OVERDUE
    story.wait(seconds=1)
    story.complete("escalate")
    assert story.step("escalate").late


def test_what_is_due_already_is_not_jumped_over() -> None:
    story = drill().wait(minutes=3)

    assert story.do(c.Forward, by=SAM).entries == ()


def test_the_ask_for_a_ticket_comes_nearer_too() -> None:
    story = drill()
    for key in ("revoke", "logs", "notify", "rotate"):
        story.complete(key)
    story.complete("escalate", NO_ID_YET)
    forward(story)

    assert Kind.ASK_DUE in story.kinds


def test_when_nothing_is_to_come_it_says_so() -> None:
    story = drill()
    for key in ("escalate", "revoke", "logs", "notify", "rotate"):
        story.complete(key)
    refused = story.do(c.Forward, by=SAM).refused

    assert refused
    assert refused.reason == "Nothing is due in INC-0001 any more."


def test_the_briefs_follow_because_they_name_the_moments() -> None:
    story = drill()
    outcome = story.do(c.Forward, by=SAM)

    assert {surface.key for surface in outcome.surfaces} >= {"board"}
    assert {surface.key for surface in outcome.again} >= {"brief:dm:U0SAM", "brief:dm:U0DEVI"}
