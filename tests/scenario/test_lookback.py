"""What happened while the bot was away, or whose event was lost, is found by looking back, each once."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from playbooks.entries import SYSTEM, Kind
from simulator import posts
from simulator.api.call import Call
from simulator.driver import Seen
from simulator.errors import SlackError
from tests.scenario.company import BOT, CHANNEL, COMMITTED, KEY, NOON, SAID, Company, cancelled, down, limited
from tests.scenario.test_pins import ALERTS, PIN, captured, pin

OFFER = "Is this an incident?"


@contextmanager
def deaf(company: Company) -> Iterator[None]:
    """Nothing that happens in here is told to the bot, as if Slack had lost the events."""
    delivery = company.workspace.delivery
    delivery.event = lambda *_: None
    try:
        yield
    finally:
        del delivery.event


async def kinds(company: Company, number: int = 1) -> list[Kind]:
    return [entry.kind for entry in await captured(company, number)]


async def looks(company: Company, count: int = 2) -> None:
    for _ in range(count):
        await company.look_back()


def calls(company: Company) -> list[str]:
    names = [entry["name"] for entry in company.workspace.ledger.as_json(0) if entry["kind"] == "call"]
    return [name for name in names if name in ("conversations.history", "conversations.replies")]


@pytest.mark.usefixtures("said")
async def test_a_pin_while_away_is_taken_once_with_its_own_time(company: Company) -> None:
    await company.stop()
    with deaf(company):
        await company.sam.react(PIN, in_message=SAID, channel=CHANNEL)
    company.clock.move(NOON + timedelta(minutes=30))
    await company.start()
    await looks(company)
    (entry,) = await captured(company)

    assert (entry.kind, entry.text, entry.actor.id) == (Kind.PINNED, SAID, company.sam.id)
    assert entry.occurred_at < NOON + timedelta(minutes=2)
    assert entry.at == NOON + timedelta(minutes=30)


async def test_everything_that_happened_to_it_meanwhile(company: Company, said: Seen) -> None:
    reaction = await pin(company, company.sam)
    other = await company.dana.say("a second message", channel=CHANNEL)
    await pin(company, company.sam, "a second message")
    with deaf(company):
        await company.sam.unreact(reaction)
        await company.dana.react(PIN, in_message=SAID, channel=CHANNEL)
        await company.ada.edit(said, "140 views")
        await company.dana.delete(other)
    await looks(company)

    found = [(entry.kind, entry.actor.id) for entry in (await captured(company))[2:]]
    about_the_first = [(Kind.PINNED_TOO, company.dana.id), (Kind.UNPINNED, company.sam.id)]
    assert found[:3] == [*about_the_first, (Kind.MESSAGE_EDITED, company.ada.id)]
    assert found[3:] == [(Kind.MESSAGE_DELETED, SYSTEM)]


async def test_replies_are_looked_at_too(company: Company, said: Seen) -> None:
    with deaf(company):
        await company.dana.say("seen by two bots", channel=CHANNEL, thread=said)
        await company.sam.react(PIN, in_message="seen by two bots", channel=CHANNEL)
    await looks(company)

    assert await kinds(company) == [Kind.PINNED]


async def test_a_live_event_that_comes_later_changes_nothing(company: Company, said: Seen) -> None:
    with deaf(company):
        await company.sam.react(PIN, in_message=SAID, channel=CHANNEL)
    await company.look_back()
    item = {"type": "message", "channel": said.channel, "ts": said.ts}
    late = {"type": "reaction_added", "user": company.sam.id, "reaction": PIN, "item": item, "event_ts": "3.3"}
    company.workspace.delivery.event(late, company.workspace.channel(said.channel))
    await company.quiet()

    assert await kinds(company) == [Kind.PINNED]


async def test_nothing_new_is_found_where_live_events_arrived(company: Company, said: Seen) -> None:
    await pin(company, company.sam)
    await company.ada.edit(said, "<b> &amp; 140 views")
    await company.quiet()
    await pin(company, company.sam, "T+0 · 12:00")  # our own board, which changes
    await company.at("12:08")
    before = await company.entries()
    await looks(company)

    assert await company.entries() == before


async def test_a_pin_while_the_channel_is_being_read_is_not_undone(company: Company, said: Seen) -> None:
    await pin(company, company.sam)
    message = company.workspace.message(said.channel, said.ts)

    async def meanwhile(call: Call) -> None:
        if call.method == "conversations.history" and call.text("channel") == said.channel:
            company.well_again()
            listed = message.reactions[PIN]
            posts.react(company.workspace, message, company.dana.id, PIN)
            await company.workspace.delivery.settle()
            message.reactions[PIN] = listed[:1]  # the answer is from before that

    company.workspace.before_effect = meanwhile
    await company.look_back()
    message.reactions[PIN] = [company.sam.id, company.dana.id]
    await looks(company)

    assert await kinds(company) == [Kind.PINNED, Kind.PINNED_TOO]


@pytest.mark.usefixtures("said")
async def test_a_key_in_what_is_found_is_masked_and_its_author_told(company: Company) -> None:
    with deaf(company):
        await company.ada.say(f"it is {KEY}", channel=CHANNEL)
        await company.sam.react(PIN, in_message="it is ", channel=CHANNEL)
    await looks(company)

    assert await kinds(company) == [Kind.PINNED]
    assert KEY[16:-4] not in repr(await company.entries())
    told = [m for m in await company.ada.messages(BOT) if "Delete your message" in m.text]
    assert len(told) == 1


async def test_in_a_thread_a_stranger_to_the_incident_is_told_once(company: Company) -> None:
    company.trouble("conversations.create", error=SlackError("missing_scope"))
    await company.open(by=company.sam)
    company.well_again()
    announced = await company.sam.sees("worked on in this thread", channel=ALERTS)
    with deaf(company):
        await company.ada.say(SAID, channel=ALERTS, thread=announced)
        for person in (company.dana, company.max):
            await person.react(PIN, in_message=SAID, channel=ALERTS)
    await looks(company, 3)

    assert await kinds(company) == [Kind.PINNED]
    assert len([kind for kind in await company.kinds() if kind is Kind.REFUSED]) == 1
    told = [m for m in await company.dana.messages(BOT) if "Only members of the incident's channel" in m.text]
    assert len(told) == 1


async def scanner_says(company: Company, text: str) -> Seen:
    return await company.practice.person("Leak Scanner").say(text, channel=ALERTS)


async def test_alerts_while_away_are_offered_once_and_nothing_older(company: Company) -> None:
    await company.stop()
    with deaf(company):
        await scanner_says(company, "while away: a secret in acme/web")
    company.clock.move(NOON + timedelta(hours=2))
    await company.start()
    await looks(company)
    offers = [m for m in await company.sam.messages(ALERTS) if OFFER in m.text]

    assert len(offers) == 1


async def test_what_is_older_than_the_very_first_look_or_a_day_is_no_news(
    company: Company, template: Path, tmp_path: Path
) -> None:
    with deaf(company):
        await scanner_says(company, "nobody heard this")
    company.clock.move(NOON + timedelta(hours=30))
    await looks(company)
    assert OFFER not in repr(company.all_messages())

    await company.stop()
    with deaf(company):
        await scanner_says(company, "nor this")
    company.clock.move(NOON + timedelta(hours=30, minutes=1))
    company.url = f"sqlite:///{shutil.copy(template, tmp_path / 'new.db')}"
    await company.start()
    company.clock.move(NOON + timedelta(hours=31))
    await looks(company)
    assert OFFER not in repr(company.all_messages())


async def test_a_siren_while_away_is_offered_once(company: Company) -> None:
    with deaf(company):
        await company.dana.say("is that ours?", channel=ALERTS)
        await company.sam.react("rotating_light", in_message="is that ours?", channel=ALERTS)
    await looks(company)

    offered = [m for m in await company.sam.messages(BOT) if m.button("Open incident") is not None]
    assert len(offered) == 1


async def test_the_message_it_was_opened_from_is_compared_where_it_stands(company: Company) -> None:
    alert = await scanner_says(company, "a secret in acme/web")
    await company.quiet()
    await company.sam.press("Open incident", in_message=OFFER, channel=ALERTS)
    await company.send(company.sam, {"Trigger": COMMITTED})
    with deaf(company):
        await company.practice.person("Leak Scanner").edit(alert, "resolved: a secret in acme/web")
    await looks(company)
    with deaf(company):
        await company.practice.person("Leak Scanner").delete(alert)
    await looks(company)

    assert await kinds(company) == [Kind.MESSAGE_EDITED, Kind.MESSAGE_DELETED]


async def two_incidents(company: Company) -> None:
    await company.open()
    await company.open(by=company.rob, keys="another-key", text="another matter")
    for channel in (CHANNEL, "inc-0002-key-committed"):
        with deaf(company):
            await company.sam.say(f"in {channel}", channel=channel)
            await company.sam.react(PIN, in_message=f"in {channel}", channel=channel)


async def test_two_incidents_and_the_closed_one_for_a_day(company: Company) -> None:
    await two_incidents(company)
    await company.say(company.sam, "INC-0001 false-alarm a test key")
    await looks(company)
    assert [await kinds(company, number) for number in (1, 2)] == [[Kind.PINNED], [Kind.PINNED]]

    with deaf(company):
        await company.dana.react(PIN, in_message=f"in {CHANNEL}", channel=CHANNEL)
    company.clock.move(NOON + timedelta(hours=25))
    await looks(company)
    assert await kinds(company, 1) == [Kind.PINNED]


async def test_one_that_cannot_be_read_does_not_keep_the_other_from_it(company: Company) -> None:
    await two_incidents(company)
    closed_to_us = company.workspace.channel_named("inc-0002-key-committed")

    def no_access(call: Call) -> Exception | None:
        return SlackError("access_denied") if call.args.get("channel") == closed_to_us.id else None

    company.trouble("conversations.history", error=no_access)
    await looks(company)
    assert await kinds(company, 1) == [Kind.PINNED]

    company.well_again()
    await looks(company)
    assert await kinds(company, 2) == [Kind.PINNED]


@pytest.mark.parametrize("trouble", [limited(300), down])
async def test_a_limit_and_an_outage_end_the_round(company: Company, trouble: Any) -> None:
    await two_incidents(company)
    company.trouble("conversations.history", error=trouble)
    before = len(calls(company))
    await company.look_back()
    assert len(calls(company)) == before + 1

    company.well_again()
    company.clock.move(NOON + timedelta(minutes=2))
    await company.look_back()
    assert (await kinds(company) == []) == isinstance(trouble, SlackError)  # the limit is obeyed
    company.clock.move(NOON + timedelta(minutes=6))
    await company.look_back()
    assert await kinds(company) == [Kind.PINNED]


async def test_a_round_ends_in_time_and_the_next_begins_with_who_was_left_out(company: Company) -> None:
    await two_incidents(company)

    def slowly(_: Call) -> None:
        company.clock.move(company.clock.now() + timedelta(seconds=70))

    company.trouble("conversations.history", error=slowly)
    await company.look_back()
    assert [await kinds(company, number) for number in (1, 2)] == [[], [Kind.PINNED]]
    await company.look_back()
    assert await kinds(company, 1) == [Kind.PINNED]


# --- sirens and alerts

SIREN = "rotating_light"


async def offered(company: Company) -> int:
    return len([m for m in await company.sam.messages(BOT) if m.text.startswith("You put a 🚨")])


def tell_late(company: Company, message: Seen, event_ts: str) -> None:
    item = {"type": "message", "channel": message.channel, "ts": message.ts}
    event = {"type": "reaction_added", "user": company.sam.id, "reaction": SIREN, "item": item, "event_ts": event_ts}
    company.workspace.delivery.event(event, company.workspace.channel(message.channel))


async def test_a_siren_is_offered_once_when_its_event_comes_after_the_look(company: Company) -> None:
    await company.look_back()
    message = await company.dana.say("lunch?", channel=ALERTS)
    with deaf(company):
        await company.sam.react(SIREN, in_message="lunch?", channel=ALERTS)
    company.clock.move(NOON + timedelta(minutes=3))
    await looks(company)
    tell_late(company, message, f"{(NOON + timedelta(minutes=1)).timestamp():.6f}")
    await company.quiet()
    assert await offered(company) == 1

    company.clock.move(NOON + timedelta(minutes=5))
    tell_late(company, message, f"{(NOON + timedelta(minutes=4)).timestamp():.6f}")
    await company.quiet()
    assert await offered(company) == 2, "that one was put there after the look"


async def test_a_siren_on_an_old_message_is_found_after_the_start(company: Company) -> None:
    await company.look_back()
    await company.dana.say("lunch?", channel=ALERTS)
    company.clock.move(NOON + timedelta(hours=2))
    await company.look_back()
    await company.stop()
    with deaf(company):
        await company.sam.react(SIREN, in_message="lunch?", channel=ALERTS)
    await company.start()
    await looks(company)

    assert await offered(company) == 1


@pytest.mark.usefixtures("said")
async def test_a_siren_in_an_incidents_channel_is_found(company: Company) -> None:
    with deaf(company):
        await company.sam.react(SIREN, in_message=SAID, channel=CHANNEL)
    await looks(company)

    assert await offered(company) == 1


async def test_an_edit_is_no_alert_in_a_look_back_either(company: Company) -> None:
    await company.look_back()
    message = await company.dana.say("good morning", channel=ALERTS)
    await company.quiet()
    company.clock.move(NOON + timedelta(minutes=2))
    await company.look_back()
    await company.dana.edit(message, "our api key leaked")
    company.clock.move(NOON + timedelta(minutes=4))
    await looks(company)

    assert not [m for m in await company.sam.messages(ALERTS) if OFFER in m.text]


async def test_a_look_that_is_wanted_while_slack_limits_comes_when_it_may(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looks() -> int:
        return len(company.workspace.ledger.calls("conversations.history"))

    monkeypatch.setattr(company.bot_clock, "sleep", company.clock.told)
    company.trouble("conversations.history", error=limited(30))
    loop = asyncio.create_task(company.deck.lookback.run())
    await _until(lambda: looks() == 1)
    company.well_again()
    company.deck.lookback.soon()
    await company.seconds(29)
    assert looks() == 1
    await company.seconds(2)
    await _until(lambda: looks() > 1)
    await cancelled(loop)


@pytest.mark.parametrize("trouble", [limited(14), down])
async def test_a_look_that_was_broken_off_is_taken_up_soon(
    company: Company, monkeypatch: pytest.MonkeyPatch, trouble: Any
) -> None:
    monkeypatch.setattr(company.bot_clock, "sleep", company.clock.told)
    monkeypatch.setattr("bot.lookback.AGAIN", timedelta(seconds=0.1))  # in real time
    company.trouble("conversations.history", error=trouble)
    before = len(calls(company))
    loop = asyncio.create_task(company.deck.lookback.run())
    await _until(lambda: len(calls(company)) == before + 1)
    company.well_again()
    await company.seconds(16)
    await _until(lambda: len(calls(company)) > before + 1)
    await cancelled(loop)


async def _until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not so():  # noqa: ASYNC110 - because nobody tells
            await asyncio.sleep(0)
