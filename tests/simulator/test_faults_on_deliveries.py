"""Faults on events, presses and commands, over a real socket."""

import asyncio
from typing import Any

import pytest

from simulator.company import practice_workspace
from simulator.driver import NoAnswer, Practice
from simulator.web import Server
from simulator.workspace import Patience, Workspace
from tests.simulator.test_delivery import acknowledge, say, socket
from tests.simulator.told import Told


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def workspace(told: Told) -> Workspace:
    """Slack's own patience, on a clock that is told."""
    return practice_workspace(now=told.now, sleep=told.sleep)


def heard(envelope: dict[str, Any]) -> tuple[str, int]:
    return envelope["payload"]["event"]["text"], envelope["retry_attempt"]


async def test_an_event_twice_under_one_id(server: Server) -> None:
    server.workspace.network.order("event_twice", count=1)
    async with socket(server) as connection:
        say(server.workspace)
        envelopes = [await acknowledge(connection) for _ in range(2)]
        await server.workspace.delivery.settle()

    assert len({e["payload"]["event_id"] for e in envelopes}) == 1
    assert [e["retry_attempt"] for e in envelopes] == [0, 0]


async def test_an_event_again_although_it_was_acknowledged(server: Server, told: Told) -> None:
    server.workspace.network.order("event_again", count=1)
    async with socket(server) as connection:
        say(server.workspace)
        envelopes = [await acknowledge(connection) for _ in range(2)]
        await server.workspace.delivery.settle()

    assert [(e["retry_attempt"], e["retry_reason"]) for e in envelopes] == [(0, ""), (1, "http_timeout")]
    assert len({e["payload"]["event_id"] for e in envelopes}) == 1
    assert told.pauses == []


async def test_a_late_event_is_overtaken(server: Server, told: Told) -> None:
    workspace = server.workspace
    workspace.network.order("event_late", count=1, seconds=90)
    async with socket(server) as connection:
        say(workspace, "first")
        say(workspace, "second")
        early = await acknowledge(connection)
        await workspace.delivery.rest()
        told.move(90)
        late = await acknowledge(connection)
        await workspace.delivery.settle()

    assert [heard(early), heard(late)] == [("second", 0), ("first", 0)]


@pytest.mark.parametrize(("patience", "heard_of"), [(Patience(), 0), (Patience.with_delayed_events(), 1)])
async def test_an_event_more_than_two_hours_late(server: Server, told: Told, patience: Patience, heard_of: int) -> None:
    workspace = server.workspace
    workspace.patience = patience
    workspace.network.order("event_late", count=1, seconds=7201)
    async with socket(server) as connection:
        say(workspace)
        await workspace.delivery.rest()
        told.move(7201)
        for _ in range(heard_of):
            await acknowledge(connection)
        await workspace.delivery.settle()

    assert len(workspace.ledger.deliveries()) == heard_of


async def test_delayed_events_come_hourly_for_a_day(workspace: Workspace, told: Told) -> None:
    workspace.patience = Patience.with_delayed_events()
    say(workspace)
    for seconds in (60, 300, *[3600] * 24):
        await workspace.delivery.rest()
        assert told.pauses == [seconds]
        told.move(seconds)
    await workspace.delivery.settle()

    assert len(workspace.ledger.deliveries()) == 4 + 24


async def test_two_events_change_places(server: Server, told: Told) -> None:
    server.workspace.network.order("event_overtaken", count=1, seconds=5)
    async with socket(server) as connection:
        say(server.workspace, "first")
        say(server.workspace, "second")
        heard_in_order = [heard(await acknowledge(connection))[0] for _ in range(2)]
        await server.workspace.delivery.settle()

    assert heard_in_order == ["second", "first"]
    assert told.pauses == []


async def test_an_event_that_nothing_overtakes_goes_after_a_while(server: Server, told: Told) -> None:
    server.workspace.network.order("event_overtaken", count=1, seconds=5)
    async with socket(server) as connection:
        say(server.workspace, "alone")
        await server.workspace.delivery.rest()
        assert told.pauses == [5]
        told.move(5)
        assert heard(await acknowledge(connection)) == ("alone", 0)
        await server.workspace.delivery.settle()


async def test_a_lost_event_never_comes_and_is_in_history(server: Server, client: Any) -> None:
    workspace = server.workspace
    workspace.network.order("event_lost", count=1)
    async with socket(server):
        say(workspace, "lost")
        await workspace.delivery.settle()
    history = await client.conversations_history(channel=workspace.channel_named("general").id)

    assert workspace.ledger.deliveries() == []
    assert [m["text"] for m in history["messages"]] == ["lost"]


async def test_a_lost_press_is_not_redelivered(server: Server, practice: Practice) -> None:
    server.workspace.network.order("interaction_lost", count=1)
    async with socket(server) as connection:
        with pytest.raises(NoAnswer, match="dispatch_failed"):
            await practice.person("Dana Ito").command("/incident")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(connection.receive_json(), 0.1)

    assert len(server.workspace.ledger.deliveries("/incident")) == 1


async def test_a_command_that_was_acknowledged_in_vain(server: Server, practice: Practice) -> None:
    server.workspace.network.order("interaction_unheard", count=1)
    async with socket(server) as connection:
        command = asyncio.ensure_future(practice.person("Dana Ito").command("/incident"))
        await acknowledge(connection, text="done")
        with pytest.raises(NoAnswer, match="operation_timeout"):
            await command


async def test_an_outage_queues_what_slack_retries_and_loses_the_rest(
    server: Server, practice: Practice, told: Told
) -> None:
    workspace = server.workspace
    async with socket(server) as connection:
        workspace.network.order("outage", lasting_s=60)
        say(workspace, "queued")
        await workspace.delivery.rest()
        with pytest.raises(NoAnswer, match="dispatch_failed"):
            await practice.person("Dana Ito").command("/incident")
        assert told.pauses == [60]
        told.move(60)
        envelope = await acknowledge(connection)
        await workspace.delivery.settle()

    assert (heard(envelope), envelope["retry_reason"]) == (("queued", 2), "connection_failed")


async def test_an_outage_longer_than_the_retries_loses_the_event(server: Server, told: Told) -> None:
    workspace = server.workspace
    async with socket(server):
        workspace.network.order("outage", lasting_s=600)
        say(workspace)
        for seconds in (60, 300):
            await workspace.delivery.rest()
            told.move(seconds)
        await workspace.delivery.settle()

    assert [e.facts["acked"] for e in workspace.ledger.deliveries()] == [False] * 4
    assert workspace.ledger.faults("outage")[0].facts["of"] == "message"


async def test_rest_does_not_wait_for_what_comes_later(workspace: Workspace, told: Told) -> None:
    await workspace.delivery.rest()
    say(workspace)
    await workspace.delivery.rest()

    assert len(workspace.ledger.deliveries()) == 2  # at once, and at once again
    assert told.pauses == [60]
    await workspace.delivery.close()
