"""What follows from what, one story per rule of the contract."""

from datetime import timedelta

import pytest

from playbooks import commands as c
from playbooks.entries import SYSTEM_ACTOR, Kind
from playbooks.errors import Refused, WrongAnswers
from playbooks.fold import fold
from playbooks.machine import open_incident
from playbooks.model import Role
from playbooks.states import IncidentStatus, StepStatus
from tests.unit.stories import ADA, DANA, DEVI, EVE, MAX, NO_ID_YET, NOON, ROB, SAM, SID, TEAM, Story


def keys(story: Story, *kinds: str) -> list[str]:
    return [s.key for s in story.surfaces() if s.kind in kinds]


def after(story: Story, kind: Kind, step: str) -> list[float]:
    """The real minutes at which entries of the kind were made."""
    return [(e.at - story.incident.t0).total_seconds() / 60 for e in story.of(kind, step)]


# --- opening


def test_the_first_step_is_done_by_opening() -> None:
    story = Story().open()

    assert story.step("report").status is StepStatus.DONE
    assert story.step("report").done_by == DANA.id
    assert story.incident.noticed_at == NOON - timedelta(minutes=8)


def test_opening_wants_announcement_board_briefs_receipt_and_a_channel() -> None:
    story = Story(channel=False, slack=False).open()

    assert {s.key for s in story.last.surfaces} == {
        "announcement",
        "board",
        "topic",
        f"receipt:dm:{DANA.id}",
        *(f"brief:dm:{who.id}" for who in (SAM, DEVI, ADA, ROB)),
    }
    assert [job.key for job in story.last.jobs] == ["channel"]


def test_a_guest_opens_nothing() -> None:
    command = c.Open(
        team=TEAM, at=NOON, source_id="x", text="t", trigger="key_committed", noticed_at=NOON, member=False
    )

    outcome = open_incident(command, number=1, playbook=Story().playbook, roster={}, speed=1)

    assert isinstance(outcome, Refused)
    assert "full members" in outcome.reason


def test_membership_that_could_not_be_looked_up_is_recorded() -> None:
    assert not Story().open(member=None).incident.membership_verified


def test_who_is_invited_is_asked_once_there_is_a_channel() -> None:
    story = Story().open()

    invited = [job.args["users"] for outcome in story.outcomes for job in outcome.jobs if job.kind == "invite"]
    assert sorted(invited[0]) == sorted(who.id for who in (DANA, SAM, DEVI, ADA, ROB))


def test_without_a_channel_the_thread_serves_after_150_real_seconds() -> None:
    story = Story(channel=False, speed=60).open().tick(2.4)
    assert not story.incident.home.thread

    story.tick(0.2)

    assert story.incident.home.thread
    assert Kind.THREAD_SERVES in story.kinds


def test_a_channel_that_comes_too_late_is_noted_and_left() -> None:
    story = Story(channel=False).open().tick(3)

    story.do(c.ChannelReady, channel="C1", name="inc-0001")

    assert story.kinds[-1] is Kind.CHANNEL_UNUSED
    assert story.incident.home.thread


# --- the clock


def test_each_prompt_goes_out_at_its_minute_in_both_places() -> None:
    story = Story().open().tick(16)

    for step, owner, minute in [("escalate", SAM, 3), ("revoke", DEVI, 5), ("logs", ADA, 7), ("rotate", ROB, 15)]:
        assert after(story, Kind.DUE, step) == [minute]
        first_two = [e.data["surface"] for e in story.of(Kind.PROMPTED, step)][:2]
        assert first_two == [f"prompt:{step}:dm:{owner.id}", f"prompt:{step}:channel"]


def test_the_ladder_of_a_step_that_nobody_answers() -> None:
    story = Story().open().tick(60)

    assert [(e.data["level"], (e.at - NOON).total_seconds() / 60) for e in story.of(Kind.UNANSWERED, "revoke")] == [
        ("nudge", 7),
        ("lead", 9),
        ("alerts", 11),
        *((f"reminder:{n}", 11 + 5 * n) for n in range(1, 7)),
    ]
    assert f"prompt:revoke:dm:{MAX.id}" in keys(story, "prompt")
    assert [s for s in keys(story, "escalation") if "revoke" in s] == [
        f"escalation:revoke:dm:{SAM.id}",
        f"escalation:revoke:dm:{SID.id}",
        "escalation:revoke:alerts",
    ]


