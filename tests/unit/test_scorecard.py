"""Planned against actual."""

from datetime import timedelta

import pytest

from playbooks.model import Role
from playbooks.scorecard import Line, Scorecard, Verdict, minute_mark, scorecard, short, span_in_words
from tests.unit.stories import EVE, NO_ID_YET, SAM, Story, closed_story, key_leak


def judged(story: Story) -> dict[str, str]:
    return {line.key: line.said for line in scorecard(story.incident).judged}


def line(card: Scorecard, key: str) -> Line:
    return next(line for line in card.lines if line.key == key)


def test_a_whole_run() -> None:
    story = closed_story()
    card = scorecard(story.incident)
    assert card.figures == ("Opened 8 min after it was noticed", "key revoked at T+6", "4 of 5 steps on time")
    assert judged(story) == {
        "escalate": "on time",
        "revoke": "on time",
        "logs": "on time",
        "notify": "on time",
        "rotate": "late by 4 min",
    }
    assert (card.label, card.state, card.drill, card.entries) == ("INC-0001", "Closed", False, len(story.entries))
    assert card.head == story.entries[-1].hash
    assert card.chain == f"{card.entries} entries, chain ends {card.head[:4]} {card.head[4:8]} …"


def test_planned_and_actual_minutes() -> None:
    card = scorecard(closed_story().incident)
    rotate = line(card, "rotate")
    assert (rotate.planned, rotate.prompted, rotate.actual, rotate.actual_mark) == (15, 15, 19, "T+19")
    assert rotate.late_by == timedelta(minutes=4)


def test_done_at_the_last_moment_is_on_time_and_just_after_it_is_late() -> None:
    last, after = Story().open().until(7), Story().open().until(7).wait(seconds=0.000001)
    last.complete("revoke")
    after.complete("revoke")
    assert judged(last)["revoke"] == "on time"
    assert judged(after)["revoke"] == "late by 2 min"


def test_the_opening_did_the_first_step_and_it_is_not_counted() -> None:
    card = scorecard(Story().open().incident)
    report = line(card, "report")
    assert (report.by_opening, report.counted, report.verdict, report.actual_mark) == (
        True,
        False,
        Verdict.ON_TIME,
        "T+0",
    )
    assert card.rate == "no step counted so far"


def test_what_was_prompted_late_says_so() -> None:
    story = Story().open()
    story.slack = False
    story.until(9)
    story.slack = True
    story.complete("revoke")
    assert judged(story)["revoke"] == "late, prompted late"


def test_a_prompt_that_never_arrived_was_late_too() -> None:
    story = Story(slack=False).open().until(9)
    story.complete("revoke")
    assert judged(story)["revoke"] == "late, prompted late"


def test_prompted_late_and_done_in_time_is_on_time() -> None:
    story = Story().open()
    story.slack = False
    story.until(6)
    story.slack = True
    story.complete("revoke")
    assert story.step("revoke").prompted_late
    assert judged(story)["revoke"] == "on time"


def test_what_was_told_only_in_the_summary_of_a_long_outage_was_prompted_late() -> None:
    story = Story().open().wait(minutes=60 * 25).tick()
    story.complete("revoke")
    assert judged(story)["revoke"] == "late, prompted late"


def test_skipped_steps_are_left_out_of_the_rate() -> None:
    story = Story().open().until(4)
    story.complete("revoke")
    story.skip("logs")
    card = scorecard(story.incident)
    assert (card.rate, line(card, "logs").said, line(card, "logs").reason) == (
        "1 of 1 step on time so far",
        "skipped",
        "Not needed here.",
    )


def test_the_rate_says_so_while_it_is_still_running() -> None:
    story = Story().open().until(60)
    assert scorecard(story.incident).rate == "0 of 5 steps on time so far"
    closed = closed_story()
    assert scorecard(closed.incident).rate == "4 of 5 steps on time"
    closed.reopen()
    assert scorecard(closed.incident).rate == "4 of 5 steps on time so far"


def test_what_a_false_alarm_put_aside_is_left_out_of_the_rate() -> None:
    story = Story().open().until(4)
    story.complete("escalate")
    story.until(9).false_alarm()
    card = scorecard(story.incident)
    assert (card.rate, card.state) == ("1 of 1 step on time", "False alarm")
    assert judged(story)["revoke"] == "skipped"


