"""Channels that go away under an incident: archived, thrown out of, restricted; and the alerts channel."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.errors import NoSlack
from bot.slack.channels import on_channel_gone
from playbooks.entries import Entry, Kind
from simulator import losses
from simulator.api.call import Call
from simulator.driver import Person, Seen
from tests.scenario.company import BOT, CHANNEL, REVOKED, Company, head

ALERTS = "security-alerts"
GONE = {
    "archived": (losses.archive, (), "the channel is archived"),
    "thrown out": (losses.kick_bot, (), "Quarterdeck is not in"),
    "read-only": (losses.restrict, ("restricted_action_read_only_channel",), "the channel is read-only"),
    "threads only": (losses.restrict, ("restricted_action_thread_only_channel",), "takes posts in threads only"),
    "forbidden": (losses.restrict, ("restricted_action",), "a policy of the workspace forbids it"),
}
ways = pytest.mark.parametrize("way", GONE)


def lose(company: Company, way: str, channel: str) -> str:
    """Take a channel away; a part of the sentence that says why."""
    deed, more, why = GONE[way]
    deed(company.workspace, channel, *more)
    return why


async def heard(company: Company, on: bool) -> None:
    """Whether the app hears of channels by events, or has to find out."""
    if not on:
        manifest = company.workspace.manifest
        kept = {name for name in manifest.events if not name.endswith(("_archive", "_left", "_deleted"))}
        company.workspace.manifest = type(manifest)(
            events=frozenset(kept), scopes=manifest.scopes, commands=manifest.commands, shortcuts=manifest.shortcuts
        )


async def of_kind(company: Company, kind: Kind) -> list[Entry]:
    return [entry for entry in await company.entries() if entry.kind is kind]


async def seen(person: Person, words: str, channel: str) -> list[Seen]:
    return [message for message in await person.messages(channel) if words in message.text]


async def with_the_board(company: Company) -> Person:
    """The lead in whose messages it goes on: whom the announcement reached first."""
    [lead] = [one for one in (company.sam, company.sid) if await seen(one, "T+0 · ", BOT)]
    return lead


@ways
@pytest.mark.parametrize("events", [True, False])
async def test_an_incident_whose_channel_is_lost_goes_on_in_the_thread(
    company: Company, way: str, events: bool
) -> None:
    await company.open()
    await company.at("12:04")
    await heard(company, events)
    why = lose(company, way, CHANNEL)
    await company.at("12:06")

    (moved,) = await of_kind(company, Kind.THREAD_SERVES)
    assert why in moved.data["why"]
    assert moved.data["left"] == company.workspace.channel_named(CHANNEL).id
    (board,) = await seen(company.sam, "T+0 · ", ALERTS)
    (announced,) = await seen(company.sam, "worked on in this thread", ALERTS)
    assert (board.thread_ts, board.raw["pinned"]) == (announced.ts, True)
    (copy,) = await seen(company.devi, head("T+5"), ALERTS)
    assert copy.thread_ts == announced.ts
    assert not await seen(company.sam, head("T+3"), ALERTS), "what was said before is not said again"
    await company.fill_in(company.devi, "T+5", REVOKED)
    assert Kind.SEND_FAILED not in await company.kinds()


async def test_a_copy_in_the_lost_channel_is_not_tried_for_ever(company: Company) -> None:
    await company.open()
    await company.at("12:06")
    old = company.workspace.channel_named(CHANNEL)
    losses.archive(company.workspace, CHANNEL)
    await company.fill_in(company.devi, "T+5", REVOKED)
    await company.minutes(30)

    tried = [call for call in company.workspace.ledger.calls("chat.update") if call.facts["channel"] == old.id]
    assert len([call for call in tried if call.at >= company.clock.now().timestamp() - 29 * 60]) == 0
    assert len(await of_kind(company, Kind.THREAD_SERVES)) == 1
    assert Kind.JOB_FAILED not in await company.kinds()


async def test_two_words_of_one_loss_move_the_incident_once(company: Company) -> None:
    await company.open()
    place, desk = company.workspace.channel_named(CHANNEL), company.deck.lookback._desk
    losses.archive(company.workspace, CHANNEL)
    events = [{"type": kind, "channel": place.id} for kind in ("group_archive", "group_left")]
    await asyncio.gather(*(on_channel_gone(desk, event) for event in events))
    await company.quiet()

    assert len(await of_kind(company, Kind.THREAD_SERVES)) == 1
    assert await of_kind(company, Kind.SEND_FAILED) == [], "the thread is not lost too"
    assert company.deck.standing.sentences == []


@ways
async def test_a_closed_incidents_channel_may_go(company: Company, way: str) -> None:
    await company.open()
    await company.say(company.sam, "INC-0001 false-alarm a dummy")
    before = await company.kinds()
    lose(company, way, CHANNEL)
    await company.look_back()
    await company.minutes(60)
    assert await company.kinds() == before
    assert company.deck.standing.sentences == []


async def test_one_that_is_opened_again_in_an_archived_channel_says_so_in_the_thread(company: Company) -> None:
    await company.open()
    await company.say(company.sam, "INC-0001 false-alarm a dummy")
    losses.archive(company.workspace, CHANNEL)
    await company.say(company.sam, "INC-0001 reopen it was none")
    await company.minutes(1)

    assert len(await of_kind(company, Kind.THREAD_SERVES)) == 1
    assert await seen(company.sam, "was opened again", ALERTS)
    assert await seen(company.sam, "T+0 · ", ALERTS)


async def test_a_renamed_channel_changes_nothing(company: Company) -> None:
    await company.open()
    losses.rename(company.workspace, CHANNEL, "the-big-leak")
    await company.at("12:06")

    assert await seen(company.devi, head("T+5"), "the-big-leak")
    assert "Noted" in await company.say(company.dana, "note seen again", channel="the-big-leak")
    assert Kind.THREAD_SERVES not in await company.kinds()


@ways
async def test_without_the_alerts_channel_the_leads_are_told(company: Company, way: str) -> None:
    why = lose(company, way, ALERTS)
    await company.open()
    await company.minutes(30)

    for lead in (company.sam, company.sid):
        assert len(await seen(lead, "INC-0001 · API key committed", BOT)) == 1
        assert len(await seen(lead, "Escalation · " + head("T+7"), BOT)) >= 1
    (failed,) = [e for e in await of_kind(company, Kind.SEND_FAILED) if e.data["surface"] == "announcement"]
    assert (why in failed.text, len(failed.data["instead"])) == (True, 2)
    (sentence,) = company.deck.standing.sentences
    assert why in sentence
    await company.everything_but_the_ticket_id()


@pytest.mark.parametrize("way", sorted(GONE.keys() - {"threads only"}))
async def test_without_any_channel_the_plan_is_in_a_thread_with_a_lead(company: Company, way: str) -> None:
    await company.open()
    await company.at("12:02")
    lose(company, way, ALERTS)
    lose(company, way, CHANNEL)
    await company.at("12:06")

    lead = await with_the_board(company)
    (announced,) = await seen(lead, "Opened ", BOT)
    (board,) = await seen(lead, "T+0 · ", BOT)
    (copy,) = [m for m in await seen(lead, head("T+5"), BOT) if m.thread_ts]
    assert (board.thread_ts, copy.thread_ts) == (announced.ts, announced.ts)
    assert [entry.data["surface"] for entry in await of_kind(company, Kind.SEND_FAILED)] == ["thread"]
    await company.fill_in(company.devi, "T+5", REVOKED)


async def test_an_incident_whose_thread_is_locked_goes_on_in_one_with_a_lead(company: Company) -> None:
    await company.open()
    losses.archive(company.workspace, CHANNEL)
    await company.at("12:04")
    (announced,) = await seen(company.sam, "worked on in this thread", ALERTS)
    losses.lock_thread(company.workspace, announced.channel, announced.ts)
    await company.at("12:06")

    (failed,) = await of_kind(company, Kind.SEND_FAILED)
    assert (failed.data["surface"], failed.text) == ("thread", "the thread is locked")
    lead = await with_the_board(company)
    (opened,) = await seen(lead, "Opened ", BOT)
    (board,) = await seen(lead, "T+0 · ", BOT)
    (copy,) = [m for m in await seen(lead, head("T+5"), BOT) if m.thread_ts]
    assert (board.thread_ts, copy.thread_ts) == (opened.ts, opened.ts)
    assert company.deck.standing.sentences == [], "the alerts channel takes announcements still"
    await company.fill_in(company.devi, "T+5", REVOKED)


@pytest.mark.parametrize(
    ("way", "back", "more"),
    [
        ("thrown out", losses.admit_bot, ()),
        ("archived", losses.unarchive, ()),
        ("read-only", losses.unrestrict, ()),
    ],
)
async def test_when_the_alerts_channel_is_back_it_is_announced_there(
    company: Company, way: str, back: object, more: tuple[str, ...]
) -> None:
    lose(company, way, ALERTS)
    await company.open()
    await company.look_back()
    assert len(company.deck.standing.sentences) == 1
    assert callable(back)
    back(company.workspace, ALERTS, *more)
    await company.minutes(2)
    await company.look_back()

    assert len(await seen(company.max, "INC-0001 · API key committed", ALERTS)) == 1
    assert company.deck.standing.sentences == []
    announced = [entry.data["surface"] for entry in await of_kind(company, Kind.ANNOUNCED)]
    assert sorted(announced) == ["announcement", *sorted(f"announcement:dm:{p.id}" for p in (company.sam, company.sid))]
    await company.say(company.sam, "INC-0001 false-alarm a dummy")
    assert await seen(company.sid, "False alarm", BOT)


async def test_threads_in_a_channel_of_threads_do_not_bring_the_announcement_back(company: Company) -> None:
    lose(company, "threads only", ALERTS)
    await company.open()
    await company.minutes(1)
    with capture_logs() as lines:
        for number in range(3):
            await company.practice.person("Leak Scanner").say(f"a secret in commit {number}", channel=ALERTS)
            await company.seconds(10)

    assert len([m for m in company.by_bot() if "Open incident" in str(m.blocks)]) == 3
    assert [line["action"] for line in lines if line["action"].startswith("trouble_")] == []
    assert len(company.deck.standing.sentences) == 1


async def test_watching_goes_on_when_the_bot_is_let_in_again(company: Company) -> None:
    losses.kick_bot(company.workspace, ALERTS)
    await company.look_back()
    await company.practice.person("Leak Scanner").say("a secret in a commit", channel=ALERTS)
    losses.admit_bot(company.workspace, ALERTS)
    await company.quiet()
    await company.look_back()
    assert len([m for m in company.by_bot() if "Open incident" in str(m.blocks)]) == 1


@pytest.mark.parametrize("way", ["archived", "thrown out", "read-only"])
async def test_a_start_without_the_alerts_channel_serves_all_the_same(company: Company, way: str) -> None:
    await company.open()
    await company.at("12:02")
    why = lose(company, way, ALERTS)
    await company.away(timedelta(minutes=1))
    await company.at("12:06")
    assert [why in sentence for sentence in company.deck.standing.sentences] == [True] * (way != "read-only")
    await company.fill_in(company.devi, "T+5", REVOKED)

    await company.open(text="another gist", keys="another")
    await company.minutes(1)
    for lead in (company.sam, company.sid):
        assert len(await seen(lead, "INC-0002 · API key committed", BOT)) == 1
    (sentence,) = company.deck.standing.sentences
    assert why in sentence


async def test_a_renamed_alerts_channel_is_known_at_the_next_start(company: Company) -> None:
    losses.rename(company.workspace, ALERTS, "alerts-of-security")
    await company.away(timedelta(minutes=1))
    await company.open()

    assert company.deck.standing.sentences == []
    assert await seen(company.max, "INC-0001 · API key committed", "alerts-of-security")


async def test_another_channel_that_is_named_is_no_loss_but_a_mistake(company: Company) -> None:
    await company.stop()
    right = company.settings
    company.settings = right.model_copy(update={"quarterdeck_alerts_channel": "#nowhere"})
    with pytest.raises(NoSlack, match="Quarterdeck is not in a channel #nowhere"):
        await company.start()
    await company.parts.aclose()
    company.settings = right
    await company.start()


async def test_a_change_that_was_answered_after_the_move_keeps_no_board_behind(company: Company) -> None:
    await company.open()
    await company.at("12:02")

    async def archived_meanwhile(call: Call) -> None:
        """The board has changed, and before that is answered its channel is archived and the bot hears of it."""
        if call.method == "chat.update" and company.workspace.channel_named(CHANNEL).id == call.args["channel"]:
            company.workspace.after_effect = None
            losses.archive(company.workspace, CHANNEL)
            await company.workspace.delivery.rest()

    company.workspace.after_effect = archived_meanwhile
    await company.at("12:06")

    assert len(await of_kind(company, Kind.THREAD_SERVES)) == 1
    assert len(await seen(company.sam, "T+0 · ", ALERTS)) == 1, "the board stands in the thread"