def test_a_level_with_nobody_new_is_passed_over() -> None:
    story = Story().open().tick(11)

    assert [e.data["level"] for e in story.of(Kind.UNANSWERED, "escalate")] == ["nudge", "alerts"]


def test_a_role_with_nobody_starts_at_the_escalation() -> None:
    roster = {Role.SECURITY_LEAD: (SAM,), Role.AUDITOR: (ADA,)}
    story = Story(roster=roster).open().tick(5)

    due = story.of(Kind.DUE, "revoke")[0]
    assert due.data["keys"] == ["prompt:revoke:channel", f"escalation:revoke:dm:{SAM.id}"]
    assert story.step("revoke").owner is None


def test_with_no_roster_at_all_the_alerts_channel_is_told() -> None:
    story = Story(roster={}).open().tick(3)

    assert story.of(Kind.DUE, "escalate")[0].data["keys"] == ["prompt:escalate:channel", "escalation:escalate:alerts"]


def test_a_level_counts_from_when_the_level_before_was_really_sent() -> None:
    story = Story().open().tick(4)
    story.slack = False
    story.tick(20)
    assert [e.data["level"] for e in story.of(Kind.UNANSWERED, "revoke")] == []

    story.slack = True
    story.tick(2)

    assert after(story, Kind.UNANSWERED, "revoke") == [26]


def test_what_is_more_than_a_day_overdue_becomes_one_summary() -> None:
    story = Story().open().wait(minutes=60 * 25)
    story.tick()

    assert story.of(Kind.PROMPTED) == []
    assert story.of(Kind.MISSED)[0].data["steps"] == ["escalate", "revoke", "logs", "notify", "rotate"]
    assert len(keys(story, "missed")) == 2


def test_practice_speed_divides_durations_and_leaves_recorded_times_real() -> None:
    story = Story(speed=60).open().wait(seconds=5)
    story.tick()

    assert [e.step for e in story.of(Kind.DUE)] == ["escalate", "revoke"]
    assert story.step("escalate").due_at == NOON + timedelta(seconds=3)


def test_a_prompt_later_than_thirty_seconds_makes_the_step_prompted_late() -> None:
    story = Story().open().tick(2)
    story.slack = False
    story.tick(2)
    story.slack = True

    assert story.step("escalate").prompted_late


# --- completing


@pytest.mark.parametrize(("minute", "late"), [(1, False), (5, False), (7, False), (7.02, True)])
def test_on_time_is_until_due_plus_within(minute: float, late: bool) -> None:
    story = Story().open().until(minute)

    story.complete("revoke")

    assert story.step("revoke").late is late


def test_a_step_done_early_is_never_prompted() -> None:
    story = Story().open()
    story.complete("rotate")
    story.tick(60)

    assert story.of(Kind.DUE, "rotate") == []
    assert [s for s in keys(story, "prompt", "nudge", "reminder") if ":rotate:" in s] == []


def test_nothing_more_is_said_of_a_step_after_it_is_done() -> None:
    story = Story().open().until(7.5)
    story.complete("revoke")
    before = len(story.of(Kind.UNANSWERED, "revoke"))
    story.tick(60)

    assert len(story.of(Kind.UNANSWERED, "revoke")) == before


def test_the_second_press_reads_who_was_first() -> None:
    story = Story().open()
    story.complete("revoke")
    outcome = story.complete("revoke", by=MAX)

    assert outcome.refused is not None
    assert outcome.refused.sentence(story.incident.name, lambda at: f"{at:%H:%M}") == (
        "Already completed by Devi Rao at 12:00."
    )
    assert len(story.of(Kind.COMPLETED, "revoke")) == 1


def test_wrong_answers_change_nothing() -> None:
    story = Story().open()
    before = story.incident

    with pytest.raises(WrongAnswers) as wrong:
        story.complete("revoke", {})

    assert set(wrong.value.errors) == {"which_key", "confirmed_by", "revoked_at"}
    assert story.incident == before


