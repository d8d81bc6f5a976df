"""The Home tab: what each person finds there, and that it follows what happens."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from playbooks.entries import Kind
from playbooks.outcome import Outcome
from playbooks.states import StepStatus
from simulator.driver import Person
from simulator.errors import SlackError
from storage.errors import DatabaseUnavailable
from tests.contract.schema import run
from tests.scenario.company import CHANNEL, COMMITTED, NOON, REVOKED, Company, down, limited
from tests.scenario.test_presses import notice


async def home(company: Company, person: Person) -> str:
    """Opens it and reads it."""
    await person.open_home()
    await company.quiet()
    return await reads(person)


async def reads(person: Person) -> str:
    tab = await person.home()
    assert tab is not None, f"{person.name} has an empty Home tab"
    return tab.text


async def test_everybody_finds_what_is_theirs(company: Company) -> None:
    await company.open()

    assert "T+5 · Revoke the suspect key\nWaiting · due 12:05 · yours" in await home(company, company.devi)
    assert "T+3 · Escalate to Anthropic support\nWaiting · due 12:03 · yours" in await home(company, company.sam)
    assert "INC-0001 · API key committed to a repository · Open · T0" in await home(company, company.dana)
    assert "Nothing is asked of you now." in await reads(company.dana)
    assert "Roster" in await reads(company.sam)
    assert "Roster" not in await reads(company.devi)


async def test_a_guest_and_a_stranger_see_no_incident(company: Company) -> None:
    await company.open()
    for person in (company.gus, company.practice.person("Nora Quist")):
        text = await home(company, person)
        assert text == "Only full members of this workspace can open an incident. Tell one of them what you saw."


async def test_who_cannot_be_looked_up_sees_no_incident(company: Company) -> None:
    await company.open()
    company.deck.people._known.pop(company.rob.id)
    company.trouble("users.info", error=down)

    assert "Slack does not say just now who you are" in await home(company, company.rob)
    company.well_again()
    assert "T+15" in await home(company, company.rob)


async def test_a_step_is_completed_from_there_and_the_tab_follows_at_once(company: Company) -> None:
    await company.open()
    await home(company, company.devi)
    await company.devi.press_home("Complete", row="T+5 · ")
    await company.send(await looking(company.devi), REVOKED)

    assert Kind.COMPLETED in await company.kinds()
    assert "Nothing is asked of you now." in await reads(company.devi)
    assert "Done 12:00 by Devi Rao" in (await company.board()).text


async def looking(person: Person) -> Person:
    await person.look()
    return person


async def test_an_old_tab_answers_truthfully(company: Company) -> None:
    await company.open()
    await home(company, company.devi)
    company.trouble("views.publish", error=down)
    await company.from_board(company.sam, "T+5", REVOKED)
    await company.devi.press_home("Complete", row="T+5 · ")
    assert "Already completed by @Sam Okafor at 12:00." in notice(await looking(company.devi))

    company.well_again()
    await company.seconds(10)
    assert "Nothing is asked of you now." in await reads(company.devi)


async def test_what_a_closed_incident_still_asks_for_is_given_from_there(company: Company) -> None:
    await company.open()
    await company.everything_but_the_ticket_id()
    await company.say(company.sam, "INC-0001 close done")
    assert "T+3 · Escalate to Anthropic support\nSubmitted · no support ticket ID yet" in await home(
        company, company.sam
    )
    await company.sam.press_home("Enter ticket ID")
    await company.send(await looking(company.sam), {"Support ticket ID": "SUP-1"})

    assert "Nothing is asked of you now." in await reads(company.sam)
    assert (await company.incident()).step("escalate").status is StepStatus.DONE


async def test_the_oldest_of_many_incidents_is_looked_through(company: Company) -> None:
    await company.open()
    first = await company.incident()
    copies = [first.model_copy(update={"number": number, "keys": (), "steps": ()}) for number in range(2, 260)]
    await company.store.transact(
        lambda tx: [tx.commit(Outcome(incident=one), source_id="", now=NOON) for one in copies]
    )
    assert "INC-0001 · T+5" in await home(company, company.devi)

    run(company.url, "DELETE FROM incidents WHERE number > 1")


async def test_an_incident_is_reported_from_there(company: Company) -> None:
    await home(company, company.dana)
    await company.dana.press_home("Report an incident")
    report = {"What happened?": "a key in a gist", "Trigger": COMMITTED}
    await company.send(await looking(company.dana), report)

    assert "INC-0001" in await reads(company.dana)


async def test_drills_stand_apart(company: Company) -> None:
    await company.open(**{"This is a drill": True})
    text = await home(company, company.devi)

    assert text.index("No incident is open.") < text.index("DRILLS") < text.index("DRILL · INC-0001 · T+5")


async def test_it_follows_what_others_do_at_most_once_in_three_seconds(company: Company) -> None:
    await company.open()
    await home(company, company.devi)
    before = published(company)
    await company.from_board(company.sam, "T+3", {"Support ticket ID": "SUP-1"})
    await company.say(company.sam, "INC-0001 note one")
    assert published(company) == before

    await company.seconds(3)
    assert published(company) == before + 1
    assert "4 of 6 steps open" in await reads(company.devi)


def published(company: Company) -> int:
    return sum(call.facts["outcome"] == "ok" for call in company.workspace.ledger.calls("views.publish"))


async def test_what_changed_nothing_in_it_is_not_published(company: Company) -> None:
    await company.open()
    await home(company, company.devi)
    before = published(company)
    await company.say(company.sam, "INC-0001 note one")
    await company.seconds(10)

    assert published(company) == before


async def test_a_limit_is_waited_out_and_a_tab_that_slack_refuses_is_given_up(company: Company) -> None:
    company.trouble("views.publish", error=limited(30))
    await company.dana.open_home()
    await company.quiet()
    company.well_again()
    await company.seconds(29)
    assert await company.dana.home() is None
    await company.seconds(3)
    assert await company.dana.home() is not None

    company.trouble("views.publish", error=SlackError("not_enabled"))
    await company.rob.open_home()
    await company.quiet()
    assert company.rob.id not in company.deck.homes._tabs


async def test_a_database_that_fails_once_leaves_no_tab_behind(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(company.store, "incidents", _unavailable)
        await company.dana.open_home()
        await company.workspace.delivery.settle()
        with pytest.raises(DatabaseUnavailable):
            await company.deck.homes.once(company.clock.now())
    await company.seconds(3)

    assert "No incident is open." in await reads(company.dana)


async def _unavailable(*_: Any, **__: Any) -> Any:
    raise DatabaseUnavailable("locked")


async def test_a_fault_in_one_tab_stops_neither_the_others_nor_quarterdeck(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange = company.deck.people.person

    async def person(user: str) -> Any:
        return {}["strange"] if user == company.dana.id else await strange(user)

    monkeypatch.setattr(company.deck.people, "person", person)
    await company.dana.open_home()
    with capture_logs() as logs:
        assert "No incident is open." in await home(company, company.devi)

    assert [line["person"] for line in logs if line["action"] == "home_fault"] == [company.dana.id]


async def test_a_fault_before_any_tab_is_made_ends_no_loop(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(company.store, "incidents", _strange)
        company.deck.homes.opened(company.devi.id)
        await _runs_until(company, lambda: "homes_fault" in [line["action"] for line in logs])

    assert "No incident is open." in await home(company, company.devi)


async def _strange(*_: Any, **__: Any) -> Any:
    raise ValueError("strange")


async def _runs_until(company: Company, so_far: Callable[[], bool]) -> None:
    """The loop itself, which must not end by itself."""
    loop = asyncio.create_task(company.deck.homes.run())
    async with asyncio.timeout(5):
        while not so_far():  # noqa: ASYNC110 - because nobody tells
            await asyncio.sleep(0)
    assert not loop.done()
    loop.cancel()


async def test_a_tab_that_nobody_opened_for_an_hour_is_left_alone(company: Company) -> None:
    await home(company, company.devi)
    before = published(company)
    await company.seconds(timedelta(hours=1).total_seconds())
    await company.open()
    await company.seconds(10)

    assert published(company) == before


@pytest.mark.parametrize("value", ["", "7|nonsense", "999", "1|no_such_step"])
async def test_nonsense_from_there_is_answered(company: Company, value: str) -> None:
    await company.open()
    await home(company, company.devi)
    blocks = company.workspace.homes[company.devi.id].blocks
    row = next(block["accessory"] for block in blocks if "accessory" in block)
    row["value"] = value
    await company.devi.press_home("Complete", row="T+5 · ")

    assert (await looking(company.devi)).dialog is not None
    assert Kind.COMPLETED not in await company.kinds()


async def test_a_tab_opened_twice_and_the_messages_tab_do_no_harm(company: Company) -> None:
    await company.open()
    await home(company, company.sam)
    await home(company, company.sam)

    assert "T+3" in await reads(company.sam)
    assert (await company.board(channel=CHANNEL)).text
