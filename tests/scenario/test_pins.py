"""📌 in an incident's channel: the message is in the timeline with its own time, and what becomes of it too."""

from datetime import timedelta
from typing import Any

import pytest

from playbooks.entries import SYSTEM, Entry, Kind
from simulator.api.call import Call
from simulator.driver import Person, Seen
from simulator.errors import SlackError
from tests.scenario.company import BOT, CHANNEL, KEY, NOON, SAID, Company, down, lost

ALERTS = "security-alerts"
PIN = "pushpin"


async def pin(company: Company, by: Person, text: str = SAID, channel: str = CHANNEL) -> Any:
    reaction = await by.react(PIN, in_message=text, channel=channel)
    await company.quiet()
    return reaction


async def captured(company: Company, number: int = 1) -> list[Entry]:
    kinds = {Kind.PINNED, Kind.PINNED_TOO, Kind.UNPINNED, Kind.MESSAGE_EDITED, Kind.MESSAGE_DELETED}
    return [entry for entry in await company.entries(number) if entry.kind in kinds]


def event(company: Company, kind: str, **parts: Any) -> None:
    """An event as Slack would send it, whatever the workspace knows."""
    said = {"type": kind, "event_ts": "1.2", **parts}
    company.workspace.delivery.event(said, company.workspace.channel_named(CHANNEL))


def pin_event(company: Company, kind: str, item: dict[str, Any], **more: Any) -> None:
    event(company, kind, user=company.sam.id, reaction=PIN, item=item, **more)


async def test_a_pinned_message_is_in_the_timeline_with_its_own_time(company: Company, said: Seen) -> None:
    await pin(company, company.sam)
    (entry,) = await captured(company)

    assert (entry.kind, entry.text, entry.actor.name) == (Kind.PINNED, SAID, "Sam Okafor")
    assert NOON + timedelta(minutes=1) <= entry.occurred_at < NOON + timedelta(minutes=2)
    assert entry.at == NOON + timedelta(minutes=3)
    assert (entry.data["author"], entry.data["author_name"]) == (company.ada.id, "Ada Brandt")
    assert entry.source.endswith(f"/archives/{said.channel}/p{said.ts.replace('.', '')}")


@pytest.mark.usefixtures("said")
async def test_a_removed_pin_is_a_correction_and_a_second_pinner_keeps_it(company: Company) -> None:
    reaction = await pin(company, company.sam)
    await pin(company, company.dana)
    await company.sam.unreact(reaction)
    await company.quiet()
    first, second, third = await captured(company)

    assert [second.kind, third.kind] == [Kind.PINNED_TOO, Kind.UNPINNED]
    assert (third.data["corrects"], third.data["left"]) == (first.seq, 1)
    assert (await company.incident()).captured[0].followed


async def test_an_edit_and_a_deletion_are_corrections(company: Company, said: Seen) -> None:
    await pin(company, company.sam)
    await company.ada.edit(said, "The gist had 140 views")
    await company.quiet()
    await company.ada.delete(said)
    await company.quiet()
    _, edited, deleted = await captured(company)

    assert (edited.kind, edited.text, edited.actor.id) == (
        Kind.MESSAGE_EDITED,
        "The gist had 140 views",
        company.ada.id,
    )
    assert (deleted.kind, deleted.data["corrects"], deleted.actor.id) == (Kind.MESSAGE_DELETED, edited.seq, SYSTEM)


async def test_what_is_pinned_no_more_is_not_followed(company: Company, said: Seen) -> None:
    await company.sam.unreact(await pin(company, company.sam))
    await company.quiet()
    await company.ada.edit(said, "something else")
    await company.quiet()

    assert [entry.kind for entry in await captured(company)] == [Kind.PINNED, Kind.UNPINNED]


async def test_a_preview_of_a_link_is_no_edit(company: Company, said: Seen) -> None:
    await pin(company, company.sam)
    preview = {"from_url": "https://gist.example", "text": "what the page says"}
    message = {"type": "message", "user": company.ada.id, "ts": said.ts, "text": SAID, "attachments": [preview]}
    where = {"channel": said.channel, "channel_type": "group"}
    event(company, "message", subtype="message_changed", message=message, **where)
    await company.quiet()

    assert len(await captured(company)) == 1