def test_submitted_counts_as_done_on_time_and_is_asked_for_every_fifteen_minutes() -> None:
    story = Story().open().until(4)
    story.complete("escalate", NO_ID_YET)
    story.until(36)

    assert story.step("escalate").status is StepStatus.SUBMITTED
    assert not story.step("escalate").late
    assert after(story, Kind.ASK_DUE, "escalate") == [19, 34]


def test_the_asking_goes_on_after_closing_until_it_is_answered() -> None:
    story = Story().open().until(4)
    story.complete("escalate", NO_ID_YET)
    story.complete_all()
    story.close()
    story.until(20)
    assert after(story, Kind.ASK_DUE, "escalate") == [19]

    story.answer("escalate", "CASE-1")
    story.until(120)

    assert after(story, Kind.ASK_DUE, "escalate") == [19]
    assert story.step("escalate").status is StepStatus.DONE
    assert story.step("escalate").evidence.answers["ticket_id"] == "CASE-1"


def test_a_waiver_ends_the_asking_too() -> None:
    story = Story().open()
    story.complete("escalate", NO_ID_YET)
    story.waive("escalate", "No ticket will come.")

    assert story.step("escalate").status is StepStatus.DONE
    assert story.step("escalate").reason == "No ticket will come."


def test_a_correction_names_what_it_corrects_and_keeps_on_time() -> None:
    story = Story().open()
    story.complete("revoke")
    seq = story.entries[-1].seq
    story.until(30).correct("revoke", {"which_key": "ci-bot", "confirmed_by": "console", "revoked_at": NOON})

    assert story.entries[-1].data["corrects"] == seq
    assert story.step("revoke").evidence.answers["which_key"] == ["ci-bot"]
    assert not story.step("revoke").late


# --- handing around


def test_a_new_owner_of_a_prompted_step_gets_the_prompt_at_once_and_within_starts_anew() -> None:
    story = Story().open().until(6)
    story.hand_over("revoke", EVE, by=DEVI)

    assert f"prompt:revoke:dm:{EVE.id}" in [s.key for s in story.last.surfaces] + keys(story, "prompt")
    story.until(7.9)
    assert story.of(Kind.UNANSWERED, "revoke") == []
    story.until(8)
    assert story.of(Kind.UNANSWERED, "revoke")[0].data["keys"][0] == f"nudge:revoke:dm:{EVE.id}"


def test_the_former_owner_hears_nothing_more() -> None:
    story = Story().open().until(6)
    story.hand_over("revoke", EVE, by=DEVI)
    story.tick(60)

    later = {s.key for outcome in story.outcomes[-40:] for s in outcome.surfaces} - {f"prompt:revoke:dm:{DEVI.id}"}
    assert not [key for key in later if "revoke" in key and key.endswith(DEVI.id)]


def test_a_step_that_goes_back_and_forth_never_stops_its_ladder() -> None:
    story = Story().open().until(8)
    for _ in range(3):
        story.hand_over("revoke", MAX, by=DEVI)
        story.hand_over("revoke", DEVI, by=MAX)
        story.tick(3)
    story.tick(60)

    said = [s.key for s in story.surfaces()]
    assert len(said) == len(set(said))
    assert "escalation:revoke:alerts" in said


def test_handing_over_before_the_prompt_prompts_the_new_owner_only() -> None:
    story = Story().open()
    story.hand_over("revoke", EVE, by=DEVI)
    story.tick(6)

    assert keys(story, "prompt").count(f"prompt:revoke:dm:{DEVI.id}") == 0
    assert f"prompt:revoke:dm:{EVE.id}" in keys(story, "prompt")


def test_assigning_a_role_moves_its_open_steps() -> None:
    story = Story().open().until(4)
    story.complete("escalate")
    story.assign(Role.SECURITY_LEAD, SID)

    assert story.step("notify").owner == SID.id
    assert story.step("escalate").owner == SAM.id
    assert story.incident.roster[Role.SECURITY_LEAD] == (SID.id, SAM.id)


