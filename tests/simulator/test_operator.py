"""The operator's routes: the network hurt from outside the process."""

from collections.abc import AsyncIterator

import aiohttp
import httpx
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from simulator.guard import TOKEN_HEADER
from simulator.web import Server
from tests.simulator.test_delivery import socket


@pytest.fixture
async def operator(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    headers = {TOKEN_HEADER: server.workspace.credentials.operator_token}
    async with httpx.AsyncClient(base_url=f"{server.url}/operator", headers=headers) as client:
        yield client


@pytest.mark.parametrize("token", ["", "people"])
async def test_the_operators_token_is_its_own(server: Server, token: str) -> None:
    headers = {TOKEN_HEADER: server.workspace.credentials.people_token} if token else {}
    async with httpx.AsyncClient(base_url=f"{server.url}/operator", headers=headers) as client:
        answers = [await client.get("/faults"), await client.post("/clear", json={})]

    assert [a.status_code for a in answers] == [403, 403]


async def test_lose_the_next_answers(operator: httpx.AsyncClient, client: AsyncWebClient) -> None:
    client.retry_handlers.clear()
    order = {"fault": "lost_after", "count": 2, "names": ["chat.postMessage"]}
    assert (await operator.post("/order", json=order)).json()["count"] == 2
    for _ in range(2):
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.chat_postMessage(channel="general", text="x")
    await client.chat_postMessage(channel="general", text="x")

    seen = (await operator.get("/faults")).json()
    assert (seen["struck"], [f["name"] for f in seen["latest"]]) == (2, ["lost_after"] * 2)
    assert (seen["orders"], seen["out"], seen["limited"]) == ([], False, False)


async def test_an_outage_cuts_what_is_open_and_ends(
    operator: httpx.AsyncClient, client: AsyncWebClient, server: Server
) -> None:
    client.retry_handlers.clear()
    async with socket(server) as connection:
        await operator.post("/order", json={"fault": "outage", "lasting_s": 3600})
        assert (await connection.receive()).type is aiohttp.WSMsgType.CLOSED
        assert (await operator.get("/faults")).json()["out"]
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.auth_test()
        await operator.post("/clear", json={})
        await client.auth_test()


@pytest.mark.parametrize(("do", "left"), [("cut", 0), ("zombie", 1), ("warning", 1)])
@pytest.mark.usefixtures("connected")
async def test_sockets(operator: httpx.AsyncClient, server: Server, do: str, left: int) -> None:
    answer = await operator.post("/sockets", json={"do": do})

    assert answer.json() == {"hurt": 1}
    assert server.workspace.delivery.sockets.connected == left
    assert server.workspace.ledger.faults()[0].name == f"socket_{do}"


async def test_take_away_and_give_back(operator: httpx.AsyncClient, client: AsyncWebClient) -> None:
    assert (await operator.post("/archive", json={"channel": "general"})).json() == {}
    assert (await client.conversations_list())["channels"][0]["is_archived"]
    await operator.post("/unarchive", json={"channel": "general"})

    assert not (await client.conversations_list())["channels"][0]["is_archived"]


@pytest.mark.parametrize(
    ("deed", "body", "status", "sentence"),
    [
        ("order", {"fault": "hurricane", "count": 1}, 400, "there is no fault 'hurricane'"),
        ("order", {"fault": "slow"}, 400, "say how often"),
        ("order", {"fault": "slow", "count": 1, "names": "chat.update"}, 400, "names is a list"),
        ("order", {"fault": "slow", "count": 1, "seconds": "soon"}, 400, "seconds is a number, not 'soon'"),
        ("order", {"fault": "slow", "count": "some"}, 400, "is a number, not 'some'"),
        ("order", {"fault": "slow", "lasting_s": "some"}, 400, "is a number, not 'some'"),
        ("order", {"count": 1}, 400, "fault"),
        ("order", ["slow"], 400, "no object"),
        ("sockets", {"do": "sing"}, 400, "connections cannot be 'sing'"),
        ("archive", {"channel": "nowhere"}, 409, "channel_not_found"),
        ("sing", {}, 404, ""),
    ],
)
async def test_what_makes_no_sense(
    operator: httpx.AsyncClient, deed: str, body: object, status: int, sentence: str
) -> None:
    answer = await operator.post(f"/{deed}", json=body)

    assert answer.status_code == status
    assert sentence in answer.text
