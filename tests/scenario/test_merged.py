"""Several prompts for one person at the same moment: one message that holds each, and each goes on by itself."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from playbooks.commands import Skip, TakeOver
from playbooks.entries import Actor, Kind
from simulator import losses
from simulator.api.call import Call
from simulator.errors import SlackError
from storage.rows import Delayed
from tests.contract.schema import run
from tests.scenario.company import BOT, ESCALATED, NOON, Company, company_at_work, down, head, limited, lost
from tests.scenario.storm import break_out, until

AT_ONCE = "6 steps at once"
KEY = "escalate"


@pytest.fixture
async def six(record: str, tmp_path: Path) -> AsyncIterator[Company]:
    """Six incidents that were opened at the same moment, a second before their first prompts."""
    async with company_at_work(tmp_path, record, quarterdeck_pacing="on") as company:
        await break_out(company, 6, 0)
        await until(company, NOON + timedelta(minutes=2, seconds=59))
        yield company
        company.workspace.limiter.limits = None
        await company.check()


async def due(company: Company, seconds: float = 2) -> None:
    await until(company, NOON + timedelta(minutes=3, seconds=seconds))


async def sams(company: Company) -> list[str]:
    """What stands in Sam's conversation with the bot about the first prompts."""
    return [m.text for m in await company.sam.messages(BOT) if " · T+3 · " in m.text]


async def places(company: Company) -> set[tuple[str, str | None]]:
    rows = [row for row in await company.surfaces() if row.key == f"prompt:{KEY}:dm:{company.sam.id}"]
    return {(row.place.split(":")[0], row.ts) for row in rows}


async def test_they_come_as_one_message_that_holds_each_head_and_its_buttons(six: Company) -> None:
    await due(six)
    [listed] = await sams(six)
    assert listed.startswith(AT_ONCE)
    assert all(head("T+3", number) in listed for number in range(1, 7))
    message = next(m for m in await six.sam.messages(BOT) if m.text.startswith(AT_ONCE))
    assert message.buttons == ["Complete step", "Take over", "I can't"] * 6


async def test_each_incident_has_its_own_entry_with_the_link_and_its_time(six: Company) -> None:
    await due(six)
    [(place, ts)] = await places(six)
    assert place == "list"
    assert ts is not None
    entries = [entry for n in range(1, 7) for entry in await six.entries(n) if ts.replace(".", "") in entry.source]
    assert [(entry.incident, entry.kind) for entry in entries] == [(n, Kind.PROMPTED) for n in range(1, 7)]
    assert {entry.occurred_at for entry in entries} == {NOON + timedelta(minutes=3)}


async def test_a_step_is_completed_from_its_row_and_the_others_stay(six: Company) -> None:
    await due(six)
    await six.sam.press("Complete step", in_message=AT_ONCE, row=head("T+3", 4), channel=BOT)
    await six.sam.fill(ESCALATED)
    assert await six.sam.submit() is None
    await due(six, 10)

    assert (await six.incident(4)).step(KEY).label == "Done"
    message = next(m for m in await six.sam.messages(BOT) if m.text.startswith(AT_ONCE))
    assert message.button("Complete step", head("T+3", 4)) is None
    assert message.button("Complete step", head("T+3", 5)) is not None
    assert len([one for one in message.buttons if one == "Complete step"]) == 5
    assert "Done 12:03" in message.text
    assert len(await sams(six)) == 1


async def test_taking_over_from_the_list_tells_the_former_owner_there(six: Company) -> None:
    await due(six)
    about = {"team": six.team, "at": six.clock.now(), "by": Actor(id=six.sid.id), "step": KEY}
    await six.deck.intake.submit(TakeOver(**about, source_id="t:2", number=2))
    await due(six, 10)
    [listed] = await sams(six)
    assert "Sid Park owns this step now" in listed


@pytest.mark.parametrize("after", [True, False])
async def test_a_lost_answer_leads_to_each_of_them_once(six: Company, after: bool) -> None:
    six.trouble("chat.postMessage", error=lost, after=after)
    await due(six)
    six.well_again()
    await due(six, 30)

    found = await sams(six)
    assert [sum(head("T+3", number) in text for text in found) for number in range(1, 7)] == [1] * 6
    assert {place for place, _ in await places(six)} == {"list"}


