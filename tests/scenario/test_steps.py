"""Steps: completed early, on time, late and in any order; asked again, corrected, handed on, put off, skipped."""

import pytest

from playbooks.entries import Kind
from playbooks.states import StepStatus
from tests.scenario.company import BOT, CHANNEL, ESCALATED, NOTIFIED, PULLED, REVOKED, ROTATED, Company, head

SUBMITTED = {"Submitted, no ID yet": True}


async def test_any_step_may_be_completed_early_and_in_any_order(company: Company) -> None:
    await company.open()
    await company.minutes(1)
    for person, mark, values in (
        (company.rob, "T+15", ROTATED),
        (company.ada, "T+7", PULLED),
        (company.devi, "T+5", REVOKED),
        (company.sam, "T+10", NOTIFIED),
        (company.sam, "T+3", ESCALATED),
    ):
        await company.from_board(person, mark, values)

    incident = await company.incident()
    assert [step.label for step in incident.steps] == ["Done"] * 6
    await company.minutes(60)
    prompts = [message.text for message in company.by_bot() if message.text.startswith("INC-0001 · T+")]
    assert prompts == []


async def test_on_time_until_two_minutes_after_the_prompt_then_late(company: Company) -> None:
    await company.open()
    await company.at("12:05")
    await company.fill_in(company.sam, "T+3", ESCALATED)
    await company.at("12:08")
    await company.fill_in(company.devi, "T+5", REVOKED)

    incident = await company.incident()
    assert incident.step("escalate").label == "Done"
    assert incident.step("revoke").label == "Done late"
    board = (await company.board()).text
    assert "Done late 12:08 by Devi Rao, 3 min after due" in board


async def test_submitted_counts_as_done_and_is_asked_for_every_fifteen_minutes(company: Company) -> None:
    await company.open()
    await company.at("12:03")
    await company.fill_in(company.sam, "T+3", SUBMITTED)
    assert "asked again at 12:18" in (await company.board()).text
    for minute in ("12:17", "12:18", "12:33"):
        await company.at(minute)
        asks = [m for m in await company.sam.messages(BOT) if m.text.startswith("Still to come · " + head("T+3"))]
        assert len(asks) == {"12:17": 0, "12:18": 1, "12:33": 2}[minute]
    assert asks[-1].buttons == ["Enter ticket ID", "Waive"]
    await company.sam.press("Enter ticket ID", in_message="Still to come", channel=BOT)
    await company.send(company.sam, {"Support ticket ID": "SUP-1"})

    step = (await company.incident()).step("escalate")
    assert (step.status, step.late) == (StepStatus.DONE, False)
    await company.minutes(60)
    assert (await company.kinds()).count(Kind.ASKED) == 2


async def test_every_message_says_when_the_ticket_id_is_asked_for_again(company: Company) -> None:
    await company.open()
    await company.at("12:03")
    await company.fill_in(company.sam, "T+3", SUBMITTED)
    await company.at("12:20")

    for message in (await company.board(), await company.prompt(company.sam, "T+3")):
        assert "asked again at 12:33" in message.text


async def test_ticket_id_is_asked_for_and_taken_after_closing_too(company: Company) -> None:
    await company.open()
    await company.everything_but_the_ticket_id()
    await company.say(company.sam, "INC-0001 close all done but the ticket")
    assert (
        "Still to come: support ticket ID (Sam Okafor)" in (await company.sam.sees("closed by", channel=CHANNEL)).text
    )
    await company.minutes(16)
    await company.sam.press("Waive", in_message="Still to come", channel=BOT)
    assert company.sam.dialog is not None
    assert company.sam.dialog.labels == ["Why?"]
    await company.send(company.sam, {"Why?": "support never answers"})

    step = (await company.incident()).step("escalate")
    assert (step.status, step.reason) == (StepStatus.DONE, "support never answers")
    before = len(company.by_bot())
    await company.minutes(120)
    assert len(company.by_bot()) == before


async def test_correction_is_a_new_entry_that_names_the_old_one(company: Company) -> None:
    await company.open()
    await company.at("12:05")
    await company.fill_in(company.devi, "T+5", REVOKED)
    old = await company.last(Kind.COMPLETED)
    await company.devi.press("Correct", row="T+5 · ", channel=CHANNEL)
    assert company.devi.dialog is not None
    assert company.devi.dialog.values["Which key"] == "prod-gateway"
    await company.send(company.devi, {"Which key": "prod-gateway\nbatch-jobs"})

    corrected = await company.last(Kind.CORRECTED)
    assert corrected.data["corrects"] == old.seq
    assert old in await company.entries()
    assert "batch-jobs" in (await company.board()).text


