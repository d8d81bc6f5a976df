"""What people read in answer to what they did."""

from datetime import timedelta

import pytest

from bot import wording
from bot.slack.grammar import COMMANDS
from bot.wording_steps import late_line, thread_notice
from playbooks import commands as c
from playbooks.errors import Refused, WrongAnswers
from playbooks.model import Role
from playbooks.outcome import Outcome
from tests.unit.slack.shown import words
from tests.unit.stories import ADA, DANA, EVE, MAX, NO_ID_YET, NOON, SAM, TEAM, Story, closed_story

ABOUT = {"team": TEAM, "at": NOON, "source_id": "x"}
ON = {**ABOUT, "number": 1}


def answer(command: c.Command, outcome: Outcome) -> str:
    return words(wording.done(command, outcome))


def test_opened_and_joined() -> None:
    story = Story().open()
    command = c.Open(**ABOUT, text="x", trigger=story.incident.trigger, noticed_at=NOON, by=DANA)
    assert answer(command, story.last) == "INC-0001 is open, nothing more for you to do."
    joined = story.join()
    assert answer(command, joined).startswith("Joined INC-0001.")
    assert answer(c.Join(**ON, text="x"), joined).startswith("Joined INC-0001.")


def test_every_act_of_a_person_is_answered() -> None:
    story = Story().open().until(6)
    sam = {**ON, "by": SAM}
    said = [
        answer(c.Complete(**sam, step="revoke"), story.complete("revoke")),
        answer(c.TakeOver(**sam, step="logs"), story.take_over("logs", by=SAM)),
        answer(c.HandOver(**sam, step="escalate", to=EVE, why="x"), story.hand_over("escalate", EVE)),
        answer(c.MoreTime(**sam, step="escalate", minutes=5, why="x"), story.more_time("escalate", by=EVE)),
        answer(c.Skip(**sam, step="logs", why="x"), story.skip("logs")),
        answer(c.Note(**sam, text="x", occurred_at=NOON), story.note("x")),
        answer(c.Assign(**sam, role=Role.DEV_LEAD, to=MAX), story.assign(Role.DEV_LEAD, MAX)),
        answer(c.Export(**sam, format="md", to="U0SAM"), story.export()),
        answer(c.FalseAlarm(**sam, reason="x"), story.false_alarm()),
        answer(c.Reopen(**sam, reason="x"), story.reopen()),
    ]
    assert said == [
        "T+5: Done 12:06 by Devi Rao, 1 min after due · Which key: prod-gateway · Revoked at: 12:06 · "
        "How was it confirmed? Seen in the Console",
        "T+7 Pull the last 24 h of API logs belongs to @U0SAM now.",
        "T+3 Escalate to Anthropic support belongs to @U0EVE now.",
        "5 more minutes for T+3 before the next level hears of it. Due and on time stay.",
        "T+7: Skipped 12:06 by Sam Okafor · Not needed here.",
        "Noted in the timeline of INC-0001.",
        "@U0MAX is dev lead of INC-0001 now.",
        "The export of INC-0001 (md) is coming to you privately.",
        "INC-0001 is called off as a false alarm; its open steps are skipped.",
        "INC-0001 is open again, its clock goes on where it stood.",
    ]
    story.complete_all("escalate", "notify", "rotate")
    assert answer(c.Close(**sam, reason="x"), story.close()).startswith("INC-0001 is closed.")


def test_what_nobody_asked_for_is_not_answered() -> None:
    story = Story().open()
    assert wording.done(c.Tick(**ON), story.last) == ""


def test_a_refusal_names_people_and_moment_so_that_each_sees_them() -> None:
    refused = Refused(reason="Already completed by {who} at {when}.", who=("U0DEVI",), when=NOON)
    assert wording.refusal(refused) == "Already completed by <@U0DEVI> at <!date^1795262400^{time}|12:00 UTC>."
    assert "nobody" in wording.refusal(Refused(reason="Only {who} can."))
    assert wording.refusal(Refused(reason="/incident close <reason>")) == "/incident close &lt;reason&gt;"