def test_an_overdue_step_counts_against_the_rate_and_a_waiting_one_does_not_yet() -> None:
    card = scorecard(Story().open().until(5).incident)
    assert (card.on_time, card.counted) == (0, 1)
    assert line(card, "escalate").verdict is line(card, "notify").verdict is Verdict.NOT_DONE


def test_the_time_in_which_the_clock_stood_still_does_not_count() -> None:
    story = Story().open().until(6)
    story.false_alarm()
    story.wait(minutes=600).reopen()
    story.tick(1)
    story.complete("revoke")
    card = scorecard(story.incident)
    assert (line(card, "revoke").actual, judged(story)["revoke"]) == (7, "on time")


def test_what_lies_before_a_pause_is_not_moved_by_it() -> None:
    story = Story().open().until(6)
    story.complete("escalate")
    story.false_alarm()
    story.wait(minutes=600).reopen()
    story.false_alarm()
    story.wait(minutes=60).reopen()
    story.tick(4)
    story.complete("revoke")
    card = scorecard(story.incident)
    assert (line(card, "escalate").actual, line(card, "revoke").prompted, line(card, "revoke").actual) == (6, 5, 10)
    assert judged(story)["revoke"] == "late by 5 min"
    assert "key revoked at T+10" in card.figures


def test_at_practice_speed_marks_are_the_playbooks_and_spans_are_real() -> None:
    story = Story(speed=10).open().until(1.9)
    story.complete("rotate")
    rotate = line(scorecard(story.incident), "rotate")
    assert (rotate.planned, rotate.actual_mark, rotate.said) == (15, "T+19", "late by 24 s")
    assert rotate.real == timedelta(seconds=114)


def test_an_answer_still_to_come_names_whom_it_is_asked_of() -> None:
    story = Story().open().until(4)
    story.complete("escalate", NO_ID_YET)
    (awaited,) = scorecard(story.incident).to_come
    assert (awaited.mark, awaited.what, awaited.who) == ("T+3", "support ticket ID", SAM.id)
    story.answer("escalate", "CASE-1")
    assert scorecard(story.incident).to_come == ()


def test_a_key_that_was_dead_before_the_opening() -> None:
    story = Story().open().until(5)
    earlier = story.incident.t0 - timedelta(minutes=10)
    answers = {"which_key": "prod", "revoked_at": earlier, "confirmed_by": "already_deactivated"}
    story.complete("revoke", answers)
    assert "key revoked 10 min before T0" in scorecard(story.incident).figures


def test_a_playbook_without_a_revocation_has_no_such_figure() -> None:
    steps = tuple(step for step in key_leak().steps if step.key != "revoke")
    story = Story(playbook=key_leak().model_copy(update={"steps": steps})).open().until(20).complete_all()
    assert scorecard(story.incident).revoked_after is None


def test_a_revocation_that_is_dated_in_words_counts_when_it_was_done() -> None:
    revoke = key_leak().step("revoke").model_copy(update={"fields": ()})
    steps = tuple(revoke if step.key == "revoke" else step for step in key_leak().steps)
    story = Story(playbook=key_leak().model_copy(update={"steps": steps})).open().until(6)
    story.complete("revoke", {})
    assert "key revoked at T+6" in scorecard(story.incident).figures


def test_a_drill_says_so_and_an_opening_at_once_too() -> None:
    card = scorecard(Story().open(drill=True, noticed_ago=0).incident)
    assert card.drill
    assert card.figures[0] == "Opened as soon as it was noticed"


def test_nobody_owns_it() -> None:
    story = Story(roster={Role.SECURITY_LEAD: (SAM,)}).open().until(4)
    assert line(scorecard(story.incident), "revoke").owner is None
    story.take_over("escalate", by=EVE)
    assert line(scorecard(story.incident), "escalate").owner == SAM.id


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than 1 s"),
        (0.9, "less than 1 s"),
        (40, "40 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (3900, "1 h 5 min"),
        (172799, "47 h 59 min"),
        (172800, "2 d"),
        (273600, "3 d 4 h"),
        (-240, "4 min"),
    ],
)
def test_durations_in_words(seconds: float, words: str) -> None:
    assert span_in_words(timedelta(seconds=seconds)) == words


def test_minutes_as_a_clock_shows_them() -> None:
    assert [minute_mark(m) for m in (0, 6.99, 7, -0.5, -10)] == ["T+0", "T+6", "T+7", "T-1", "T-10"]


def test_the_beginning_of_a_hash() -> None:
    assert short("ab1234cd" + "0" * 56) == "ab12 34cd …"