async def test_take_over_makes_the_presser_the_owner(company: Company) -> None:
    await company.open()
    await company.at("12:05")
    await company.sam.press("Take over", in_message=head("T+5"), channel=CHANNEL)
    await company.quiet()

    assert (await company.incident()).step("revoke").owner == company.sam.id
    assert "this is yours" in (await company.prompt(company.sam, "T+5")).text
    said = len(await company.devi.messages(BOT))
    await company.minutes(30)
    assert len(await company.devi.messages(BOT)) == said, "the former owner hears nothing more"
    assert any(m.text.startswith("Nudge · " + head("T+5")) for m in await company.sam.messages(BOT))


async def test_hand_over_gives_the_prompt_at_once_and_the_time_anew(company: Company) -> None:
    await company.open()
    await company.at("12:06")
    await _cant(company, {"What do you need?": "Hand over", "To whom?": "Rob Silva", "Why?": "in a meeting"})

    prompt = await company.prompt(company.rob, "T+5")
    assert "this is yours, due now (12:05), handed over" in prompt.text
    await company.at("12:07")
    assert not any(m.text.startswith("Nudge") for m in await company.rob.messages(BOT))
    await company.at("12:08")
    assert any(m.text.startswith("Nudge · " + head("T+5")) for m in await company.rob.messages(BOT))
    assert not any(m.text.startswith("Nudge") for m in await company.devi.messages(BOT))


async def test_more_time_moves_only_the_ladder_and_twice_at_most(company: Company) -> None:
    await company.open()
    await company.at("12:06")
    wish = {"What do you need?": "More time", "How long?": "5 min", "Why?": "the console is slow"}
    await _cant(company, wish)
    await company.at("12:11")
    assert Kind.NUDGED not in [entry.kind for entry in await company.entries() if entry.step == "revoke"]
    await company.at("12:12")
    assert Kind.NUDGED in [entry.kind for entry in await company.entries() if entry.step == "revoke"]
    assert (await company.incident()).step("revoke").status is StepStatus.OVERDUE
    await _cant(company, wish)
    await company.devi.press("I can't", in_message=head("T+5"), channel=BOT)
    assert company.devi.dialog is not None
    await company.devi.fill(wish)
    assert await company.devi.submit() is None
    assert company.devi.dialog is not None
    assert "More time was given twice" in company.devi.dialog.text
    await company.quiet()
    assert (await company.last(Kind.REFUSED)).actor.id == company.devi.id


async def test_only_a_security_lead_skips_the_revoke(company: Company) -> None:
    await company.open()
    await company.at("12:05")
    wish = {"What do you need?": "Skip", "Why?": "Anthropic did it"}
    await company.devi.press("I can't", in_message=head("T+5"), channel=BOT)
    await company.devi.fill(wish)
    assert await company.devi.submit() is None
    assert company.devi.dialog is not None
    assert "Only @Sam Okafor or @Sid Park can skip T+5" in company.devi.dialog.text
    await company.sam.press("I can't", in_message=head("T+5"), channel=CHANNEL)
    await company.send(company.sam, wish)

    step = (await company.incident()).step("revoke")
    assert (step.label, step.reason) == ("Skipped", "Anthropic did it")


@pytest.mark.parametrize(
    ("need", "missing", "more"),
    [
        ("Hand over", "To whom?", {"To whom?": "Max Lind"}),
        ("More time", "How long?", {"How long?": "10 min"}),
        ("Skip", "Why?", {"Why?": "not needed"}),
    ],
)
async def test_what_is_missing_is_said_at_its_field_and_loses_nothing(
    company: Company, need: str, missing: str, more: dict[str, str]
) -> None:
    await company.open()
    await company.at("12:07")
    await company.ada.press("I can't", in_message=head("T+7"), channel=BOT)
    filled = {"What do you need?": need, **({} if missing == "Why?" else {"Why?": "I am on a train"})}
    await company.ada.fill(filled)
    assert list(await company.ada.submit() or {}) == [missing]
    assert company.ada.dialog is not None
    assert company.ada.dialog.values | filled == company.ada.dialog.values
    await company.send(company.ada, more)
    assert company.ada.dialog is None


async def _cant(company: Company, values: dict[str, str]) -> None:
    await company.devi.press("I can't", in_message=head("T+5"), channel=BOT)
    await company.send(company.devi, values)
