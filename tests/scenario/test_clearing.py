"""A month after the closing nobody remembers which message showed what, and the incident can still be worked on."""

from datetime import timedelta

from bot.housekeeping import Housekeeping
from playbooks.entries import Kind
from simulator.model import Message
from tests.scenario.company import BOT, REVOKED, Company, head

A_MONTH = timedelta(days=31)


async def closed_a_month_ago(company: Company, closing: str = "close INC-0001 all rotated", minutes: float = 0) -> int:
    await company.open()
    await company.minutes(minutes)
    if closing.startswith("close"):
        await company.everything()
    return await closed_and_cleared(company, closing)


async def closed_and_cleared(company: Company, closing: str) -> int:
    await company.say(company.sam, closing)
    company.clock.move(company.clock.now() + A_MONTH)
    await company.quiet()
    keeping = Housekeeping(company.store, company.clock, company.team, days=30)
    return await keeping.once(company.clock.now())


def in_order(company: Company) -> list[Message]:
    return sorted(company.by_bot(), key=lambda message: float(message.ts))


async def test_the_board_follows_a_correction_and_nothing_is_posted_anew(company: Company) -> None:
    assert await closed_a_month_ago(company) > 5
    posted = len(company.by_bot())

    await company.from_board(company.devi, "T+5", {"Which key": "prod-gateway-old"}, label="Correct")

    assert "prod-gateway-old" in (await company.board()).text
    assert len(company.by_bot()) == posted
    await company.check()


async def test_notes_and_exports_go_on(company: Company) -> None:
    await closed_a_month_ago(company)

    await company.say(company.sam, "note INC-0001 the invoice came")
    await company.say(company.sam, "export INC-0001 json")

    assert (await company.last(Kind.NOTE)).text == "the invoice came"
    assert (await company.last(Kind.EXPORTED)).data["format"] == "json"
    await company.check()


async def test_reopened_each_owner_is_asked_once_and_nothing_else_is_said_again(company: Company) -> None:
    company.repeats_allowed = True  # nobody knows any more which messages asked before
    await closed_a_month_ago(company, "false-alarm INC-0001 it was a test key", minutes=40)
    posted, told = len(company.by_bot()), len(await company.kinds())

    await company.say(company.sam, "reopen INC-0001 it was none")

    new = in_order(company)[posted:]
    steps = [part for part in ("T+3", "T+5", "T+7", "T+10", "T+15") for m in new if f"INC-0001 · {part} · " in m.text]
    assert steps == ["T+3", "T+5", "T+7", "T+10", "T+15"]
    assert [text for m in new if "T+" not in (text := m.text.split("\n")[0]) and "topic" not in text] == [
        "INC-0001 is open again, its clock goes on where it stood.",
        "INC-0001 was opened again, led by Sam Okafor",
    ]
    assert (await company.kinds())[told:] == [Kind.REOPENED, *[Kind.PROMPTED] * 5]


async def test_the_new_message_is_the_step(company: Company) -> None:
    company.repeats_allowed = True
    await closed_a_month_ago(company, "false-alarm INC-0001 it was a test key", minutes=6)

    await company.say(company.sam, "reopen INC-0001 it was none")

    await company.fill_in(company.devi, "T+5", REVOKED)
    assert (await company.incident()).step("revoke").status.ended
    await company.check()


async def test_who_is_given_a_step_after_that_is_asked_with_a_new_message_too(company: Company) -> None:
    company.repeats_allowed = True
    await closed_a_month_ago(company, "false-alarm INC-0001 it was a test key", minutes=8)
    asked = sum(m.text.startswith(head("T+5")) for m in await company.max.messages(BOT))
    await company.say(company.sam, "reopen INC-0001 it was none")

    await company.say(company.sam, f"assign INC-0001 dev_lead <@{company.max.id}>")

    assert asked == 1
    assert sum(m.text.startswith(head("T+5")) for m in await company.max.messages(BOT)) == 2
    await company.check()


async def test_a_correction_to_no_id_yet_repeats_no_old_question(company: Company) -> None:
    await company.open()
    await company.everything_but_the_ticket_id()
    await company.minutes(50)
    await company.sam.press("Enter ticket ID", in_message="Still to come", channel=BOT)
    await company.send(company.sam, {"Support ticket ID": "SUP-4711"})
    await closed_and_cleared(company, "close INC-0001 all rotated")
    posted = len(company.by_bot())

    await company.from_board(
        company.sam, "T+3", {"Support ticket ID": "", "Submitted, no ID yet": True}, label="Correct"
    )

    assert len(company.by_bot()) == posted
    await company.minutes(16)
    assert [m.text.split(" · ")[0] for m in in_order(company)[posted:]] == ["Still to come"]


async def test_never_means_never(company: Company) -> None:
    await company.open()
    await company.say(company.sam, "false-alarm INC-0001 it was a test key")
    company.clock.move(company.clock.now() + A_MONTH)

    keeping = Housekeeping(company.store, company.clock, company.team, days=0)

    assert await keeping.once(company.clock.now()) == 0
