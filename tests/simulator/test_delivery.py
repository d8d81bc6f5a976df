"""Socket Mode: acknowledgement, redelivery, tickets, connections."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp

from simulator import posts
from simulator.driver import NoAnswer, Practice
from simulator.manifest import Manifest
from simulator.web import Server
from simulator.workspace import Patience, Workspace


@asynccontextmanager
async def socket(server: Server) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """One open connection that has said hello."""
    url = server.workspace.delivery.sockets.issue_url()
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as connection:
        hello = await connection.receive_json()
        assert hello["type"] == "hello"
        yield connection


def say(workspace: Workspace, text: str = "hello") -> None:
    posts.post(workspace, workspace.channel_named("general"), workspace.user_named("Dana Ito"), text)


async def acknowledge(connection: aiohttp.ClientWebSocketResponse, **payload: Any) -> dict[str, Any]:
    envelope: dict[str, Any] = await connection.receive_json()
    await connection.send_json({"envelope_id": envelope["envelope_id"], **({"payload": payload} if payload else {})})
    return envelope


async def test_an_acknowledged_event_comes_once(server: Server) -> None:
    async with socket(server) as connection:
        say(server.workspace)
        envelope = await acknowledge(connection)
        await server.workspace.delivery.settle()

    assert (envelope["type"], envelope["accepts_response_payload"]) == ("events_api", False)
    assert envelope["payload"]["event"]["text"] == "hello"
    assert [e.facts["acked"] for e in server.workspace.ledger.deliveries()] == [True]


async def test_an_unacknowledged_event_comes_four_times_under_one_id(server: Server) -> None:
    server.workspace.patience = Patience(ack_s=0.05, retries_s=(0.0, 0.0, 0.0))
    async with socket(server) as connection:
        say(server.workspace)
        envelopes = [await connection.receive_json() for _ in range(4)]
        await server.workspace.delivery.settle()

    assert [e["retry_attempt"] for e in envelopes] == [0, 1, 2, 3]
    assert [e["retry_reason"] for e in envelopes] == ["", *["http_timeout"] * 3]
    assert len({e["payload"]["event_id"] for e in envelopes}) == 1


async def test_retries_wait_as_slack_does(server: Server, workspace: Workspace) -> None:
    waits = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await asyncio.sleep(0)

    workspace.sleep = sleep
    workspace.patience = Patience()
    say(workspace)
    await workspace.delivery.settle()

    pauses = [seconds for seconds in waits if seconds != workspace.patience.ack_s]
    assert pauses == [60.0, 300.0]
    assert {e.facts["reason"] for e in workspace.ledger.deliveries()} == {"connection_failed"}
    assert server.workspace is workspace


async def test_an_event_from_before_the_connection_arrives_as_a_retry(server: Server, workspace: Workspace) -> None:
    connected = asyncio.Event()

    async def sleep(seconds: float) -> None:
        await (connected.wait() if seconds == 60.0 else asyncio.sleep(seconds))

    workspace.sleep, workspace.patience = sleep, Patience()
    say(workspace)
    async with socket(server) as connection:
        connected.set()
        envelope = await acknowledge(connection)
        await workspace.delivery.settle()

    assert (envelope["retry_attempt"], envelope["retry_reason"]) == (2, "connection_failed")


async def test_interactions_are_not_redelivered_and_the_person_is_told(server: Server, practice: Practice) -> None:
    dana = practice.person("Dana Ito")
    async with socket(server):
        with pytest.raises(NoAnswer, match="operation_timeout"):
            await dana.command("/incident")
    with pytest.raises(NoAnswer, match="dispatch_failed"):
        await dana.command("/incident")

    assert len(server.workspace.ledger.deliveries("/incident")) == 2
    assert await dana.notices() == [
        '/incident failed with the error "operation_timeout"',
        '/incident failed with the error "dispatch_failed"',
    ]


async def test_envelopes_are_spread_over_the_connections(server: Server) -> None:
    async with socket(server) as one, socket(server) as two:
        say(server.workspace, "a")
        say(server.workspace, "b")
        texts = {(await acknowledge(c))["payload"]["event"]["text"] for c in (one, two)}
        await server.workspace.delivery.settle()

    assert texts == {"a", "b"}


async def test_the_eleventh_connection_is_sent_away(server: Server) -> None:
    async with aiohttp.ClientSession() as session:
        urls = [server.workspace.delivery.sockets.issue_url() for _ in range(11)]
        sockets = [await session.ws_connect(url) for url in urls]
        frames = [await s.receive_json() for s in sockets]
        for connection in sockets:
            await connection.close()

    assert [f.get("num_connections", f.get("reason")) for f in frames] == [*range(1, 11), "too_many_websockets"]


async def test_a_ticket_is_good_for_one_handshake(server: Server) -> None:
    url = server.workspace.delivery.sockets.issue_url()
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url):
            pass
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_refresh_says_goodbye_and_warning_stays(server: Server) -> None:
    async with socket(server) as connection:
        await server.workspace.delivery.sockets.disconnect("warning")
        assert (await connection.receive_json())["reason"] == "warning"
        await asyncio.gather(server.workspace.delivery.sockets.disconnect(), connection.receive())

    assert server.workspace.delivery.sockets.connected == 0


async def test_bolt_comes_back_after_a_refresh(server: Server, connected: AsyncApp) -> None:
    heard = asyncio.Event()

    @connected.event("message")
    async def message() -> None:
        heard.set()

    await server.workspace.delivery.sockets.disconnect()
    await server.workspace.delivery.sockets.wait_connected()
    say(server.workspace)

    await asyncio.wait_for(heard.wait(), 5)
    await server.workspace.delivery.settle()


async def test_only_what_is_subscribed_and_visible(server: Server, workspace: Workspace) -> None:
    dana = workspace.user_named("Dana Ito")
    secret = workspace.add_channel("secret", "group", members=[dana], creator=dana)
    posts.post(workspace, secret, dana, "not for apps")
    workspace.manifest = Manifest(events=frozenset({"message.channels"}), commands={}, shortcuts=())
    posts.post(workspace, workspace.direct_message(dana.id, workspace.bot.id), dana, "not subscribed")
    say(workspace)
    await workspace.delivery.settle()

    texts = {e.facts["payload"]["event"]["text"] for e in server.workspace.ledger.deliveries()}
    assert texts == {"hello"}
    assert "not for apps" not in json.dumps(workspace.ledger.as_json())
