"""The messages about an incident as a whole, and those of no incident."""

from typing import Any

import pytest

from bot.slack import forms, ids
from bot.slack.render import Context, Message, Topic, render, render_notice
from bot.slack.text import size
from playbooks.commands import ChannelRefused
from playbooks.model import Role
from tests.unit.slack.shown import as_seen, buttons, checked, render_at, seen
from tests.unit.stories import ADA, NOON, ROSTER, SAM, Story, closed_story

TOKEN = "[Anthropic key sk-ant-api03-Q7x1…9kAA, fingerprint 0123456789abcdef]"


def topic(story: Story) -> str | None:
    shown = render(story.incident, "topic", Context(now=story.now, delivery_id="d1"))
    assert shown is None or isinstance(shown, Topic)
    return shown.text if shown else None


# --- announcement and topic


def test_the_announcement_says_number_trigger_state_and_who_leads() -> None:
    story = Story(number=7).open("sesame", keys=("sesame-key",))
    assert seen(story, "announcement") == (
        """\
INC-0007 · API key committed to a repository · Open
Opened 12:00 by Dana Ito · led by Sam Okafor · #C0INC"""
    )


def test_the_announcement_follows_the_state_and_leads_to_the_channel() -> None:
    story = closed_story()
    message = render_at(story, "announcement", links={"channel": "https://company.slack.com/archives/C0INC"})
    assert message is not None
    assert as_seen(message).startswith("INC-0001 · API key committed to a repository · Closed\n")
    button = message.blocks[1]["accessory"]
    assert (button["action_id"], button["url"]) == (ids.LINK, "https://company.slack.com/archives/C0INC")


def test_a_drill_is_announced_as_one_and_who_leads_may_change() -> None:
    story = Story().open(drill=True)
    story.assign(Role.SECURITY_LEAD, ADA)
    lines = seen(story, "announcement").splitlines()
    assert lines[0].startswith("DRILL · INC-0001 · ")
    assert "led by Ada Brandt" in lines[1]
    message = render_at(story, "announcement")
    assert message is not None
    assert message.text.startswith("DRILL")


def test_a_thread_is_announced_and_has_no_topic() -> None:
    story = Story(channel=False).open()
    assert topic(story) is None
    story.do(ChannelRefused, error="restricted_action", why="a policy forbids it")
    assert "worked on in this thread" in seen(story, "announcement")
    assert topic(story) is None


def test_the_topic_fits() -> None:
    story = Story().open()
    assert topic(story) == "INC-0001 · API key committed to a repository · Open · T0 12:00 UTC · led by Sam Okafor"
    endless = SAM.model_copy(update={"name": "S&m " * 500})
    assert size(topic(Story(roster={**ROSTER, Role.SECURITY_LEAD: (endless,)}).open()) or "") <= 250


# --- for one person


def test_the_receipt_says_that_nothing_more_is_needed() -> None:
    story = Story(channel=False).open()
    before = seen(story, "receipt:dm:U0DANA")
    assert before == (
        """\
INC-0001 is open, nothing more for you to do
Its channel is being made; the link follows here."""
    )
    assert seen(Story().open(), "receipt:dm:U0DANA").endswith("It is worked on in #C0INC.")


def test_without_a_roster_the_receipt_asks_for_people() -> None:
    receipt = seen(Story(roster={}).open(), "receipt:dm:U0DANA")
    assert "Nobody is named for: security lead, dev lead, auditor, recovery owner." in receipt
    assert "/incident INC-0001 assign security_lead @person" in receipt


def test_the_brief_names_every_step_of_its_owner() -> None:
    message = render_at(Story().open(), "brief:dm:U0SAM")
    assert message is not None
    assert as_seen(message) == (
        """\
Your steps · INC-0001
API key committed to a repository, worked on in #C0INC
    • you own T+3 · Escalate to Anthropic support, due at 12:03
    • you own T+10 · Update all teams, decide on the executives, due at 12:10
    You are told when a step is due. Any step may be done earlier, from the board."""
    )
    assert not buttons(message)


def test_the_brief_of_somebody_without_steps_is_not_posted() -> None:
    story = Story().open()
    story.complete("revoke")
    assert seen(story, "brief:dm:U0DEVI", posted=False) == "(nothing)"
    assert "Nothing is asked of you any more." in seen(story, "brief:dm:U0DEVI")


def test_who_reports_the_same_key_joins() -> None:
    assert seen(Story().open(), "joined:dm:U0EVE").splitlines()[0] == "Joined INC-0001"


# --- the end


