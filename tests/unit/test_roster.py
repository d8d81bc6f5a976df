"""The roster is the fold of the admin log, and only a security lead changes it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from playbooks.entries import Actor, AdminKind, Entry, Kind, first_break
from playbooks.errors import Refused, WrongAnswers
from playbooks.fold import apply
from playbooks.model import Role
from playbooks.roster import (
    ADMIN_LOG,
    Candidate,
    Fill,
    SetRole,
    differing,
    fill,
    fold_roster,
    lists_of,
    refused_entry,
    set_role,
)
from tests.unit.stories import closed_story

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FILE = {
    Role.SECURITY_LEAD: ("sam@example.com", "U0SID"),
    Role.DEV_LEAD: ("U0DEVI", "U0MAX"),
    Role.AUDITOR: ("U0ADA",),
}
REACHABLE = {"sam@example.com": "U0SAM", **{user: user for user in ("U0SID", "U0DEVI", "U0MAX", "U0ADA")}}
ABOUT: dict[str, Any] = {"team": "T1", "at": NOON, "source_id": "x"}


def filled() -> list[Entry]:
    made = fill([], Fill(**ABOUT, lists=FILE, text="taken from roster.yaml", names={"U0DEVI": "Devi Rao"}))
    assert not isinstance(made, Refused)
    return list(made)


def change(*users: str, role: Role = Role.DEV_LEAD, by: str = "U0SAM", **more: Any) -> SetRole:
    people = tuple(Candidate(id=user, name=user[2:].title()) for user in users)
    given = {"seen": fold_roster(filled())[role].seq, "people": people, "reachable": REACHABLE, **more}
    return SetRole(**ABOUT, by=Actor(id=by), role=role, **given)


def wrong(command: SetRole, log: list[Entry] | None = None) -> str:
    with pytest.raises(WrongAnswers) as raised:
        set_role(log or filled(), command)
    return raised.value.errors["people"]


def test_a_file_becomes_an_entry_a_role() -> None:
    log = filled()

    assert first_break(log) is None
    assert {entry.incident for entry in log} == {ADMIN_LOG}
    assert lists_of(fold_roster(log)) == {**FILE, Role.RECOVERY_OWNER: ()}
    assert log[0].text == "security lead: taken from roster.yaml"
    assert fold_roster(log)[Role.DEV_LEAD].names == {"U0DEVI": "Devi Rao"}


def test_a_lead_changes_a_role_and_the_entry_says_what_was() -> None:
    log = filled()
    entry = set_role(log, change("U0MAX", "U0DEVI"))

    assert isinstance(entry, Entry)
    assert (entry.kind, entry.text) == (AdminKind.ROSTER_SET, "dev lead: Max, Devi")
    assert entry.data["before"] == ["U0DEVI", "U0MAX"]
    assert first_break([*log, entry]) is None
    assert fold_roster([*log, entry])[Role.DEV_LEAD].people == ("U0MAX", "U0DEVI")


def test_who_is_named_twice_counts_once_and_one_may_hold_every_role() -> None:
    log = filled()
    for role in (Role.DEV_LEAD, Role.AUDITOR, Role.RECOVERY_OWNER, Role.SECURITY_LEAD):
        entry = set_role(log, change("U0SID", "U0SID", role=role))
        assert isinstance(entry, Entry)
        log.append(entry)

    assert set(lists_of(fold_roster(log)).values()) == {("U0SID",)}


def test_nothing_changes_when_it_is_just_so_already_whoever_was_faster() -> None:
    assert set_role(filled(), change("U0SAM", "U0SID", role=Role.SECURITY_LEAD, seen=99)) is None


@pytest.mark.parametrize("by", ["U0DEVI", "U0GUS", "sam@example.com", ""])
def test_only_a_lead_may(by: str) -> None:
    refused = set_role(filled(), change("U0MAX", by=by))

    assert isinstance(refused, Refused)
    assert refused.sentence(str, str) == "Only U0SAM or U0SID can change the roster."


def test_a_lead_who_cannot_be_reached_may_not_and_without_any_an_operator_is_named() -> None:
    refused = set_role(filled(), change("U0MAX", reachable={}))

    assert isinstance(refused, Refused)
    assert "quarterdeck roster load" in refused.reason


def test_a_refusal_is_an_entry_and_changes_nothing() -> None:
    log, command = filled(), change("U0MAX", by="U0DEVI")
    refused = set_role(log, command)
    assert isinstance(refused, Refused)
    entry = refused_entry(log, command, refused, "Only Sam or Sid can change the roster.")

    assert (entry.kind, entry.data["who"]) == (AdminKind.ROSTER_REFUSED, ["U0SAM", "U0SID"])
    assert fold_roster([*log, entry]) == fold_roster(log)


def test_a_form_of_an_older_roster_overwrites_nothing() -> None:
    log = filled()
    first = set_role(log, change("U0MAX"))
    assert isinstance(first, Entry)

    assert wrong(change("U0DEVI", by="U0SID"), [*log, first]).startswith("Changed meanwhile by U0SAM at 12:00 UTC")


def test_what_people_cannot_be_is_said_by_name() -> None:
    gus = (Candidate(id="U0GUS", name="Gus Vale", flaw="is a guest"), Candidate(id="U0MAX"))

    assert wrong(change(people=gus)).startswith("Gus Vale is a guest.")
    assert wrong(change(*(f"U{n}" for n in range(21)))) == "At most 20 people can hold a role; these are 21."
    assert wrong(change(role=Role.SECURITY_LEAD)).startswith("Somebody must be security lead")


def test_any_other_role_may_have_nobody() -> None:
    entry = set_role(filled(), change())

    assert isinstance(entry, Entry)
    assert entry.text == "dev lead: nobody"


def test_a_file_may_name_twenty_for_a_role_and_nobody_counts_twice() -> None:
    many = tuple(f"U{place}" for place in range(20))
    crowd = {**FILE, Role.DEV_LEAD: (*many, "U0", "U20")}

    assert not isinstance(fill([], Fill(**ABOUT, lists={**FILE, Role.DEV_LEAD: (*many, "U0")}, text="")), Refused)
    assert isinstance(fill([], Fill(**ABOUT, lists=crowd, text="")), Refused)


def test_a_file_is_taken_anew_but_never_without_a_lead() -> None:
    log, again = filled(), {**FILE, Role.DEV_LEAD: ("U0MAX",)}
    made = fill(log, Fill(**ABOUT, lists=again, text="taken from roster.yaml"))

    assert differing(fold_roster(log), again) == [Role.DEV_LEAD]
    assert isinstance(made, tuple)
    assert [entry.data["before"] for entry in made] == [["U0DEVI", "U0MAX"]]
    assert isinstance(fill(log, Fill(**ABOUT, lists={}, text="")), Refused)


def test_the_two_kinds_of_log_are_kept_apart() -> None:
    incident = closed_story().incident
    with pytest.raises(ValueError, match="belongs to no incident"):
        apply(incident, filled()[0])
    note = filled()[0].model_copy(update={"kind": Kind.NOTE})
    with pytest.raises(ValueError, match="belongs to an incident"):
        fold_roster([note])


def test_an_entry_that_does_not_follow_from_the_roster_before_it_is_found_out() -> None:
    log = filled()
    forged = log[1].model_copy(update={"data": {**log[1].data, "before": ["U0MALLORY"]}})

    with pytest.raises(ValueError, match="U0MALLORY"):
        fold_roster([log[0], forged])