def test_more_time_moves_the_next_level_and_nothing_else() -> None:
    story = Story().open().until(6)
    due = story.step("revoke").due_at
    story.more_time("revoke", 5)
    story.until(20)

    assert after(story, Kind.UNANSWERED, "revoke")[0] == 12
    assert story.step("revoke").due_at == due


def test_more_time_is_given_twice_at_most() -> None:
    story = Story().open().until(6)
    story.more_time("revoke")
    story.more_time("revoke")

    assert story.more_time("revoke").refused is not None


def test_an_owner_who_cannot_be_reached_is_passed_by_at_once() -> None:
    story = Story(slack=False).open().tick(5)
    story.failed(f"prompt:revoke:dm:{DEVI.id}")
    story.tick()

    assert story.of(Kind.UNANSWERED, "revoke")[0].data["level"] == "nudge"
    assert f"prompt:revoke:dm:{MAX.id}" in keys(story, "prompt")


# --- closing


def test_closing_says_what_is_missing() -> None:
    outcome = Story().open().close()

    assert outcome.refused is not None
    assert "T+5 Revoke the suspect key" in outcome.refused.reason


def test_closing_stops_the_clock_and_wants_the_scorecard() -> None:
    story = Story().open().complete_all()
    story.close()

    assert story.last.next_due is None
    assert "scorecard:1" in [s.key for s in story.surfaces()]


def test_a_false_alarm_skips_all_open_steps_with_its_reason() -> None:
    story = Story().open()
    story.complete("revoke")
    story.false_alarm("A dummy.")

    assert story.incident.status is IncidentStatus.FALSE_ALARM
    assert {s.key: s.status for s in story.incident.steps if s.status is StepStatus.SKIPPED}.keys() == {
        "escalate",
        "logs",
        "notify",
        "rotate",
    }
    assert story.step("logs").reason == "A dummy."


def test_reopening_goes_on_where_the_clock_stood() -> None:
    story = Story().open().until(4)
    story.false_alarm()
    story.wait(minutes=60)
    story.reopen()

    assert story.step("revoke").status is StepStatus.WAITING
    assert story.step("revoke").due_at == NOON + timedelta(minutes=65)
    assert story.step("escalate").status is StepStatus.DUE
    story.tick(1)
    assert after(story, Kind.DUE, "revoke") == [65]


def test_a_closed_incident_still_takes_notes_corrections_and_exports_and_nothing_else() -> None:
    story = Story().open().complete_all()
    story.close()

    assert story.note("Later thought").refused is None
    assert story.correct("revoke", {"which_key": "x", "confirmed_by": "console", "revoked_at": NOON}).refused is None
    assert story.export().refused is None
    assert story.take_over("revoke", by=SID).refused is not None
    assert story.close().refused is not None


def test_an_export_holds_the_record_before_it_was_asked_for() -> None:
    story = Story().open()
    seq = story.incident.seq
    outcome = story.export("json")

    assert outcome.jobs[0].kind == "export"
    assert outcome.jobs[0].args["as_of_seq"] == seq


def test_the_state_is_the_fold_of_the_entries() -> None:
    story = Story().open().until(8)
    story.complete("escalate", NO_ID_YET)
    story.hand_over("logs", SID, by=ADA)
    story.until(30)
    story.false_alarm()
    story.reopen()

    assert fold(story.entries) == story.incident


# --- what is easily got wrong


def test_without_a_security_lead_whoever_opened_it_names_people() -> None:
    story = Story(roster={Role.DEV_LEAD: (DEVI,)}).open()
    assert story.close(by=DANA).refused is not None

    assert story.assign(Role.SECURITY_LEAD, SAM, by=DANA).refused is None

    assert story.assign(Role.AUDITOR, ADA, by=DANA).refused is not None
    assert story.assign(Role.AUDITOR, ADA, by=SAM).refused is None


def test_the_system_is_nobody_to_write_to() -> None:
    story = Story().open(by=SYSTEM_ACTOR)

    assert not [s.key for s in story.surfaces() if "dm:system" in s.key]
    assert "system" not in story.incident.members