async def test_a_restart_while_the_list_is_in_doubt_posts_nothing_twice(six: Company) -> None:
    six.trouble("chat.postMessage", error=lost, after=True)
    await due(six, 0)
    six.well_again()
    await six.stop()
    await six.start()
    await due(six, 20)

    found = await sams(six)
    assert [sum(head("T+3", number) in text for text in found) for number in range(1, 7)] == [1] * 6
    assert {place for place, _ in await places(six)} == {"list"}
    await six.sam.press("Complete step", in_message=AT_ONCE, row=head("T+3", 6), channel=BOT)
    assert six.sam.dialog is not None


async def test_its_prompts_are_never_found_without_their_list(six: Company) -> None:
    six.trouble("chat.postMessage", error=lost, after=True)
    await due(six, 0)
    six.well_again()
    (listing,) = [row for row in await six.surfaces() if row.kind == "list"]
    later = six.clock.now() + timedelta(seconds=4)  # the others are looked for three seconds before
    await six.store.note(Delayed(id=listing.id, not_before=later, in_doubt=True))
    await due(six, 20)

    assert {place for place, _ in await places(six)} == {"list"}
    message = next(m for m in await six.sam.messages(BOT) if m.text.startswith(AT_ONCE))
    assert message.buttons.count("Complete step") == 6


async def test_a_kill_between_the_notes_leaves_nothing_to_be_posted_again(six: Company, record: str) -> None:
    await due(six)
    await six.stop()
    with sqlite3.connect(record.removeprefix("sqlite:///")) as db:  # as if the last two had not been noted
        db.execute(
            "UPDATE surfaces SET ts = NULL, shown = 0, place = ? WHERE number > 4 AND key = ?",
            (f"dm:{six.sam.id}", f"prompt:{KEY}:dm:{six.sam.id}"),
        )
    await six.start()
    await due(six, 20)
    assert len(await sams(six)) == 1
    assert {place for place, _ in await places(six)} == {"list"}


@pytest.mark.parametrize("error", [down, lambda _: limited(4)])
async def test_what_slack_did_not_take_goes_later_once(six: Company, error: Callable[[Call], Exception | None]) -> None:
    six.trouble("chat.postMessage", error=error)
    await due(six, 1)
    six.well_again()
    await due(six, 30)
    found = await sams(six)
    assert [sum(head("T+3", number) in text for text in found) for number in range(1, 7)] == [1] * 6


async def test_a_person_who_cannot_be_written_to_is_an_entry_of_each(six: Company) -> None:
    sams_own = (await six.sam.messages(BOT))[0].channel

    def only_sam(call: Call) -> Exception | None:
        return SlackError("restricted_action") if call.args.get("channel") == sams_own else None

    six.trouble("chat.postMessage", error=only_sam)
    await due(six, 10)
    six.well_again()
    for number in range(1, 7):
        assert Kind.SEND_FAILED in await six.kinds(number)


async def test_a_step_that_ended_before_the_list_was_sent_is_left_out(six: Company) -> None:
    sams_own = (await six.sam.messages(BOT))[0].channel
    six.deck.courier._waiting._pacing.told("chat.postMessage", sams_own, 3)
    await due(six, 1)
    about = {"team": six.team, "at": six.clock.now(), "by": Actor(id=six.sam.id), "step": KEY}
    await six.deck.intake.submit(Skip(**about, source_id="s:2", number=2, why="settled"))
    await due(six, 10)
    [listed] = await sams(six)
    assert listed.startswith("5 steps at once")
    assert head("T+3", 2) not in listed


