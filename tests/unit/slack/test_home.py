"""The Home tab: one's steps first, incidents as far as one may see them, never more than Slack takes."""

from functools import cache
from typing import Any

import pytest
from slack_sdk.models.views import View as SdkView

from bot.people import Person
from bot.slack import ids
from bot.slack.home import MOST_READ, Found, View, closed_home
from bot.slack.home import home as home_of
from bot.slack.home_roster import roster_form
from bot.slack.messages import Message
from playbooks.entries import Actor
from playbooks.incident import Incident
from playbooks.model import Role
from playbooks.roster import Seat
from simulator.blocks.views import check_view
from tests.unit.slack.shown import _mrkdwn, as_seen, checked_view, harmless
from tests.unit.stories import ADA, DANA, DEVI, EVE, NO_ID_YET, ROSTER, SAM, Story, closed_story

GUS = Person(id="U0GUS", name="Gus Vale", active=True, flaw="is a guest")


def seen(view: dict[str, Any]) -> str:
    """What stands there; would Slack take it, and is it harmless?"""
    check_view(view, "home")
    SdkView(**view).validate_json()
    for text in _mrkdwn(view["blocks"]):
        harmless(text)
    return as_seen(Message(text="", blocks=view["blocks"]))


def home(
    user: str, running: list[Incident], total: int, roster: Any = None, *, owing: tuple[Incident, ...] = ()
) -> View:
    found = Found(user)
    found.take(running)
    found.take(owing)
    return home_of(found, total, roster)


@cache
def story(number: int = 7, *, drill: bool = False) -> Incident:
    return Story(number=number).open(drill=drill).until(6).incident


def test_an_owner_sees_their_step_first_and_then_the_incident() -> None:
    assert seen(home(ADA.id, [story()], 1)) == (
        """\
[Report an incident]
My steps
INC-0007 · T+7 · Pull the last 24 h of API logs  [Complete]
    Waiting · due 12:07 · yours
Open incidents
INC-0007 · API key committed to a repository · Open · T0 2026-11-21 12:00 · led by Sam Okafor · 5 of 6 steps open · \
#C0INC"""
    )


def test_a_lead_sees_their_own_steps_before_those_that_they_may_complete() -> None:
    text = seen(home(SAM.id, [story()], 1))

    assert text.index("T+3") < text.index("T+10") < text.index("T+5")
    assert "Overdue · due 12:03 · yours" in text
    assert "Due now · due 12:05 · Devi Rao" in text


def test_its_buttons_are_those_of_the_board() -> None:
    view = home(DEVI.id, [story()], 1)
    row = next(block["accessory"] for block in view["blocks"] if "accessory" in block)

    assert (row["action_id"], ids.target(row["value"])) == (ids.STEP_COMPLETE, (7, "revoke"))
    report = view["blocks"][0]["elements"][0]
    assert report["action_id"] == ids.REPORT_OPEN
    assert "value" not in report


def test_an_answer_that_is_owed_stays_among_the_steps() -> None:
    told = Story().open().until(4)
    told.complete("escalate", NO_ID_YET)
    view = home(SAM.id, [told.incident], 1)

    assert "Submitted · no support ticket ID yet, you are asked again at 12:19" in seen(view)
    assert "[Enter ticket ID] [Waive]" in seen(view)
    assert "support ticket ID" not in seen(home(DEVI.id, [told.incident], 1))


def test_an_answer_that_a_closed_incident_still_asks_for_is_a_step() -> None:
    closed = closed_story().incident
    text = seen(home(SAM.id, [], 0, owing=(closed,)))

    assert "Submitted · no support ticket ID yet" in text
    assert "[Enter ticket ID] [Waive]" in text
    assert "No incident is open." in text
    assert "Nothing is asked of you now." in seen(home(DEVI.id, [], 0, owing=(closed,)))


def test_many_answers_that_are_owed_fit_as_well() -> None:
    told = Story().open().until(4)
    told.complete("escalate", NO_ID_YET)
    many = [told.incident.model_copy(update={"number": n, "drill": n > 150}) for n in range(200, 0, -1)]
    view = home(SAM.id, many, 200, {role: [(a.id, None) for a in people] for role, people in ROSTER.items()})

    assert len(view["blocks"]) <= 100
    seen(view)