def test_rungs_that_are_more_than_a_day_old_are_summed_up_too() -> None:
    story = Story().open().until(6)
    before = len(story.of(Kind.UNANSWERED))
    story.wait(minutes=60 * 30).tick()

    assert [e.data["keys"] for e in story.of(Kind.UNANSWERED)[before:]] == [[], []]
    assert set(story.of(Kind.MISSED)[0].data["steps"]) == {"escalate", "revoke", "logs", "notify", "rotate"}


def test_each_key_of_a_line_counts() -> None:
    one, two = "[Anthropic key sk-ant-api03-…, fingerprint 00ff00ff00ff00ff]", "apikey_01Wiki0000"
    story = Story().open(keys=(f"{one} and {two}", "prod-gateway"))

    assert [key.identity for key in story.incident.keys] == ["00ff00ff00ff00ff", two, "prod-gateway"]


def test_a_key_that_joined_is_claimed_where_it_is_free() -> None:
    key = "[Anthropic key sk-ant-api03-…, fingerprint 00ff00ff00ff00ff]"
    story = Story().open()
    story.join("Here too", keys=(key,), free_keys=("00ff00ff00ff00ff",))

    assert story.incident.keys[0].claimed


def test_nobody_joins_what_is_closed() -> None:
    story = Story().open().complete_all()
    story.close()

    assert story.join("Again").refused is not None


def test_a_correction_that_owes_the_answer_again_is_asked_for_again() -> None:
    story = Story().open()
    story.complete("escalate")
    story.correct("escalate", NO_ID_YET)

    assert story.step("escalate").status is StepStatus.SUBMITTED
    story.until(15)
    assert len(story.of(Kind.ASK_DUE, "escalate")) == 1


def test_whoever_gets_the_role_is_asked_for_what_is_still_to_come() -> None:
    story = Story().open()
    story.complete("escalate", NO_ID_YET)
    story.assign(Role.SECURITY_LEAD, SID)
    story.until(15)

    assert story.of(Kind.ASK_DUE, "escalate")[0].data["keys"] == [f"ask:escalate:1:dm:{SID.id}"]


def test_the_next_person_is_asked_when_the_owner_is_out_of_reach() -> None:
    story = Story(slack=False).open()
    story.complete("escalate", NO_ID_YET)
    story.until(15)
    story.failed(f"ask:escalate:1:dm:{SAM.id}")
    story.until(30)

    assert story.of(Kind.ASK_DUE, "escalate")[1].data["keys"] == [f"ask:escalate:2:dm:{SID.id}"]


def test_the_scorecard_finds_a_place_although_the_incident_was_called_off_before_it_had_one() -> None:
    story = Story(channel=False).open()
    story.false_alarm()
    story.until(3)

    assert story.incident.home.thread


def test_a_new_owner_whose_prompt_is_still_on_its_way_has_the_whole_time() -> None:
    story = Story().open().until(6.9)
    story.slack = False
    story.until(7)
    story.take_over("revoke", by=MAX)
    story.until(20)
    assert len(story.of(Kind.UNANSWERED, "revoke")) == 1

    story.slack = True

    assert story.step("revoke").next_at == story.now + timedelta(minutes=2)


def test_more_time_is_refused_when_nothing_is_left_to_move() -> None:
    story = Story().open().until(60)

    assert story.more_time("revoke").refused is not None


def test_nobody_notices_what_is_still_to_come() -> None:
    with pytest.raises(WrongAnswers) as wrong:
        Story().open(noticed_ago=-10)

    assert set(wrong.value.errors) == {"noticed_at"}


def test_reopening_is_said_where_the_closing_was() -> None:
    story = Story().open().complete_all()
    story.close()
    story.reopen()

    assert [s.key for s in story.surfaces()][-2:] == ["scorecard:1", "reopened:1"]


def test_the_closing_message_can_be_held_to_the_entry_that_closed_it() -> None:
    story = Story().open().complete_all()
    story.close()
    closing = story.entries[-1] if story.kinds[-1] is Kind.CLOSED else story.of(Kind.CLOSED)[0]
    story.note("Later")

    assert (story.incident.closed_seq, story.incident.closed_head) == (closing.seq, closing.hash)
