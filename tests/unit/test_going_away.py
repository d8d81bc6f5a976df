"""What the rules make of people, places and messages that go away: pure, and folded again to the same."""

import pytest

from playbooks import commands_away as away
from playbooks.entries import Kind
from playbooks.fold import fold
from playbooks.model import Role
from tests.unit.stories import ADA, DEVI, MAX, ROSTER, SAM, SID, Story


def gone(story: Story, user: str) -> None:
    story.do(away.PersonGone, user=user, error="user_disabled", why="the account is deactivated")


def test_the_next_in_the_role_owns_all_open_steps_of_it() -> None:
    story = Story().open()
    gone(story, SAM.id)
    assert {step.key: step.owner for step in story.incident.steps if step.owner == SID.id}.keys() == {
        "escalate",
        "notify",
    }
    assert story.incident.people(Role.SECURITY_LEAD) == (SID.id,)
    story.until(4)
    assert f"prompt:escalate:dm:{SID.id}" in story.step("escalate").posts
    assert f"prompt:escalate:dm:{SAM.id}" not in story.step("escalate").posts
    assert fold(story.entries) == story.incident


def test_said_once_and_nothing_for_whoever_has_no_part_in_it() -> None:
    story = Story().open()
    for user in (DEVI.id, DEVI.id, "U0NOBODY"):
        gone(story, user)
    assert [entry.data["user"] for entry in story.of(Kind.UNREACHABLE)] == [DEVI.id]


def test_what_is_done_stays_theirs() -> None:
    story = Story().open().until(6)
    story.complete("revoke")
    gone(story, DEVI.id)
    assert (story.step("revoke").owner, story.incident.people(Role.DEV_LEAD)) == (DEVI.id, (MAX.id,))


def test_a_prompted_step_that_nobody_is_left_for_escalates_at_once() -> None:
    story = Story().open().until(7.1)
    gone(story, ADA.id)
    story.tick()
    assert (story.step("logs").owner, story.step("logs").level) == (None, "lead")
    assert f"escalation:logs:dm:{SAM.id}" in story.step("logs").posts


def test_without_security_leads_somebody_else_is_told_what_the_alerts_channel_does_not_take() -> None:
    story = Story(roster={role: people for role, people in ROSTER.items() if role is not Role.SECURITY_LEAD}).open()
    story.failed("announcement", "is_archived", "the channel is archived")
    assert story.incident.outside.announced_to == (DEVI.id,)


@pytest.mark.parametrize("channel", ["C0OTHER", None])
def test_another_place_than_the_one_it_is_in_is_no_loss(channel: str | None) -> None:
    story = Story().open()
    before = story.incident
    story.do(away.PlaceLost, channel=channel, error="is_archived", why="the channel is archived")
    assert story.incident == before


def test_a_closed_incident_moves_only_for_something_new() -> None:
    story = Story().open()
    story.false_alarm()
    lost = {"channel": story.incident.home.channel, "error": "is_archived", "why": "the channel is archived"}
    story.do(away.PlaceLost, **lost)
    assert story.incident.home.channel
    story.do(away.PlaceLost, **lost, unsaid=True)
    assert story.incident.home.thread


def test_a_trouble_is_told_once_until_it_is_over() -> None:
    story = Story().open()
    for _ in range(2):
        story.do(away.Hindered, trouble="token", why="The bot token is refused.")
    for _ in range(2):
        story.do(away.Unhindered, trouble="token")
    assert [kind for kind in story.kinds if kind in (Kind.HINDERED, Kind.UNHINDERED)] == [
        Kind.HINDERED,
        Kind.UNHINDERED,
    ]
