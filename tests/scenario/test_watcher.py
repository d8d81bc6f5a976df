"""The alerts channel is watched: what may be an incident gets one threaded offer, and both buttons say who pressed."""

from pathlib import Path

import pytest

from bot.slack.events import on_message
from playbooks.entries import SYSTEM, Kind
from playbooks.model import Trigger
from simulator import posts
from simulator.driver import Person, Seen
from simulator.errors import SlackError
from simulator.shapes import message_json
from tests.scenario.company import COMMITTED, KEY, Company, company_at_work

ALERTS = "security-alerts"
OFFER = "Is this an incident?"


@pytest.fixture
def scanner(company: Company) -> Person:
    return company.practice.person("Leak Scanner")


async def offers(company: Company) -> list[Seen]:
    return [m for m in await company.sam.messages(ALERTS) if m.button("Open incident") is not None]


async def alert(company: Company, text: str = "Push to acme/web holds a secret", **parts: object) -> None:
    await company.practice.person("Leak Scanner").say(text, channel=ALERTS, **parts)
    await company.quiet()


async def trust_the_scanner(company: Company) -> None:
    """Start again with a setting that lets it open incidents by itself."""
    bot = company.workspace.user_named("Leak Scanner").bot_id
    await company.stop()
    company.settings = company.settings.model_copy(update={"quarterdeck_auto_open": {bot: Trigger.KEY_COMMITTED}})
    await company.start()


async def report_it(company: Company, person: Person, **more: object) -> None:
    await person.press("Open incident", in_message=OFFER, channel=ALERTS)
    await company.send(person, {"Trigger": COMMITTED, **more})


async def test_another_bots_alert_gets_one_offer_in_its_thread(company: Company) -> None:
    await alert(company)
    found = await offers(company)

    assert len(found) == 1
    assert found[0].button("Not an incident") is not None
    assert found[0].thread_ts is not None


async def test_the_form_holds_the_alert_and_its_permalink(company: Company) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "Rule *anthropic* in `acme/web` <!channel>"}}]
    await alert(company, "", blocks=blocks)
    await company.sam.press("Open incident", in_message=OFFER, channel=ALERTS)
    assert company.sam.dialog is not None
    filled = str(company.sam.dialog.raw)

    assert "Rule *anthropic* in `acme/web` @channel" in filled
    assert "/archives/" in filled


async def test_the_incident_is_linked_to_the_alert_and_the_offer_says_so(company: Company) -> None:
    await alert(company)
    await report_it(company, company.sam)
    opened = (await company.entries())[0]
    said = [m.text for m in await company.sam.messages(ALERTS)]

    assert opened.data["origin"]["auto"] is False
    assert "/archives/" in opened.source
    assert any("INC-0001 was opened from this by @Sam Okafor" in text for text in said)
    assert await offers(company) == []


async def test_an_alert_that_is_none_says_who_said_so_and_may_still_be_one(company: Company) -> None:
    await alert(company)
    await company.dana.press("Not an incident", in_message=OFFER, channel=ALERTS)
    await company.quiet()
    found = (await offers(company))[0]

    assert found.text.startswith("Not an incident, says @Dana Ito")
    assert found.button("Not an incident") is None
    await company.sam.press("Open incident", in_message="Not an incident, says", channel=ALERTS)
    await company.send(company.sam, {"Trigger": COMMITTED})
    assert len(await company.incidents()) == 1


async def test_a_drill_from_a_real_alert_leaves_the_question_standing(company: Company) -> None:
    await alert(company)
    await report_it(company, company.sam, **{"This is a drill": True})
    found = (await offers(company))[0]
    assert found.text.startswith("DRILL · INC-0001 was opened from this by @Sam Okafor")

    await report_it(company, company.dana)
    assert [i.drill for i in await company.incidents()] == [True, False]
    assert await offers(company) == []


async def test_the_second_press_reads_who_was_first(company: Company) -> None:
    await alert(company)
    await company.dana.press("Not an incident", in_message=OFFER, channel=ALERTS)
    await company.sam.press("Not an incident", in_message=OFFER, channel=ALERTS)

    assert company.sam.dialog is not None
    assert "Already called no incident by @Dana Ito at 12:00" in company.sam.dialog.text


async def test_two_people_with_the_form_of_one_alert_meet_in_one_incident(company: Company) -> None:
    await alert(company)
    await company.sam.press("Open incident", in_message=OFFER, channel=ALERTS)
    await company.quiet()
    await report_it(company, company.dana)
    await company.sam.fill({"Trigger": COMMITTED})
    await company.sam.submit()
    await company.quiet()

    assert [i.number for i in await company.incidents()] == [1]
    assert (await company.last(Kind.JOINED)).actor.id == company.sam.id
    said = "INC-0001 is open for this, opened by @Dana Ito; @Sam Okafor joined with it"
    assert any(said in m.text for m in await company.sam.messages(ALERTS))


@pytest.mark.parametrize("text", ["the API key of prod leaked", f"look: {KEY}", "is apikey_01RqQx7Yabcdefghijk ours?"])
async def test_a_person_is_answered_when_it_sounds_like_a_key(company: Company, text: str) -> None:
    await company.dana.say(text, channel=ALERTS)
    await company.quiet()

    assert len(await offers(company)) == 1
    assert KEY not in company.everything_visible().replace(text, "")


@pytest.mark.parametrize("text", ["lunch?", "the apikeyboard is broken"])
async def test_other_words_of_people_are_left_alone(company: Company, text: str) -> None:
    await company.dana.say(text, channel=ALERTS)
    await company.quiet()

    assert await offers(company) == []