def test_closing_posts_the_scorecard() -> None:
    story = closed_story()
    assert seen(story, "scorecard:1", posted=False).replace(story.incident.head[:4], "ab12", 1) == (
        f"""\
INC-0001 closed by Sam Okafor at 12:21, T+21
    Rotated, nothing was called.
    Opened 8 min after it was noticed · key revoked at T+6 · 4 of 5 steps on time
    Still to come: support ticket ID (Sam Okafor)
    T+3 Escalate to Anthropic support: on time, done at T+4
    T+5 Revoke the suspect key: on time, done at T+6
    T+7 Pull the last 24 h of API logs: on time, done at T+8
    T+10 Update all teams, decide on the executives: on time, done at T+11
    T+15 Deploy new keys, lock in the rotation: late by 4 min, done at T+19
    {story.incident.seq} entries, chain ends ab12 {story.incident.head[4:8]} … · `/incident INC-0001 export md`"""
    )


def test_an_incident_opened_again_posts_no_old_scorecard() -> None:
    story = closed_story()
    story.reopen()
    assert seen(story, "scorecard:1", posted=False) == "(nothing)"
    assert seen(story, "scorecard:1").startswith("INC-0001 was opened again")


def test_a_false_alarm_and_a_drill_say_so() -> None:
    story = Story().open(drill=True)
    story.false_alarm()
    closing = seen(story, "scorecard:1", posted=False)
    assert closing.startswith("DRILL · INC-0001 called off as a false alarm by Sam Okafor at 12:00, T+0")
    assert "A drill: left out of the figures." in closing


def test_in_a_thread_the_reason_is_not_said() -> None:
    story = Story(channel=False).open()
    story.do(ChannelRefused, error="restricted_action", why="a policy forbids it")
    story.false_alarm("sesame")
    assert "sesame" not in seen(story, "scorecard:1", posted=False)


def test_what_came_due_during_a_long_outage_is_one_list_of_heads() -> None:
    story = Story(slack=False).open()
    story.wait(minutes=26 * 60).tick()
    story.complete("logs")
    message = render_at(story, "missed:9:channel", posted=False)
    assert message is not None
    lines = as_seen(message).splitlines()
    assert lines[0] == "Missed · INC-0001"
    assert "INC-0001 · T+5 · Revoke the suspect key  [Complete]" in lines
    assert "INC-0001 · T+7 · Pull the last 24 h of API logs  [Complete]" not in lines
    assert ids.target(buttons(message)["INC-0001 Complete"]["value"])[0] == 1
    assert "[Complete]" not in seen(story, "missed:9:alerts", posted=False)
    story.complete_all()
    assert seen(story, "missed:9:channel", posted=False) == "(nothing)"
    assert "All of them are done by now." in seen(story, "missed:9:channel")


# --- of no incident


def notice(kind: str, payload: dict[str, Any]) -> Message:
    shown = render_notice(kind, payload, Context(now=NOON, delivery_id="d1"))
    assert shown is not None
    return checked(shown)


def test_a_form_that_could_not_be_opened_waits_behind_a_button() -> None:
    door = notice("door", {"view": forms.open_form(noticed_at=NOON)})
    assert as_seen(door) == (
        """\
The form “Report an incident” could not be opened in time. It is kept for you here.
[Open it]"""
    )
    assert buttons(door)["Open it"]["action_id"] == ids.DOOR_OPEN
    assert "The answer “Not possible”" in as_seen(notice("door", {"view": forms.notice("Not possible", "No.")}))
    assert "could not be opened" in as_seen(notice("door", {}))


def test_who_pasted_a_key_is_told_to_delete_it() -> None:
    secret = as_seen(notice("secret", {"tokens": [TOKEN], "link": "https://company.slack.com/archives/C1/p1"}))
    assert secret.splitlines()[0] == "Delete your message (this message), it held a key."
    assert TOKEN in secret
    assert "2 keys" in as_seen(notice("secret", {"tokens": [TOKEN, TOKEN], "link": ""}))
    assert notice("secret", {})


def test_help_and_what_nobody_knows() -> None:
    assert "/incident export [md|json|csv|html|pdf|png]" in as_seen(notice("help", {}))
    assert render_notice("unheard", {}, Context(now=NOON, delivery_id="d1")) is None


@pytest.mark.parametrize("key", ["board", "announcement", "receipt:dm:U0DANA", "brief:dm:U0SAM", "joined:dm:U0EVE"])
def test_the_same_state_gives_the_same_message(key: str) -> None:
    assert render_at(Story().open(), key) == render_at(Story().open(), key)
