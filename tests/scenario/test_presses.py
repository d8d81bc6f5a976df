"""Buttons: who may, what the second one reads, and that no press is ever silent."""

import asyncio
import json
from typing import Any

import pytest
from slack_bolt.async_app import AsyncBoltRequest

from bot.slack import forms, ids
from bot.slack.values import OpenValues
from playbooks.entries import Kind
from playbooks.model import Trigger
from simulator.driver import Person
from tests.scenario.company import BOT, CHANNEL, REVOKED, Company, down, head


def notice(person: Person) -> str:
    """What the small notice says that is open."""
    assert person.dialog is not None, f"{person.name} sees no notice"
    assert person.dialog.submit is None
    return f"{person.dialog.title}\n{person.dialog.text}"


async def refusals(company: Company) -> int:
    await company.quiet()
    return (await company.kinds()).count(Kind.REFUSED)


async def test_a_wrong_owner_reads_who_can(company: Company) -> None:
    await company.open()
    await company.at("12:05")
    await company.ada.press("Complete", row="T+5 · ", channel=CHANNEL)

    assert "Only @Devi Rao, @Max Lind, @Sam Okafor or @Sid Park can complete T+5" in notice(company.ada)
    refused = await company.last(Kind.REFUSED)
    assert (refused.actor.id, refused.step) == (company.ada.id, "revoke")


async def test_a_guest_cannot_open_and_is_told_why_before_the_form(company: Company) -> None:
    said = await company.say(company.gus, "a key in a gist")

    assert "Only full members of this workspace can open an incident" in said
    assert company.gus.dialog is None


async def test_a_guest_gets_no_form_by_a_button_either(company: Company) -> None:
    await company.gus.command("/incident", "statsu of the gateway")
    await company.gus.press("Report it instead", in_message="Did you mean")

    assert "Only full members of this workspace can open an incident" in notice(company.gus)


async def test_a_guest_who_could_not_be_looked_up_is_refused_when_the_form_is_sent(company: Company) -> None:
    company.trouble("users.info", error=down)
    await company.gus.command("/incident", "a key in a gist")
    company.well_again()
    assert company.gus.dialog is not None
    await company.gus.fill({"Trigger": "API key committed to a repository"})
    assert await company.gus.submit() is None

    assert "Only full members of this workspace can open an incident" in notice(company.gus)
    assert await company.incidents() == []


async def test_a_guest_in_the_channel_cannot_complete(company: Company) -> None:
    await company.open()
    company.workspace.channel_named(CHANNEL).members.append(company.gus.id)
    await company.gus.press("Complete", row="T+5 · ", channel=CHANNEL)

    assert "Only @Devi Rao" in notice(company.gus)
    assert await refusals(company) == 1


async def test_two_submissions_at_once_the_first_counts(company: Company) -> None:
    await company.open()
    await company.at("12:07")
    for person in (company.devi, company.max):
        await person.press("Complete step", in_message=head("T+5"), channel=BOT)
        await person.fill(REVOKED)
    assert await asyncio.gather(company.devi.submit(), company.max.submit()) == [None, None]

    first = (await company.last(Kind.COMPLETED)).actor
    loser = company.max if first.id == company.devi.id else company.devi
    assert f"Already completed by @{first.name} at 12:07." in notice(loser)
    assert (await company.kinds()).count(Kind.COMPLETED) == 1
    assert await refusals(company) == 1


async def test_two_take_overs_at_once_are_both_answered(company: Company) -> None:
    await company.open()
    await company.at("12:05")
    await asyncio.gather(
        *(
            person.press("Take over", in_message=head("T+5"), channel=CHANNEL)
            for person in (company.sam, company.rob, company.sam)
        )
    )
    await company.quiet()

    taken = [entry.actor.id for entry in await company.entries() if entry.kind is Kind.TAKEN_OVER]
    assert set(taken) == {company.sam.id, company.rob.id}
    assert (await company.incident()).step("revoke").owner == taken[-1]


async def test_a_copy_that_has_not_followed_yet_answers_truthfully(company: Company) -> None:
    await company.open()
    await company.at("12:05")
    company.trouble("chat.update", error=down)
    await company.fill_in(company.devi, "T+5", REVOKED)
    await company.sam.press("Complete step", in_message=head("T+5"), channel=CHANNEL)
    assert "Already completed by @Devi Rao at 12:05." in notice(company.sam)
    await company.sam.close()
    await company.sam.press("Take over", in_message=head("T+5"), channel=CHANNEL)
    assert "Already completed by @Devi Rao at 12:05." in notice(company.sam)
    assert await refusals(company) == 2

    company.well_again()
    await company.minutes(1)
    assert "Done 12:05 by Devi Rao" in (await company.prompt(company.sam, "T+5", channel=CHANNEL)).text