async def test_replies_edits_and_our_own_messages_are_no_alerts(company: Company, scanner: Person) -> None:
    await company.open()
    first = await company.dana.say("morning", channel=ALERTS)
    await company.dana.edit(first, "our api key leaked")
    await scanner.say("api key", channel=ALERTS, thread=first)
    await company.quiet()

    assert await offers(company) == []


async def test_whoever_pasted_a_key_is_told_privately_wherever_it_was(company: Company) -> None:
    await company.dana.say(f"it is {KEY}", channel="general")
    await company.quiet()
    told = [m.text for m in await company.dana.messages("@Quarterdeck")]

    assert len(told) == 1
    assert "Delete your message" in told[0]
    assert KEY not in told[0]
    assert await offers(company) == []


async def test_a_guest_can_press_neither(company: Company) -> None:
    company.workspace.channel_named(ALERTS).members.append(company.gus.id)
    await alert(company)
    for label in ("Open incident", "Not an incident"):
        await company.gus.press(label, in_message=OFFER, channel=ALERTS)
        assert company.gus.dialog is not None
        assert "Only full members of this workspace" in company.gus.dialog.text
        await company.gus.close()
    assert len(await offers(company)) == 1


async def test_an_alert_without_a_word_can_be_reported_too(company: Company) -> None:
    await alert(company, "", attachments=[{"color": "#f00"}])
    await report_it(company, company.sam)

    assert "(a message without text)" in (await company.incident()).text


async def test_an_endless_alert_is_shortened_in_the_form_and_never_fails(company: Company) -> None:
    await alert(company, "<script>api key</script> <!channel> " + "x" * 39_900)
    await report_it(company, company.sam)

    assert len((await company.incident()).text) < 3100
    assert "/archives/" in (await company.incident()).text


async def test_it_waits_for_slack_and_answers_once(company: Company) -> None:
    company.trouble("chat.postMessage", error=SlackError("service_unavailable"))
    await alert(company)
    company.well_again()
    await company.seconds(10)

    assert len(await offers(company)) == 1


async def test_trusted_senders_open_at_once_five_times_an_hour(record: str, tmp_path: Path) -> None:
    async with company_at_work(tmp_path, record) as company:
        await trust_the_scanner(company)
        for number in range(7):
            await alert(company, f"leak {number}")
        await company.check()
        opened = await company.incidents()

        assert [(i.number, i.detector) for i in opened] == [(n, SYSTEM) for n in range(1, 6)]
        assert (await company.kinds(5)).count(Kind.JOINED) == 2
        assert len([m for m in await company.sam.messages(ALERTS) if "by itself" in m.text]) == 7


async def test_when_all_five_are_closed_a_person_decides(record: str, tmp_path: Path) -> None:
    async with company_at_work(tmp_path, record) as company:
        await trust_the_scanner(company)
        for number in range(1, 6):
            await alert(company, f"leak {number}")
            await company.say(company.sam, f"INC-{number:04d} false-alarm a test")
        await alert(company, "leak 6")

        assert len(await company.incidents()) == 5
        assert "opened five incidents by itself within the hour" in (await offers(company))[0].text
        await company.minutes(61)
        await alert(company, "leak 7")
        assert len(await company.incidents()) == 6


def written(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("record.db*"))


async def test_a_key_in_a_senders_name_is_kept_nowhere(company: Company, tmp_path: Path) -> None:
    scanner = company.workspace.user_named("Leak Scanner")
    scanner.real_name = f"Scanner {KEY}"
    posts.post(company.workspace, company.workspace.channel_named(ALERTS), scanner, "a leak")
    await company.quiet()

    assert len(await offers(company)) == 1
    assert KEY.encode() not in written(tmp_path)


async def test_a_message_that_was_opened_from_before_it_was_heard_still_gets_its_offer(company: Company) -> None:
    company.workspace.delivery.event = lambda *_: None
    said = await company.dana.say(f"our key {KEY}", channel=ALERTS)
    await company.sam.shortcut("Open incident", on_message="our key", channel=ALERTS)
    del company.workspace.delivery.event
    message = company.workspace.message(said.channel, said.ts)
    event = {**message_json(company.workspace, message), "channel": said.channel, "channel_type": "channel"}
    company.workspace.delivery.event({**event, "event_ts": said.ts}, company.workspace.channel(said.channel))
    await company.quiet()

    assert len(await offers(company)) == 1


async def test_what_only_joined_counts_for_nothing_towards_the_cap(record: str, tmp_path: Path) -> None:
    async with company_at_work(tmp_path, record) as company:
        await trust_the_scanner(company)
        for number in range(6):
            await alert(company, f"leak {number} of {KEY}")
        await alert(company, "another matter")

        assert [i.number for i in await company.incidents()] == [1, 2]


@pytest.mark.parametrize("signed", ["user", "bot_id"])
async def test_whatever_slack_tells_of_our_own_words_leads_to_nothing(company: Company, signed: str) -> None:
    desk = company.deck.lookback._desk
    us = {"user": desk.bot_user} if signed == "user" else {"bot_id": desk.bot_id}
    said = {**us, "ts": "1795262400.000900", "text": f"An API key leaked: {KEY}"}
    before = [row.key for row in await company.surfaces()]
    await on_message(desk, {**said, "channel": desk.places.alerts, "channel_type": "channel"})
    await on_message(desk, {**said, "channel": "D0P1", "channel_type": "im"})
    changed = {"subtype": "message_changed", "message": said, "event_ts": said["ts"], "channel": desk.places.alerts}
    await on_message(desk, changed)
    assert [row.key for row in await company.surfaces()] == before