def test_help_names_every_command() -> None:
    text = wording.help_text()
    for command in COMMANDS:
        assert f"/incident {command}" in text


def test_a_slip_is_asked_about_and_its_text_kept() -> None:
    meant = wording.did_you_mean("status", "statsu of the gateway")
    assert meant["response_type"] == "ephemeral"
    assert meant["text"].startswith("Did you mean `/incident status`?")
    button = meant["blocks"][1]["elements"][0]
    assert (button["text"]["text"], button["value"]) == ("Report it instead", "statsu of the gateway")


def test_the_status_is_the_plan_in_a_few_lines() -> None:
    story = Story().open().until(4)
    story.complete("escalate", NO_ID_YET)
    assert words(wording.status(story.incident, story.now)) == (
        """\
INC-0001 · API key committed to a repository · Open · T+4
Opened 2026-11-21 12:00 by Dana Ito · led by Sam Okafor
T+0 · 12:00 · Report the incident · Done 12:00 by Dana Ito, just when due
T+3 · 12:03 · Escalate to Anthropic support · Submitted 12:04 by Sam Okafor, 1 min after due · \
no support ticket ID yet, asked again at 12:19
T+5 · 12:05 · Revoke the suspect key · Waiting · Devi Rao
T+7 · 12:07 · Pull the last 24 h of API logs · Waiting · Ada Brandt
T+10 · 12:10 · Update all teams, decide on the executives · Waiting · Sam Okafor
T+15 · 12:15 · Deploy new keys, lock in the rotation · Waiting · Rob Silva"""
    )


def test_the_minute_of_the_status_follows_the_practice_speed() -> None:
    story = Story(speed=60).open()
    assert "Open · T+5\n" in wording.status(story.incident, NOON + timedelta(seconds=5))


def test_the_list_shows_strangers_number_trigger_and_state() -> None:
    incidents = [Story(number=2).open(drill=True).incident, closed_story().incident]
    assert words(wording.incident_list(incidents, {2})) == (
        """\
DRILL · INC-0002 · API key committed to a repository · Open · T0 2026-11-21 12:00 · led by Sam Okafor · \
5 of 6 steps open
INC-0001 · API key committed to a repository · Closed"""
    )
    assert wording.incident_list([], set()).startswith("There are no incidents yet.")


@pytest.mark.parametrize(
    ("sentence", "part"),
    [
        (wording.no_such_incident(7), "There is no incident INC-0007."),
        (wording.no_such_number("INC-x<"), "“INC-x&lt;” is no incident number"),
        (wording.which_incident("close"), "`/incident close INC-0001`"),
        (wording.assign_usage(["dev_lead", "auditor"]), "Roles: dev_lead, auditor."),
        (wording.wrong(WrongAnswers({"reason": "Say why: /incident reopen <reason>"})), "&lt;reason&gt;"),
        (wording.fault("ab12"), "quote fault ab12"),
        (wording.database_unavailable("ab12"), "(fault ab12)"),
        (wording.key_in_command(["sk-ant-api03-…"]), "kept only as sk-ant-api03-…"),
        (wording.unknown_button().reason, "leads nowhere"),
        (late_line(40, "Slack did not accept messages"), "40 s late: Slack did not accept messages"),
        (late_line(250, None), "4 min late"),
        (thread_notice("a policy of the workspace forbids it"), "(a policy of the workspace forbids it)"),
    ],
)
def test_sentences(sentence: str, part: str) -> None:
    assert part in sentence


def test_who_has_no_known_name_is_shown_by_id() -> None:
    story = Story().open(by=ADA.model_copy(update={"id": "U0NEW", "name": None}))
    assert "by U0NEW" in wording.status(story.incident, story.now)