@pytest.mark.parametrize("label", ["Complete step", "Take over", "I can't"])
async def test_an_old_message_of_a_closed_incident_answers(company: Company, label: str) -> None:
    await company.open()
    await company.at("12:05")
    company.trouble("chat.update", error=down)
    await company.say(company.sam, "INC-0001 false-alarm a test key")
    await company.sam.press(label, in_message=head("T+5"), channel=CHANNEL)

    assert "INC-0001 is a false alarm since 12:05" in notice(company.sam)
    assert await refusals(company) == 1
    company.well_again()
    await company.minutes(1)


async def test_taking_over_what_is_yours_says_so(company: Company) -> None:
    await company.open()
    await company.at("12:05")
    await company.devi.press("Take over", in_message=head("T+5"), channel=BOT)

    assert "T+5 is yours already" in notice(company.devi)
    assert await refusals(company) == 1


async def test_rights_are_checked_again_when_the_form_is_sent(company: Company) -> None:
    await company.open()
    await company.at("12:03")
    await company.sam.press("I can't", in_message=head("T+3"), channel=BOT)
    await company.send(company.sam, {"What do you need?": "Hand over", "To whom?": "Rob Silva", "Why?": "away"})
    await company.rob.press("Complete step", in_message=head("T+3"), channel=BOT)
    await company.sam.press("Take over", in_message=head("T+3"), channel=CHANNEL)
    await company.rob.fill({"Support ticket ID": "SUP-1"})
    assert await company.rob.submit() is None

    assert "Only @Sam Okafor or @Sid Park can complete T+3" in notice(company.rob)
    assert await refusals(company) == 1


async def test_the_board_notes_and_closes(company: Company) -> None:
    await company.open()
    await company.devi.press("Add note", in_message="T+0", channel=CHANNEL)
    await company.send(company.devi, {"What is to be noted?": "the gateway restarts"})
    assert (await company.last(Kind.NOTE)).text == "the gateway restarts"
    await company.sam.press("Close incident", in_message="T+0", channel=CHANNEL)
    assert "INC-0001 cannot be closed yet" in notice(company.sam)
    await company.sam.close()
    await company.everything()
    await company.sam.press("Close incident", in_message="T+0", channel=CHANNEL)
    await company.send(company.sam, {"How did it end?": "replaced"})
    assert (await company.incident()).close_reason == "replaced"


@pytest.mark.parametrize("says", ["a member", "left", "nothing"])
async def test_a_note_is_checked_again_when_its_form_is_sent(company: Company, says: str) -> None:
    await company.open()
    members = company.workspace.channel_named(CHANNEL).members
    members.append(company.gus.id)
    await company.gus.press("Add note", in_message="T+0", channel=CHANNEL)
    await company.gus.fill({"What is to be noted?": "seen from outside"})
    if says == "left":
        members.remove(company.gus.id)
    if says == "nothing":
        company.trouble("conversations.members", error=down)
    assert await company.gus.submit() is None
    company.well_again()
    await company.quiet()

    noted = [entry.text for entry in await company.entries() if entry.kind is Kind.NOTE]
    assert noted == (["seen from outside"] if says == "a member" else [])
    if says != "a member":
        assert "Only members of the incident's channel" in notice(company.gus)


async def test_no_choice_of_what_is_needed_is_an_error_at_its_field(company: Company) -> None:
    await company.open()
    await company.at("12:03")
    await company.sam.press("I can't", in_message=head("T+3"), channel=BOT)
    body = {
        "type": "view_submission",
        "user": {"id": company.sam.id},
        "view": {**company.workspace.modals[company.sam.id][-1].source, "id": "V1", "state": {"values": {}}},
    }
    answer = await dispatch(company, body)

    assert "Choose what you need." in answer["errors"]["in:need"]