async def test_a_reply_can_be_pinned_and_so_can_our_own_board(company: Company, said: Seen) -> None:
    await company.dana.say("seen by two bots", channel=CHANNEL, thread=said)
    await pin(company, company.sam, "seen by two bots")
    await pin(company, company.sam, "T+0 · 12:00")
    await company.at("12:08")  # the board changes; what was pinned stays as it was
    reply, board = await captured(company)

    assert reply.data["thread_ts"] == said.ts
    assert "T+0 · " in board.text


@pytest.mark.usefixtures("said")
async def test_whoever_can_see_the_channel_may_pin(company: Company) -> None:
    channel, nora = company.workspace.channel_named(CHANNEL), company.practice.person("Nora Quist")
    channel.members += [company.gus.id, nora.id]
    await pin(company, company.gus)
    await pin(company, nora)

    assert [entry.kind for entry in await captured(company)] == [Kind.PINNED, Kind.PINNED_TOO]


async def test_in_a_thread_the_roster_pins_and_others_are_told_once(company: Company) -> None:
    company.trouble("conversations.create", error=SlackError("missing_scope"))
    await company.open(by=company.sam)
    company.well_again()
    announced = await company.sam.sees("worked on in this thread", channel=ALERTS)
    await company.ada.say(SAID, channel=ALERTS, thread=announced)
    await pin(company, company.dana, channel=ALERTS)
    await pin(company, company.max, channel=ALERTS)

    (entry,) = await captured(company)
    assert entry.actor.id == company.max.id
    assert (await company.last(Kind.REFUSED)).actor.id == company.dana.id
    told = [m.text for m in await company.dana.messages(BOT) if "Only members of the incident's channel" in m.text]
    assert len(told) == 1


@pytest.mark.usefixtures("said")
async def test_a_pin_elsewhere_is_a_decoration(company: Company) -> None:
    calls = len(await company.practice.ledger())
    for channel in ("general", ALERTS):
        await company.dana.say("Lunch?", channel=channel)
        await pin(company, company.dana, "Lunch?", channel)

    asked = [one["name"] for one in (await company.practice.ledger())[calls:] if one["kind"] == "call"]
    assert asked.count("conversations.replies") <= 1  # in the alerts channel it could be in a thread that serves
    assert await captured(company) == []


@pytest.mark.usefixtures("said")
async def test_hostile_words_stay_words(company: Company) -> None:
    hostile = "<script>alert(1)</script> <!channel> *bold* `code` " + "long " * 7900
    await company.ada.say(hostile, channel=CHANNEL)
    await pin(company, company.sam, "<script>")
    await company.say(company.sam, "INC-0001 export md")
    (entry,) = await captured(company)

    assert entry.text == hostile
    assert "<script>" not in (await company.sam.download("INC-0001.md")).decode()


@pytest.mark.usefixtures("said")
async def test_a_key_in_a_pinned_message_is_masked_and_its_author_told(company: Company) -> None:
    await company.ada.say(f"it is {KEY}", channel=CHANNEL)
    await company.quiet()
    await pin(company, company.sam, "it is ")
    await pin(company, company.dana, "it is ")
    (entry, _) = await captured(company)

    assert KEY[16:-4] not in repr(await company.entries())
    assert entry.text.startswith("it is ")
    warnings = {
        person.name: len([m for m in await person.messages(BOT) if "Delete your message" in m.text])
        for person in (company.ada, company.sam, company.dana)
    }
    assert warnings == {"Ada Brandt": 1, "Sam Okafor": 0, "Dana Ito": 0}


async def test_a_key_that_an_edit_brings_in(company: Company, said: Seen) -> None:
    await pin(company, company.sam)
    await company.ada.edit(said, f"{SAID}, of {KEY}")
    await company.quiet()
    chat = await company.dana.say("nobody follows this", channel="general")
    await company.dana.edit(chat, f"though it is {KEY}")
    await company.quiet()

    assert KEY[16:-4] not in repr(await company.entries())
    for person in (company.ada, company.dana):
        assert len([m for m in await person.messages(BOT) if "Delete your message" in m.text]) == 1


