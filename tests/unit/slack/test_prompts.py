"""What asks a person for a step: begins with its head, says what to do, and how it ended once it did."""

import pytest

from bot.slack import ids
from playbooks.commands import ChannelRefused
from playbooks.model import Role, Trigger
from tests.unit.slack.shown import buttons, render_at, seen
from tests.unit.stories import ADA, DEVI, EVE, MAX, NO_ID_YET, ROSTER, SAM, SID, Story

HEAD = "INC-0007 · T+5 · Revoke the suspect key"
DM, CHANNEL = "prompt:revoke:dm:U0DEVI", "prompt:revoke:channel"
GUIDANCE = """\
Console > API keys > the key > Disable. That can be undone; Delete cannot. Do not wait for support.
    If Anthropic has already deactivated it, that counts: say so. Admin keys can only be deleted, under Admin keys.
    A key that is not bound to one workspace may be able to administer the organization: look for new keys and members.
Revoke first. Cleaning the history does not help, since forks, clones and caches keep the key."""


@pytest.fixture
def story() -> Story:
    return Story(number=7).open(keys=("prod-gateway",)).until(5)


def test_the_owner_is_told_what_to_do(story: Story) -> None:
    assert seen(story, DM) == (
        f"""\
{HEAD}
@U0DEVI, this is yours, due now (12:05).
    Key: prod-gateway
    Disable the key, then make sure that it is dead.
{GUIDANCE}
[Complete step] [Take over] [I can't]"""
    )


def test_the_copy_in_the_channel_is_the_same_but_mentions_nobody(story: Story) -> None:
    assert seen(story, CHANNEL) == seen(story, DM).replace("@U0DEVI, this is yours", "Devi Rao owns this")
    copy = render_at(story, CHANNEL)
    assert copy is not None
    assert "<@" not in copy.text
    assert "<@" not in str(copy.blocks)


def test_both_copies_carry_the_same_buttons(story: Story) -> None:
    one, other = render_at(story, DM), render_at(story, CHANNEL)
    assert one is not None
    assert other is not None
    assert buttons(one) == buttons(other)
    assert {label: (b["action_id"], ids.target(b["value"])) for label, b in buttons(one).items()} == {
        "Complete step": (ids.STEP_COMPLETE, (7, "revoke")),
        "Take over": (ids.STEP_TAKE_OVER, (7, "revoke")),
        "I can't": (ids.STEP_CANT, (7, "revoke")),
    }


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (DM, ""),
        (CHANNEL, ""),
        ("prompt:revoke:dm:U0MAX", ""),
        ("nudge:revoke:dm:U0DEVI", "Nudge · "),
        ("escalation:revoke:dm:U0SAM", "Escalation · "),
        ("escalation:revoke:alerts", "Escalation · "),
        ("reminder:revoke:2:dm:U0DEVI", "Reminder 2 of 6 · "),
    ],
)
@pytest.mark.parametrize("done", [False, True])
def test_every_one_begins_with_its_kind_and_head(story: Story, key: str, kind: str, done: bool) -> None:
    story.until(25)
    if done:
        story.complete("revoke")
    message = render_at(story, key)
    assert message is not None
    assert message.blocks[0]["text"]["text"] == f"{kind}{HEAD}"
    assert message.text.splitlines()[0] == f"{kind}{HEAD}"


def test_afterwards_it_says_how_the_step_ended(story: Story) -> None:
    story.until(6).complete("revoke")
    assert seen(story, DM) == seen(story, CHANNEL)
    assert seen(story, DM) == (
        f"""\
{HEAD}
Done 12:06 by Devi Rao, 1 min after due · Which key: prod-gateway · Revoked at: 12:06 · \
How was it confirmed? Seen in the Console"""
    )


def test_a_skip_and_a_submission_are_said_too(story: Story) -> None:
    story.skip("revoke", "It was a dummy.")
    story.complete("escalate", NO_ID_YET)
    assert seen(story, DM).splitlines()[1] == "Skipped 12:05 by Sam Okafor · It was a dummy."
    assert "no support ticket ID yet, asked again at 12:20" in seen(story, "prompt:escalate:dm:U0SAM")


def test_one_that_was_never_posted_is_not_posted_for_an_ended_step(story: Story) -> None:
    assert seen(story, DM, posted=False) != "(nothing)"
    story.complete("revoke")
    assert seen(story, DM, posted=False) == "(nothing)"
    assert seen(story, "nudge:revoke:dm:U0DEVI", posted=False) == "(nothing)"