async def test_a_list_that_somebody_deletes_is_noted_in_each_and_sent_no_more(six: Company) -> None:
    await due(six)
    message = next(m for m in await six.sam.messages(BOT) if m.text.startswith(AT_ONCE))
    losses.delete_message(six.workspace, message.channel, message.ts)
    await due(six, 10)
    about = {"team": six.team, "at": six.clock.now(), "by": Actor(id=six.sid.id), "step": KEY}
    await six.deck.intake.submit(TakeOver(**about, source_id="t:2", number=2))
    await until(six, NOON + timedelta(minutes=6))  # the others are overdue by then: their prompts say something else

    assert [text for text in await sams(six) if not text.startswith("Nudge")] == []
    assert [(await six.kinds(number)).count(Kind.REMOVED) for number in range(1, 7)] == [1] * 6


async def test_one_whose_incident_was_cleared_stays_in_the_list_as_it_ended(six: Company) -> None:
    await due(six)
    await six.say(six.sam, "INC-0003 false-alarm a dummy")
    await due(six, 10)
    assert await six.store.transact(lambda tx: tx.clear(six.team, 3))
    about = {"team": six.team, "at": six.clock.now(), "by": Actor(id=six.sid.id), "step": KEY}
    await six.deck.intake.submit(TakeOver(**about, source_id="t:2", number=2))
    await due(six, 20)

    [listed] = await sams(six)
    assert "Sid Park owns this step now" in listed
    assert (listed.splitlines()[0], head("T+3", 3) in listed) == (AT_ONCE, True)


async def test_a_list_comes_after_what_was_said_before_of_the_same_step(six: Company) -> None:
    await until(six, NOON + timedelta(minutes=8, seconds=50))
    sams_own = (await six.sam.messages(BOT))[0].channel
    six.deck.courier._waiting._pacing.told("chat.postMessage", sams_own, 30)
    await until(six, NOON + timedelta(minutes=9, seconds=1))  # escalated to Sam, and on the way
    for number in range(1, 7):
        about = {"team": six.team, "at": six.clock.now(), "by": Actor(id=six.sam.id), "number": number}
        await six.deck.intake.submit(TakeOver(**about, source_id=f"t:{number}", step="revoke"))
    await until(six, NOON + timedelta(minutes=9, seconds=58))

    texts = [m.text for m in await six.sam.messages(BOT)]
    for number in range(1, 7):
        about_it = [text for text in texts if head("T+5", number) in text]
        assert about_it[0].startswith("Escalation · "), about_it


async def test_a_damaged_one_does_not_keep_the_others_from_changing(six: Company, record: str) -> None:
    await due(six)
    run(record, "UPDATE incidents SET state = '{}' WHERE number = 3")
    about = {"team": six.team, "at": six.clock.now(), "by": Actor(id=six.sid.id), "step": KEY}
    await six.deck.intake.submit(TakeOver(**about, source_id="t:2", number=2))
    await due(six, 10)
    [listed] = await sams(six)
    assert "Sid Park owns this step now" in listed
    assert head("T+3", 6) in listed


async def test_drills_and_real_ones_do_not_share_a_message(record: str, tmp_path: Path) -> None:
    async with company_at_work(tmp_path, record, quarterdeck_pacing="on") as company:
        await break_out(company, 4, 0)
        await break_out(company, 4, 0, drill=True)
        await until(company, NOON + timedelta(minutes=3, seconds=8))
        lists = [text.splitlines()[0] for text in await sams(company)]
        assert sorted(lists) == ["4 steps at once", "4 steps at once · DRILL"]


async def test_few_enough_go_one_by_one(record: str, tmp_path: Path) -> None:
    async with company_at_work(tmp_path, record, quarterdeck_pacing="on") as company:
        await break_out(company, 2, 0)
        await until(company, NOON + timedelta(minutes=3, seconds=2))
        found = [text.splitlines()[0] for text in await sams(company)]
        assert found == [head("T+3", 1), head("T+3", 2)]


async def test_when_only_the_list_is_refused_each_goes_alone(six: Company) -> None:
    def too_much(call: Call) -> SlackError | None:
        return SlackError("invalid_blocks") if " steps at once" in call.text("text") else None

    six.trouble("chat.postMessage", error=too_much)
    await due(six, 20)

    assert {text.split("\n")[0] for text in await sams(six)} == {head("T+3", number) for number in range(1, 7)}
    assert not [entry for entry in await six.entries() if entry.kind is Kind.SEND_FAILED]
