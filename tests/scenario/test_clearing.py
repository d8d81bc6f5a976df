"""A month after the closing nobody remembers which message showed what, and the incident can still be worked on."""

from datetime import timedelta

from bot.housekeeping import Housekeeping
from playbooks.entries import Kind
from tests.scenario.company import BOT, REVOKED, Company

A_MONTH = timedelta(days=31)


async def closed_a_month_ago(company: Company, closing: str = "close INC-0001 all rotated") -> int:
    await company.open()
    if closing.startswith("close"):
        await company.everything()
    await company.say(company.sam, closing)
    company.clock.move(company.clock.now() + A_MONTH)
    await company.quiet()
    keeping = Housekeeping(company.store, company.clock, company.team, days=30)
    return await keeping.once(company.clock.now())


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


async def test_reopened_it_asks_with_new_messages(company: Company) -> None:
    await closed_a_month_ago(company, "false-alarm INC-0001 it was a test key")

    await company.say(company.sam, "reopen INC-0001 it was none")
    await company.minutes(6)

    await company.fill_in(company.devi, "T+5", REVOKED)
    assert (await company.incident()).step("revoke").status.ended
    assert [m.text for m in await company.devi.messages(BOT) if m.text.startswith("INC-0001 · T+5")]


async def test_never_means_never(company: Company) -> None:
    await company.open()
    await company.say(company.sam, "false-alarm INC-0001 it was a test key")
    company.clock.move(company.clock.now() + A_MONTH)

    keeping = Housekeeping(company.store, company.clock, company.team, days=0)

    assert await keeping.once(company.clock.now()) == 0
