"""What Slack's answers mean: each verdict, with what to do."""

from typing import Any

import pytest

from bot.doctor import judge_slack as judge
from bot.doctor.findings import Finding, Level
from bot.doctor.judge_slack import Asked
from bot.manifest import BOT_SCOPES
from playbooks.model import Role

LEAD, DEV, AUDITOR, OWNER = Role.SECURITY_LEAD, Role.DEV_LEAD, Role.AUDITOR, Role.RECOVERY_OWNER
TEAM = "T1"


def levels(findings: list[Finding]) -> list[Level]:
    return [one.level for one in findings]


def user(name: str, **flags: Any) -> Asked:
    return Asked(user={"id": f"U{name}", "real_name": name, "team_id": TEAM, **flags})


def everybody(*refs: str) -> dict[Role, tuple[str, ...]]:
    return dict.fromkeys((LEAD, DEV, AUDITOR, OWNER), refs)


def test_the_scopes_of_the_manifest_are_enough() -> None:
    assert levels(judge.scopes(set(BOT_SCOPES))) == [Level.OK]


def test_each_missing_scope_is_named_with_what_it_is_for() -> None:
    found = judge.scopes(set(BOT_SCOPES) - {"pins:write", "files:write"})

    assert levels(found) == [Level.FAILED, Level.FAILED]
    assert found[0].said == "pins:write is missing: pin the board."
    assert "install the app again" in found[0].advice


def test_more_than_is_needed_is_a_warning() -> None:
    found = judge.scopes({*BOT_SCOPES, "admin", "channels:join"})

    assert levels(found) == [Level.WARNING]
    assert "admin, channels:join" in found[0].said


def test_a_slack_that_does_not_say_the_scopes() -> None:
    assert levels(judge.scopes(None)) == [Level.WARNING]


@pytest.mark.parametrize(
    ("skew", "doubt", "level"),
    [
        (0.4, 0.5, Level.OK),
        (2.4, 0.5, Level.OK),
        (2.6, 0.5, Level.WARNING),
        (-2.6, 0.5, Level.WARNING),
        (-31.0, 0.5, Level.FAILED),
        (31.0, 0.5, Level.FAILED),
        (4.0, 3.0, Level.OK),
    ],
)
def test_the_clock_is_judged_by_what_is_certain(skew: float, doubt: float, level: Level) -> None:
    assert judge.clock(skew, doubt).level is level


def test_the_clock_says_how_much_and_on_which_side() -> None:
    assert judge.clock(40.0, 0.5).said == "This machine's clock is 40.0 s ahead of Slack's."
    assert judge.clock(-2.6, 0.5).said == "This machine's clock is 2.6 s behind Slack's."


@pytest.mark.parametrize(
    ("channel", "level", "words"),
    [
        ({}, Level.OK, "#alerts (C1)"),
        ({"is_archived": True}, Level.FAILED, "is archived"),
        ({"name": "other"}, Level.FAILED, "not in a channel #alerts"),
        ({"is_ext_shared": True}, Level.WARNING, "shared with another organisation"),
    ],
)
def test_the_alerts_channel(channel: dict[str, Any], level: Level, words: str) -> None:
    found = judge.alerts("#alerts", [{"id": "C1", "name": "alerts", **channel}])

    assert found.level is level
    assert words in found.said


def test_the_alerts_channel_by_its_id_and_a_new_one_of_an_archived_name() -> None:
    archived = {"id": "C1", "name": "alerts", "is_archived": True}

    assert judge.alerts("C1", [{"id": "C1", "name": "alerts"}]).level is Level.OK
    assert judge.alerts("alerts", [archived, {"id": "C2", "name": "alerts"}]).level is Level.OK


def test_no_roster_at_all_fails() -> None:
    assert levels(judge.roster({}, {}, TEAM)) == [Level.FAILED]
    assert levels(judge.roster({LEAD: ()}, {}, TEAM)) == [Level.FAILED]


def test_owners_with_deputies_are_fine() -> None:
    found = judge.roster(everybody("a", "b"), {"a": user("Ann"), "b": user("Bob")}, TEAM)

    assert levels(found) == [Level.OK] * 4
    assert found[0].said == "security_lead: Ann, then Bob."


def test_a_role_with_nobody_fails_and_one_without_deputy_warns() -> None:
    found = judge.roster({LEAD: ("a", "b"), DEV: ("a",), OWNER: ("a", "b")}, {"a": user("Ann"), "b": user("Bob")}, TEAM)

    assert levels(found) == [Level.OK, Level.WARNING, Level.FAILED, Level.OK]
    assert found[1].said == "dev_lead: Ann, without a deputy."
    assert found[2].said.startswith("auditor: nobody can be reached")


def test_one_person_in_every_role_works_and_is_a_warning() -> None:
    found = judge.roster(everybody("a"), {"a": user("Ann")}, TEAM)

    assert levels(found) == [Level.WARNING] * 5
    assert found[-1].said.startswith("Ann is in every role")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"deleted": True}, "is deactivated"),
        ({"is_bot": True}, "is an app"),
        ({"is_restricted": True}, "is a guest"),
        ({"is_ultra_restricted": True}, "is a guest"),
        ({"is_stranger": True}, "belongs to another organisation"),
        ({"team_id": "T2"}, "belongs to another organisation"),
    ],
)
def test_who_cannot_serve_is_named_once_and_serves_no_role(flags: dict[str, Any], words: str) -> None:
    found = judge.roster(everybody("a", "b"), {"a": user("Ann", **flags), "b": user("Bob")}, TEAM)

    assert found[0].said == f"Ann (a) {words}."
    assert [one.said for one in found if one.level is Level.FAILED] == [found[0].said]
    assert "security_lead: Bob, without a deputy." in [one.said for one in found]


def test_whom_slack_does_not_know_and_whom_it_would_not_tell_about() -> None:
    asked = {"a": Asked(error="users_not_found"), "b": Asked(error="internal_error")}
    found = judge.roster(everybody("a", "b"), asked, TEAM)

    assert [found[0].level, found[1].level] == [Level.FAILED, Level.WARNING]
    assert found[0].said == "Slack knows no active account as a."
    assert found[2].said == "security_lead: b, without a deputy."
