"""Places that go away or come back while something is under way, or while nobody runs."""

from datetime import timedelta

from playbooks.entries import Kind
from simulator import losses
from simulator.api.call import Call
from storage.rows import JobState
from tests.scenario.company import CHANNEL, Company, limited
from tests.scenario.test_going_away_places import ALERTS, of_kind, seen


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