async def test_deleted_before_it_could_be_read(company: Company, said: Seen) -> None:
    def too_late(_: Call) -> None:
        company.well_again()
        company.workspace.drop(company.workspace.message(said.channel, said.ts))

    company.trouble("conversations.replies", error=too_late)
    await pin(company, company.sam)

    assert await captured(company) == []
    await company.sam.sees("was deleted before it could be added to INC-0001", channel=BOT)


@pytest.mark.usefixtures("said")
@pytest.mark.parametrize(("trouble", "after"), [(down, False), (lost, True)])
async def test_slack_down_in_between(company: Company, trouble: Any, after: bool) -> None:
    def once(call: Call) -> Exception | None:
        company.well_again()
        raised: Exception | None = trouble(call)
        return raised

    company.trouble("conversations.replies", error=once, after=after)
    await pin(company, company.sam)

    assert [entry.kind for entry in await captured(company)] == [Kind.PINNED]


async def test_an_event_that_comes_again_or_too_late_counts_for_nothing(company: Company, said: Seen) -> None:
    item = {"type": "message", "channel": said.channel, "ts": said.ts}
    pin_event(company, "reaction_added", item)  # it was taken away before this came
    await company.quiet()
    assert await captured(company) == []

    await pin(company, company.sam)
    for _ in range(2):
        pin_event(company, "reaction_added", item, event_ts="7.7")
        await company.quiet()
    assert len(await captured(company)) == 1


async def test_what_slack_leaves_out_breaks_nothing(company: Company, said: Seen) -> None:
    channel = {"channel": said.channel}
    for item in ({}, {"type": "message"}, {"type": "message", **channel}, {"type": "file", **channel}):
        for kind in ("reaction_added", "reaction_removed"):
            pin_event(company, kind, item)
    for message in ({}, {"subtype": "message_changed"}, {"subtype": "message_deleted"}, {"message": {}}):
        event(company, "message", channel_type="group", **channel, **message)
    await company.quiet()

    assert await captured(company) == []
    assert company.workspace.notices == []


async def test_a_closed_incident_still_takes_pins(company: Company, said: Seen) -> None:
    await company.say(company.sam, "INC-0001 false-alarm a test key")
    await pin(company, company.sam)
    await company.ada.delete(said)
    await company.quiet()

    assert [entry.kind for entry in await captured(company)] == [Kind.PINNED, Kind.MESSAGE_DELETED]


def told(company: Company, kind: str, message: Seen, event_ts: str) -> None:
    item = {"type": "message", "channel": message.channel, "ts": message.ts}
    event = {"type": kind, "user": company.sam.id, "reaction": PIN, "item": item, "event_ts": event_ts}
    company.workspace.delivery.event(event, company.workspace.channel(message.channel))


async def test_unpinned_and_pinned_again_but_told_the_other_way_round(company: Company, said: Seen) -> None:
    await pin(company, company.sam)  # and it stands
    told(company, "reaction_added", said, "9.2")
    told(company, "reaction_removed", said, "9.1")
    await company.quiet()

    assert [entry.kind for entry in await captured(company)] == [Kind.PINNED]


async def test_an_older_edit_that_is_told_late_is_no_news(company: Company, said: Seen) -> None:
    await pin(company, company.sam)
    await company.ada.edit(said, "first edit")
    late = company.workspace.ledger.deliveries("message")[-1].facts["payload"]["event"]
    company.clock.move(company.clock.now() + timedelta(seconds=5))
    await company.ada.edit(said, "second edit")
    await company.quiet()
    company.workspace.delivery.event(
        {**late, "event_ts": late["event_ts"] + "1"}, company.workspace.channel(said.channel)
    )
    await company.quiet()

    assert [entry.text for entry in await captured(company)][-1] == "second edit"