def test_late_is_said_right_after_the_head(story: Story) -> None:
    late = render_at(story, DM, posted=False, late_s=250.0, late_why="Quarterdeck was not running")
    assert late is not None
    assert late.text.splitlines()[:2] == [HEAD, "4 min late: Quarterdeck was not running"]
    assert late.blocks[1]["text"]["text"].startswith("4 min late: Quarterdeck was not running\n<@U0DEVI>")


def test_later_versions_know_from_the_record_how_late_it_was() -> None:
    story = Story(number=7, slack=False).open(keys=("prod-gateway",)).until(5).wait(seconds=40)
    story.slack = True
    assert "\n40 s late: Slack did not accept messages\n" in seen(story, DM)


def test_a_possible_repeat_is_marked(story: Story) -> None:
    assert "may be a repeat" in seen(story, DM, maybe_repeat=True)


def test_the_deputy_hears_whose_it_is(story: Story) -> None:
    story.until(7)
    line = seen(story, "prompt:revoke:dm:U0MAX", posted=False).splitlines()[1]
    assert line == "@U0MAX, Devi Rao owns this, due since 12:05, and has not answered. Complete it, or take it over."
    nudge = seen(story, "nudge:revoke:dm:U0DEVI", posted=False).splitlines()[1]
    assert nudge == "@U0DEVI, this is yours and was due at 12:05. Nobody has answered yet."


def test_an_escalation_names_the_owner_and_offers_to_take_over(story: Story) -> None:
    story.until(12)
    message = seen(story, "escalation:revoke:dm:U0SAM", posted=False)
    first = "@U0SAM, this step is due since 12:05. Devi Rao owns it and has not answered. Complete it, or take over."
    assert message.splitlines()[1] == first
    assert message.endswith("[Complete step] [Take over]")


def test_in_the_alerts_channel_nothing_of_the_matter_is_said(story: Story) -> None:
    story.until(12)
    assert seen(story, "escalation:revoke:alerts", posted=False) == (
        f"""\
Escalation · {HEAD}
This step is due since 12:05. Devi Rao owns it and has not answered. Take it over.
[Take over]"""
    )
    story.complete("revoke")
    assert "prod-gateway" not in seen(story, "escalation:revoke:alerts")


def test_a_former_owner_is_asked_nothing_more(story: Story) -> None:
    story.hand_over("revoke", EVE)
    assert seen(story, DM).splitlines()[1:] == ["Eve Novak owns this step now, nothing more for you to do."]
    assert seen(story, DM, posted=False) == "(nothing)"
    assert "@U0EVE, this is yours, due now (12:05), handed over by Devi Rao." in seen(
        story, "prompt:revoke:dm:U0EVE", posted=False
    )


def test_a_deputy_who_took_over_owns_it(story: Story) -> None:
    story.until(8).take_over("revoke", by=MAX)
    line = seen(story, "prompt:revoke:dm:U0MAX").splitlines()[1]
    assert line == "@U0MAX, this is yours, due since 12:05."


def test_a_former_owners_prompt_stays_away_when_the_new_one_does_not_answer() -> None:
    story = Story(number=7, slack=False).open().until(5)
    story.hand_over("revoke", EVE)
    story.posted("prompt:revoke:dm:U0EVE")
    story.until(9)
    assert story.step("revoke").level == "nudge"
    assert seen(story, DM, posted=False) == "(nothing)"
    assert seen(story, "prompt:revoke:dm:U0MAX", posted=False) != "(nothing)"


def test_a_step_that_was_taken_over_climbs_no_further() -> None:
    story = Story(number=7).open().until(8)
    story.slack = False
    story.until(10)
    assert seen(story, "escalation:revoke:dm:U0SAM", posted=False) != "(nothing)"
    story.take_over("revoke", by=ADA)
    assert seen(story, "escalation:revoke:dm:U0SAM", posted=False) == "(nothing)"


@pytest.mark.parametrize("leads", [(SAM,), (SAM, SID), (SAM, SID, EVE)])
@pytest.mark.parametrize("channel", [True, False])
def test_what_a_rung_carries_is_never_nothing(leads: tuple[object, ...], channel: bool) -> None:
    """Else the ladder would wait for ever for a message that nobody sends."""
    story = Story(roster={**ROSTER, Role.SECURITY_LEAD: leads}, channel=channel, slack=False).open()
    for minute in range(1, 60):
        story.until(minute)
        for step in story.incident.steps:
            for key in step.level_keys:
                if not step.status.ended and step.sent_at is None:
                    assert seen(story, key, posted=False) != "(nothing)", key
                    story.posted(key)


