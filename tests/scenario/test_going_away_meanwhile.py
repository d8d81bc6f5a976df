"""Places that go away or come back while something is under way, or while nobody runs."""

from datetime import timedelta

import pytest

from playbooks.entries import Kind
from simulator import losses
from simulator.api.call import Call
from simulator.errors import SlackError
from storage.rows import JobState
from tests.scenario.company import CHANNEL, Company, limited
from tests.scenario.test_going_away_places import ALERTS, lose, of_kind, seen

BACK = {"archived": losses.unarchive, "thrown out": losses.admit_bot, "read-only": losses.unrestrict}


async def test_a_board_that_arrives_while_its_channel_goes_does_not_take_the_thread_along(company: Company) -> None:
    async def archived_meanwhile(call: Call) -> None:
        """The board is posted, and before that is answered its channel is archived and the bot hears of it."""
        if call.method == "chat.postMessage" and call.args["text"].splitlines()[-1].startswith("T+0 "):
            company.workspace.after_effect = None
            losses.archive(company.workspace, CHANNEL)
            await company.workspace.delivery.rest()

    company.workspace.after_effect = archived_meanwhile
    await company.open()
    await company.at("12:06")

    assert len(await of_kind(company, Kind.THREAD_SERVES)) == 1
    (board,) = await seen(company.sam, "T+0 · ", ALERTS)
    (announced,) = await seen(company.sam, "worked on in this thread", ALERTS)
    assert (board.thread_ts, board.raw["pinned"]) == (announced.ts, True)
    assert {Kind.SEND_FAILED, Kind.JOB_FAILED}.isdisjoint(await company.kinds())
    assert company.deck.standing.sentences == []


async def test_a_channel_in_which_nothing_may_be_pinned_is_worked_in_all_the_same(company: Company) -> None:
    company.trouble("pins.add", error=SlackError("restricted_action"))
    await company.open()
    await company.at("12:06")

    assert [entry.data["error"] for entry in await of_kind(company, Kind.JOB_FAILED)] == ["restricted_action"]
    assert await of_kind(company, Kind.THREAD_SERVES) == []
    assert len(await seen(company.sam, "T+0 · ", CHANNEL)) == 1


async def test_a_pin_that_is_made_while_the_channel_is_read_was_taken_off_by_nobody(company: Company) -> None:
    company.trouble("pins.add", error=limited(20))
    await company.open()
    talk = await company.dana.say("looking", channel=CHANNEL)
    await company.sam.say("me too", channel=CHANNEL, thread=talk)
    company.well_again()

    async def pinned_meanwhile(call: Call) -> None:
        """The channel was read, and its threads are being read."""
        if call.method == "conversations.replies":
            company.workspace.before_effect = None
            company.clock.move(company.clock.now() + timedelta(seconds=25))
            await company.deck.courier.drain()

    company.workspace.before_effect = pinned_meanwhile
    await company.look_back()
    await company.look_back()

    assert [job.state for job in await company.store.jobs(company.team, 1) if job.kind == "pin"] == [JobState.DONE]
    assert await of_kind(company, Kind.REMOVED) == []


@pytest.mark.parametrize("way", ["archived", "thrown out", "read-only"])
async def test_what_was_opened_without_the_alerts_channel_is_announced_after_a_restart(
    company: Company, way: str
) -> None:
    lose(company, way, ALERTS)
    await company.open()
    await company.open(text="another gist", keys="another")
    await company.stop()
    BACK[way](company.workspace, ALERTS)
    await company.start()
    await company.minutes(10)
    await company.look_back()

    for label in ("INC-0001", "INC-0002"):
        assert len(await seen(company.max, f"{label} · API key committed", ALERTS)) == 1
    assert company.deck.standing.sentences == []


async def test_a_restart_finds_out_that_the_alerts_channel_takes_no_posts_yet(company: Company) -> None:
    why = lose(company, "read-only", ALERTS)
    await company.open()
    await company.away(timedelta(minutes=1))

    (sentence,) = company.deck.standing.sentences
    assert why in sentence
    assert len(await of_kind(company, Kind.SEND_FAILED)) == 1


async def test_an_announcement_that_people_do_not_want_does_not_come_back_after_a_restart(company: Company) -> None:
    await company.open()
    for _ in range(4):
        for message in await seen(company.max, "INC-0001 · API key committed", ALERTS):
            losses.delete_message(company.workspace, message.channel, message.ts)
        await company.quiet()
    await company.away(timedelta(minutes=1))

    assert await seen(company.max, "INC-0001 · API key committed", ALERTS) == []