def test_others_see_number_trigger_and_state_only() -> None:
    assert seen(home(EVE.id, [story()], 1)).splitlines()[1:] == [
        "My steps",
        "Nothing is asked of you now.",
        "Open incidents",
        "INC-0007 · API key committed to a repository · Open",
    ]
    assert "led by Sam Okafor" in seen(home(DANA.id, [story()], 1))  # who reported it may see it


def test_drills_stand_apart_and_say_so() -> None:
    text = seen(home(DEVI.id, [story(8, drill=True), story()], 2))
    before, after = text.split("DRILLS")

    assert "INC-0008" not in before
    assert "Drill: do not contact Anthropic" in after
    assert "DRILL · INC-0008 · T+5" in after


def test_nothing_open_is_said() -> None:
    assert "No incident is open." in seen(home(EVE.id, [], 0))


def test_a_guest_sees_no_incident_and_an_unknown_person_neither() -> None:
    assert seen(closed_home(GUS)).startswith("Only full members of this workspace can open an incident.")
    assert "Slack does not say just now who you are" in seen(closed_home(None))


def test_what_does_not_fit_is_counted() -> None:
    many = [story(n) for n in range(200, 0, -1)] + [story(n, drill=True) for n in range(220, 200, -1)]
    roster = {role: [(a.id, None) for a in people] for role, people in ROSTER.items()}
    view = home(SAM.id, many, 400, roster)

    assert len(view["blocks"]) <= 100
    text = seen(view)
    assert "and 330 more: /incident list" in text.replace("`", "")
    assert "and 980 more: /incident status" in text.replace("`", "")


def test_it_says_when_not_every_incident_was_looked_through() -> None:
    assert "looked through" not in seen(home(SAM.id, [story()], 1))
    assert "Of 2 open incidents only 1 could be looked through for your steps." in seen(home(SAM.id, [story()], 2))
    many = [story() for _ in range(MOST_READ)]
    text = seen(home(SAM.id, many, MOST_READ + 5))
    assert "Of 1,005 open incidents only the newest 1,000 were looked through for your steps." in text


HOSTILE = "<script>&<!channel> *x* `y`\u202e<@U0SAM>"


def test_names_are_harmless() -> None:
    names = {role: tuple(Actor(id=a.id, name=HOSTILE) for a in people) for role, people in ROSTER.items()}
    incident = Story(roster=names).open().incident
    eve = Person(id="U0EVE", name=HOSTILE, active=True)
    roster = {Role.AUDITOR: [("U0EVE", eve), ("<!channel>@example.com", None)]}

    assert "<script>" in seen(home(DEVI.id, [incident], 1, roster))


# --- the roster

ACTIVE = Person(id=DEVI.id, name="Devi Rao", active=True)
GONE = Person(id="U0MAX", name="Max Lind", active=False, flaw="is deactivated")


def test_a_lead_reads_who_is_owner_and_who_can_be_reached() -> None:
    people = {
        Role.DEV_LEAD: [("U0MAX", GONE), ("devi@example.com", ACTIVE), ("U0GUS", GUS)],
        Role.AUDITOR: [("old@example.com", None)],
    }
    text = seen(home(SAM.id, [], 0, people)).split("Roster\n")[1]

    assert text.startswith(
        """\
dev lead  [Edit]
    Max Lind: is deactivated, cannot be reached
    Devi Rao: owner, reachable
    Gus Vale: deputy, reachable, is a guest
auditor  [Edit]
    no owner
    old@example.com: not known to Slack, cannot be reached
New incidents get the roster"""
    )


@pytest.mark.parametrize("role", [Role.DEV_LEAD, Role.SECURITY_LEAD, Role.RECOVERY_OWNER])
def test_the_form_holds_who_can_be_reached_in_order(role: Role) -> None:
    view = roster_form(role, Seat(seq=4), [("U0MAX", GONE), ("devi@example.com", ACTIVE)])
    checked_view(view)
    who = next(block for block in view["blocks"] if block["type"] == "input")

    assert who["element"]["initial_users"] == [DEVI.id]
    assert who["optional"] is (role is not Role.SECURITY_LEAD)
    assert who["hint"]["text"].startswith("The first is the owner, the others are deputies.")
    assert "Left out, because they are no active full members: Max Lind" in view["blocks"][0]["elements"][0]["text"]


def test_the_form_of_an_empty_role_is_empty() -> None:
    view = roster_form(Role.AUDITOR, Seat(), [])
    checked_view(view)

    assert "initial_users" not in view["blocks"][0]["element"]