def test_a_step_without_owner_begins_with_the_channel_and_the_escalation() -> None:
    story = Story(roster={Role.SECURITY_LEAD: (SAM,)}).open().until(5)
    assert seen(story, CHANNEL, posted=False).splitlines()[1] == "No owner: take it over, due now (12:05)."
    assert "It has no owner." in seen(story, "escalation:revoke:dm:U0SAM", posted=False)


def test_a_drill_says_what_not_to_do() -> None:
    drill = Story(number=7).open(drill=True).until(5)
    lines = seen(drill, DM).splitlines()
    assert lines[:2] == [f"{HEAD} · DRILL", "Drill: do not contact Anthropic, do not revoke anything"]
    drill.until(20)
    for key in ("nudge:revoke:dm:U0DEVI", "escalation:revoke:alerts", "reminder:revoke:1:dm:U0DEVI"):
        assert "DRILL" in seen(drill, key)


def test_support_is_asked_with_a_report_to_copy() -> None:
    story = Story(number=7).open(keys=("prod-gateway",)).until(3)
    prompt = seen(story, "prompt:escalate:dm:U0SAM")
    assert "Say which repository and commit" in prompt
    assert "• Anthropic support: the messenger in the product, support.claude.com\n" in prompt
    assert "• Anthropic API abuse: api-abuse@anthropic.com (confirm with your account team)\n" in prompt
    assert "HackerOne" not in prompt
    _, _, report = prompt.partition("Report to copy\n")
    assert [line.strip() for line in report.splitlines()[:8]] == [
        "```",
        "Suspected compromise of an Anthropic API key (INC-0007)",
        "",
        "Key (ID, name or hint, never the key): prod-gateway",
        "Organization and workspace: [please fill in]",
        "What kind: API key committed to a repository",
        "Window (UTC): 2026-11-20 12:00 to 2026-11-21 12:00",
        "What was seen: Key in a public gist, removed, still in the history",
    ]


def test_contacts_for_some_triggers_are_shown_for_those() -> None:
    story = Story().open(trigger=Trigger.PROMPT_INJECTION).until(3)
    assert "hackerone.com/anthropic-vdp" in seen(story, "prompt:escalate:dm:U0SAM")


def test_words_of_people_fill_in_no_placeholder() -> None:
    story = Story().open("{keys} ``` {incident}", keys=("prod-gateway",)).until(3)
    assert "What was seen: {keys} ''' {incident}" in seen(story, "prompt:escalate:dm:U0SAM")


def test_in_a_thread_the_copy_has_no_words_of_people() -> None:
    story = Story(channel=False).open("sesame", keys=("sesame-key",))
    story.do(ChannelRefused, error="restricted_action", why="a policy forbids it")
    story.until(3)
    assert "sesame" not in seen(story, "prompt:escalate:channel", posted=False)
    assert "sesame" in seen(story, "prompt:escalate:dm:U0SAM", posted=False)
    story.complete("escalate", {"ticket_id": "sesame"})
    assert "sesame" not in seen(story, "prompt:escalate:channel")


def test_the_missing_answer_is_asked_for_until_it_is_there() -> None:
    story = Story(number=7).open().until(3)
    story.complete("escalate", NO_ID_YET)
    story.until(18)
    key = "ask:escalate:1:dm:U0SAM"
    assert seen(story, key, posted=False) == (
        """\
Still to come · INC-0007 · T+3 · Escalate to Anthropic support
This was submitted at 12:03 without the support ticket ID. Enter it as soon as you have it, or waive it.
[Enter ticket ID] [Waive]"""
    )
    story.answer("escalate", "CASE-4711", by=SAM)
    assert "Support ticket ID: CASE-4711" in seen(story, key)
    assert "[" not in seen(story, key)
    assert seen(story, key, posted=False) == "(nothing)"


def test_a_waiver_is_shown_with_its_reason() -> None:
    story = Story().open().until(3)
    story.complete("escalate", NO_ID_YET)
    story.until(18).waive("escalate", by=SAM)
    assert "waived: The chat was closed." in seen(story, "ask:escalate:1:dm:U0SAM")


def test_keys_that_belong_to_no_step_show_nothing(story: Story) -> None:
    for key in ("prompt:nowhere:channel", "prompt", "ask:nowhere:1:dm:U1", "unheard:of"):
        assert seen(story, key) == "(nothing)"


def test_the_channel_copy_of_a_step_that_was_handed_over_names_the_new_owner(story: Story) -> None:
    story.hand_over("revoke", EVE, by=DEVI)
    assert "Eve Novak owns this, due now (12:05)." in seen(story, CHANNEL)
