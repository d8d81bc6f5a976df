"""Two reports of one key meet; what only seems to be the same is asked about; drills and real ones never mix."""

import asyncio

from playbooks.entries import Kind
from tests.scenario.company import BOT, CHANNEL, COMMITTED, KEY, Company, limited


async def report(company: Company, **values: object) -> None:
    """Max reports, as far as the form goes."""
    await company.max.command("/incident", "the same in our logs")
    await company.max.fill({"Trigger": COMMITTED, **values})
    assert await company.max.submit() is None
    await company.quiet()


async def test_the_same_key_joins_and_invites(company: Company) -> None:
    await company.open(keys=KEY)
    await report(company, **{"Suspect keys": KEY})

    assert [incident.number for incident in await company.incidents()] == [1]
    assert (await company.max.sees("Joined INC-0001", channel=BOT)).text.startswith("Joined INC-0001")
    joined = await company.last(Kind.JOINED)
    assert (joined.actor.id, joined.text) == (company.max.id, "the same in our logs")
    assert f"#{CHANNEL}" in await company.max.channels()


async def test_whoever_joined_before_there_was_a_channel_reads_where_it_is(company: Company) -> None:
    company.trouble("conversations.create", error=limited)
    await company.open(keys=KEY)
    await report(company, **{"Suspect keys": KEY})
    assert "worked on in" not in (await company.max.sees("Joined INC-0001", channel=BOT)).text

    company.well_again()
    await company.minutes(1)

    assert f"worked on in #{CHANNEL}" in (await company.max.sees("Joined INC-0001", channel=BOT)).text
    dms = [m.text for m in await company.dana.messages(BOT)]
    assert not [text for text in dms if text.startswith("Joined")]


async def test_the_same_key_in_the_text_joins_too(company: Company) -> None:
    await company.open(text=f"found {KEY} in a gist", keys="")
    await report(company, **{"What happened?": f"who knows {KEY}?"})

    assert len(await company.incidents()) == 1
    assert Kind.JOINED in await company.kinds()


async def test_drill_and_real_never_mix(company: Company) -> None:
    await company.open(keys=KEY)
    await report(company, **{"Suspect keys": KEY, "This is a drill": True})
    await report(company, **{"Suspect keys": KEY, "This is a drill": True})

    assert [(one.number, one.drill) for one in await company.incidents()] == [(1, False), (2, True)]
    assert Kind.JOINED not in await company.kinds(1)
    assert Kind.JOINED in await company.kinds(2)


async def test_an_equal_name_offers_to_join(company: Company) -> None:
    await company.open(keys="prod-gateway")
    await report(company, **{"Suspect keys": "PROD-Gateway"})
    assert company.max.dialog is not None
    assert "INC-0001 is open and names the same key" in company.max.dialog.text
    assert len(await company.incidents()) == 1
    await company.max.press_in_dialog("Join INC-0001")
    await company.quiet()

    assert "Joined INC-0001" in str(company.max.dialog.text)
    assert (await company.last(Kind.JOINED)).text == "the same in our logs"
    assert len(await company.incidents()) == 1


async def test_the_offer_can_be_declined(company: Company) -> None:
    await company.open(keys="prod-gateway")
    await report(company, **{"Suspect keys": "prod-gateway"})
    assert await company.max.submit() is None
    await company.quiet()

    first, second = await company.incidents()
    assert (second.text, second.detector) == ("the same in our logs", company.max.id)
    assert Kind.JOINED not in await company.kinds(first.number)


async def test_an_equal_hint_offers_to_join(company: Company) -> None:
    await company.open(keys="sk-ant-api03-Q7x…kkAA")
    await report(company, **{"Suspect keys": "sk-ant-api03-Q7x…kkAA"})
    assert company.max.dialog is not None
    assert "names the same key" in company.max.dialog.text


async def test_after_a_false_alarm_the_same_key_opens_anew_and_reopening_takes_it_back(company: Company) -> None:
    await company.open(keys=KEY)
    await company.say(company.sam, "INC-0001 false-alarm a test key")
    await report(company, **{"Suspect keys": KEY})
    assert [one.number for one in await company.incidents()] == [1, 2]
    await company.say(company.sam, "INC-0002 false-alarm no, again")
    await company.say(company.sam, "INC-0001 reopen it is real")
    assert (await company.incident(1)).keys[0].claimed
    await report(company, **{"Suspect keys": KEY})

    assert Kind.JOINED in await company.kinds(1)
    assert len(await company.incidents()) == 2


async def test_two_reports_at_once_open_one(company: Company) -> None:
    for person in (company.dana, company.max):
        await person.command("/incident", "a key")
        await person.fill({"Trigger": COMMITTED, "Suspect keys": KEY})
    await asyncio.gather(company.dana.submit(), company.max.submit())
    await company.quiet()

    assert len(await company.incidents()) == 1
    assert (await company.kinds()).count(Kind.JOINED) == 1


async def test_a_report_that_joins_says_so_also_to_the_detector_and_a_second_time(company: Company) -> None:
    await company.open(keys=KEY)
    for person in (company.dana, company.max, company.max):
        await person.command("/incident", "again")
        await person.fill({"Trigger": COMMITTED, "Suspect keys": KEY})
        assert await person.submit() is None
        await company.quiet()
        assert person.dialog is not None
        assert person.dialog.submit is None
        assert "Joined INC-0001" in person.dialog.text
        await person.close()
