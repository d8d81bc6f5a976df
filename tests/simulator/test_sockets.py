"""Sockets that break, fall silent or never come about, as the real SDK meets them."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from simulator.faults.faults import Faults
from simulator.web import Server
from simulator.workspace import Patience
from tests.simulator.test_delivery import acknowledge, say, socket

PING_S = 0.05


@pytest.fixture
async def sdk(app: AsyncApp, server: Server) -> AsyncIterator[SocketModeClient]:
    """The SDK's own client, which looks after its connection every few hundredths of a second."""
    handler = AsyncSocketModeHandler(app, server.workspace.credentials.app_token, ping_interval=PING_S)
    await handler.connect_async()
    yield handler.client
    await handler.close_async()


async def opened(server: Server, times: int) -> None:
    """Wait until a connection is open, and check that the app asked that often for one."""
    await asyncio.wait_for(server.workspace.delivery.sockets.wait_connected(), 5)
    assert len(server.workspace.ledger.calls("apps.connections.open")) == times


async def test_the_sdk_comes_back_after_a_cut(server: Server, sdk: SocketModeClient) -> None:
    server.workspace.delivery.sockets.cut()
    assert server.workspace.delivery.sockets.connected == 0
    await asyncio.wait_for(server.workspace.delivery.sockets.wait_connected(), 5)

    assert await sdk.is_connected()


@pytest.mark.usefixtures("connected")
async def test_a_zombie_looks_connected_and_delivers_nothing(server: Server) -> None:
    workspace = server.workspace
    workspace.patience = Patience(ack_s=0.05, retries_s=(0.0,))
    workspace.delivery.sockets.turn_zombie()
    say(workspace)
    await workspace.delivery.settle()

    assert workspace.delivery.sockets.connected == 1
    assert [e.facts["reason"] for e in workspace.ledger.deliveries()] == ["http_timeout"] * 2


async def test_the_sdk_believes_in_a_zombie_until_pongs_are_missing(server: Server, sdk: SocketModeClient) -> None:
    server.workspace.delivery.sockets.turn_zombie()
    believed = await sdk.is_connected()
    await asyncio.wait_for(_missed(sdk), 5)

    assert believed


async def _refused(server: Server) -> None:
    while not server.workspace.ledger.faults("handshake_refused"):  # noqa: ASYNC110, because a ledger tells nobody
        await asyncio.sleep(0.01)


async def _missed(sdk: SocketModeClient) -> None:
    while await sdk.is_connected():  # noqa: ASYNC110, because the SDK tells nobody
        await asyncio.sleep(0.01)


async def test_a_cut_under_an_envelope_ends_in_a_retry(server: Server) -> None:
    server.workspace.network.order("socket_cut", count=1)
    async with socket(server) as one, socket(server) as two:
        say(server.workspace)
        heard = {asyncio.ensure_future(acknowledge(c)) for c in (one, two)}
        done, gone = await asyncio.wait(heard, return_when=asyncio.ALL_COMPLETED)
        await server.workspace.delivery.settle()

    envelopes = [task.result() for task in done if task.exception() is None]
    assert not gone
    assert [e["retry_attempt"] for e in envelopes] == [1]
    assert [e.facts["acked"] for e in server.workspace.ledger.deliveries()] == [False, True]


@pytest.mark.parametrize("reason", ["refresh_requested", "link_disabled"])
async def test_a_goodbye_by_order(server: Server, reason: str) -> None:
    server.workspace.network.order(f"socket_{reason}", count=1)
    async with socket(server) as connection:
        say(server.workspace)
        goodbye = await connection.receive_json()
        await connection.receive()

    assert (goodbye["type"], goodbye["reason"]) == ("disconnect", reason)


async def test_a_warning_leaves_the_connection(server: Server) -> None:
    server.workspace.network.order("socket_warning", count=1)
    async with socket(server) as connection:
        say(server.workspace)
        assert (await connection.receive_json())["reason"] == "warning"
        assert (await acknowledge(connection))["retry_attempt"] == 0
        await server.workspace.delivery.settle()


@pytest.mark.parametrize("fault", ["handshake_refused", "handshake_lost"])
async def test_a_handshake_that_fails_spends_the_ticket(server: Server, fault: str) -> None:
    server.workspace.network.order(fault, count=1)
    url = server.workspace.delivery.sockets.issue_url()
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientError):
            await session.ws_connect(url)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            await session.ws_connect(url)

    assert refusal.value.status == 403
    assert [e.name for e in server.workspace.ledger.faults()] == [fault]


async def test_the_sdk_is_stuck_after_one_failed_handshake(server: Server, sdk: SocketModeClient) -> None:
    server.workspace.network.order("handshake_refused", count=1)
    server.workspace.delivery.sockets.cut()
    await asyncio.wait_for(_refused(server), 5)
    assert sdk.wss_uri is not None  # the spent address, which it tries for ever
    sdk.wss_uri = None  # what a watchdog does
    await opened(server, 3)

    assert await sdk.is_connected()


async def test_opening_a_connection_can_fail_like_any_call(server: Server, app: AsyncApp) -> None:
    server.workspace.network.order("limited", count=1, names=["apps.connections.open"])
    handler = AsyncSocketModeHandler(app, server.workspace.credentials.app_token, ping_interval=PING_S)
    await handler.connect_async()
    await handler.close_async()

    outcomes = [call.facts["outcome"] for call in server.workspace.ledger.calls("apps.connections.open")]
    assert outcomes == ["ratelimited", "ok"]


async def test_an_outage_is_felt_at_the_next_ping(server: Server, sdk: SocketModeClient) -> None:
    network = server.workspace.network
    network.order("outage", lasting_s=3600)
    await asyncio.wait_for(_missed(sdk), 5)
    assert server.workspace.delivery.sockets.connected == 0
    network.clear()
    sdk.wss_uri = None
    await asyncio.wait_for(server.workspace.delivery.sockets.wait_connected(), 5)


async def test_a_seed_spreads_envelopes_by_chance(server: Server) -> None:
    server.workspace.network.faults = Faults(seed="7")
    took = {"one": 0, "two": 0}
    async with socket(server) as one, socket(server) as two:
        tasks = [asyncio.ensure_future(_take(c, took, name)) for c, name in ((one, "one"), (two, "two"))]
        for n in range(20):
            say(server.workspace, str(n))
        await server.workspace.delivery.settle()
        for task in tasks:
            task.cancel()

    assert sum(took.values()) == 20
    assert took["one"] not in (0, 10, 20)


async def _take(connection: aiohttp.ClientWebSocketResponse, took: dict[str, int], name: str) -> None:
    while True:
        await acknowledge(connection)
        took[name] += 1
