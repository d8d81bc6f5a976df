"""Who may: every act against everybody, both with and without the right."""

import pytest

from playbooks.access import Act, may
from playbooks.entries import Actor
from tests.unit.stories import ADA, DANA, DEVI, EVE, MAX, ROB, SAM, SID, Story

EVERYBODY = {"dana": DANA, "sam": SAM, "sid": SID, "devi": DEVI, "max": MAX, "ada": ADA, "rob": ROB, "eve": EVE}
ROSTER = {"sam", "sid", "devi", "max", "ada", "rob"}
LEAD = {"sam", "sid"}
OF_REVOKE = {"devi", "max"} | LEAD

ALLOWED = [
    (Act.COMPLETE, OF_REVOKE),
    (Act.CORRECT, OF_REVOKE),
    (Act.MORE_TIME, OF_REVOKE),
    (Act.HAND_OVER, OF_REVOKE),
    (Act.ANSWER, OF_REVOKE),
    (Act.WAIVE, OF_REVOKE),
    (Act.TAKE_OVER, ROSTER),
    (Act.SKIP, LEAD),
    (Act.ASSIGN, LEAD),
    (Act.CLOSE, LEAD),
    (Act.FALSE_ALARM, LEAD),
    (Act.REOPEN, LEAD),
    (Act.EXPORT, LEAD),
    (Act.NOTE, ROSTER | {"dana"}),
    (Act.STATUS, ROSTER | {"dana"}),
    (Act.FORWARD, ROSTER | {"dana"}),
]


@pytest.mark.parametrize(("act", "allowed"), ALLOWED, ids=[act.name for act, _ in ALLOWED])
def test_exactly_these_people_may(act: Act, allowed: set[str]) -> None:
    incident = Story().open().incident

    assert {n for n, who in EVERYBODY.items() if may(incident, act, who.id, "revoke") is None} == allowed


def test_every_act_is_in_the_table() -> None:
    assert {act for act, _ in ALLOWED} == set(Act)


def test_skipping_another_step_is_for_whoever_may_complete_it() -> None:
    incident = Story().open().incident

    assert may(incident, Act.SKIP, ADA.id, "logs") is None
    assert may(incident, Act.SKIP, DEVI.id, "logs") is not None


def test_a_new_owner_may_although_not_on_the_roster() -> None:
    story = Story().open()
    story.hand_over("revoke", EVE, by=DEVI)

    assert may(story.incident, Act.COMPLETE, EVE.id, "revoke") is None


def test_whoever_is_in_the_incident_channel_may_note() -> None:
    incident = Story().open().incident

    assert may(incident, Act.NOTE, EVE.id, member=True) is None
    assert may(incident, Act.CLOSE, EVE.id, member=True) is not None


def test_an_unknown_person_may_nothing() -> None:
    incident = Story().open().incident

    assert all(may(incident, act, Actor(id="").id, "revoke") is not None for act in Act)


def test_a_refusal_names_who_can() -> None:
    incident = Story().open().incident
    refused = may(incident, Act.COMPLETE, EVE.id, "revoke")

    assert refused is not None
    assert refused.sentence(incident.name, str) == (
        "Only Devi Rao, Max Lind, Sam Okafor or Sid Park can complete T+5. "
        "You can take it over if you are on the roster."
    )