async def dispatch(company: Company, body: dict[str, Any]) -> dict[str, Any]:
    """What Bolt answers to a request that the practice workspace does not make by itself."""
    request = AsyncBoltRequest(body={"team": {"id": company.team}, "trigger_id": "1.2.x", **body}, mode="socket_mode")
    answer = await company.deck.bolt.async_dispatch(request)
    assert answer.status == 200
    found: dict[str, Any] = json.loads(answer.body) if answer.body else {}
    return found


async def test_the_button_to_join_wants_the_same_key_and_kind(company: Company) -> None:
    await company.open(keys="prod-gateway")
    await company.open(company.ada, "practice", keys="prod-gateway", **{"This is a drill": True})
    for keys, drill, number in (("something-else", False, 1), ("prod-gateway", False, 2), ("prod-gateway", True, 1)):
        report = OpenValues(
            text="a report", trigger=Trigger.KEY_COMMITTED, keys=(keys,), noticed_at=company.clock.now(), drill=drill
        )
        view = {**forms.same_key_form(number, report), "id": "V1", "state": {"values": {}}}
        press = {"action_id": ids.JOIN_YES, "block_id": "b1", "type": "button", "value": ids.value(number)}
        user = {"id": company.max.id, "team_id": company.team}
        trigger = company.workspace.triggers.issue(company.max.id)
        await dispatch(
            company,
            {"type": "block_actions", "trigger_id": trigger, "user": user, "view": view, "actions": [press]},
        )
        assert "names other keys than this report" in notice(await looking(company.max))
    assert Kind.JOINED not in await company.kinds(1) + await company.kinds(2)


async def looking(person: Person) -> Person:
    await person.look()
    return person


async def test_a_fault_on_a_press_is_a_notice(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    await company.open()
    with monkeypatch.context() as patch:
        patch.setattr(company.store, "incident", _broken)
        await company.devi.press("Complete", row="T+5 · ", channel=CHANNEL)
    assert "Something went wrong" in notice(company.devi)
    assert "quote fault" in notice(company.devi)


async def test_a_fault_in_a_form_without_fields_is_a_notice(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    await company.open(keys="prod-gateway")
    await company.max.command("/incident", "see")
    await company.max.fill({"Trigger": "API key committed to a repository", "Suspect keys": "prod-gateway"})
    assert await company.max.submit() is None
    with monkeypatch.context() as patch:
        patch.setattr(company.deck.intake, "submit", _broken)
        assert await company.max.submit() is None
    assert "quote fault" in notice(company.max)


async def _broken(*_: Any) -> Any:
    raise RuntimeError("broken")


async def test_another_workspace_reaches_no_listener(company: Company) -> None:
    elsewhere = {"id": "T0ELSEWHERE"}
    said = await dispatch(
        company,
        {"team": None, "team_id": "T0ELSEWHERE", "command": "/incident", "text": "help", "user_id": company.sam.id},
    )
    assert "serves another workspace" in said["text"]
    report = OpenValues(text="a key", trigger=Trigger.KEY_COMMITTED, noticed_at=company.clock.now())
    view = {**forms.same_key_form(1, report), "id": "V1", "state": {"values": {}}}
    user = {"id": company.sam.id, "team_id": "T0ELSEWHERE"}
    said = await dispatch(company, {"type": "view_submission", "team": elsewhere, "user": user, "view": view})
    assert "serves another workspace" in str(said["view"]["blocks"])
    event = {"type": "message", "channel_type": "im", "channel": "D1", "user": company.sam.id, "text": "x", "ts": "1.1"}
    for teams in ([], [{"team_id": company.team}]):
        body = {"type": "event_callback", "team": None, "team_id": "T0ELSEWHERE", "event": event}
        assert await dispatch(company, {**body, "authorizations": teams}) == {}
        assert len([row for row in await company.surfaces() if row.kind == "help"]) == len(teams)
    await company.quiet()
    assert await company.incidents() == []


async def test_a_member_of_another_organisation_is_refused_by_their_own_team(company: Company) -> None:
    company.trouble("users.info", error=down)
    report = OpenValues(text="a key", trigger=Trigger.KEY_COMMITTED, noticed_at=company.clock.now())
    view = {**forms.same_key_form(1, report), "id": "V1", "state": {"values": {}}}
    user = {"id": "U0STRANGER", "team_id": "T0ELSEWHERE"}
    said = await dispatch(company, {"type": "view_submission", "user": user, "view": view})
    company.well_again()

    assert "Only full members" in str(said["view"]["blocks"])
    assert await company.incidents() == []
