"""Faults on calls, as the real SDK meets them."""

import aiohttp
import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from simulator.company import practice_workspace
from simulator.faults.faults import Faults
from simulator.web import Server
from simulator.workspace import Workspace
from tests.simulator.told import Told


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def workspace(told: Told) -> Workspace:
    return practice_workspace(now=told.now, sleep=told.sleep)


@pytest.fixture
def client(server: Server) -> AsyncWebClient:
    return AsyncWebClient(server.workspace.credentials.bot_token, base_url=server.api_url, retry_handlers=[])


def texts(workspace: Workspace) -> list[str]:
    return [m.text for m in workspace.messages[workspace.channel_named("general").id]]


async def post(client: AsyncWebClient, text: str = "hello") -> None:
    await client.chat_postMessage(channel="general", text=text)


@pytest.mark.parametrize(("fault", "there"), [("lost_before", []), ("lost_after", ["hello"])])
async def test_a_lost_answer(client: AsyncWebClient, workspace: Workspace, fault: str, there: list[str]) -> None:
    workspace.network.order(fault, count=1, names=["chat.postMessage"])
    await client.auth_test()
    with pytest.raises(aiohttp.ClientConnectionError):
        await post(client)

    assert texts(workspace) == there
    (call,) = workspace.ledger.calls("chat.postMessage")
    assert (call.facts["outcome"], call.facts["done"]) == ("lost", bool(there))
    await post(client, "again")
    assert texts(workspace) == [*there, "again"]


@pytest.mark.parametrize(("fault", "there"), [("error_before", []), ("error_after", ["hello"])])
async def test_an_error_of_slacks_own(
    client: AsyncWebClient, workspace: Workspace, fault: str, there: list[str]
) -> None:
    workspace.network.order(fault, count=1, status=503)
    with pytest.raises(SlackApiError) as error:
        await post(client)

    assert (error.value.response.status_code, error.value.response["error"]) == (503, "internal_error")
    assert texts(workspace) == there


async def test_a_page_of_a_proxy(client: AsyncWebClient, workspace: Workspace) -> None:
    workspace.network.order("proxy_page", count=1)
    with pytest.raises(SlackApiError) as error:
        await post(client)

    assert error.value.response.status_code == 502
    assert error.value.response.headers["Content-Type"].startswith("text/html")
    assert texts(workspace) == []


async def test_a_storm_of_429_for_some_methods_and_some_time(
    server: Server, client: AsyncWebClient, told: Told
) -> None:
    network = server.workspace.network
    network.order("limited", lasting_s=30, seconds=7, names=["chat.postMessage"])
    for _ in range(2):
        with pytest.raises(SlackApiError) as refusal:
            await post(client)
        assert (refusal.value.response.status_code, refusal.value.response.headers["Retry-After"]) == (429, "7")
    await client.auth_test()
    told.move(30)

    await post(client)
    assert network.calm


async def test_a_slow_call_takes_effect_although_the_caller_is_gone(
    client: AsyncWebClient, workspace: Workspace, told: Told
) -> None:
    workspace.network.order("slow", count=1, seconds=20)
    client.timeout = 1
    with pytest.raises(TimeoutError):
        await post(client)
    assert (texts(workspace), told.pauses) == ([], [20])
    told.move(20)
    await client.auth_test()

    assert texts(workspace) == ["hello"]


async def test_response_urls_and_uploads_suffer_too(client: AsyncWebClient, server: Server) -> None:
    workspace = server.workspace
    dana, general = workspace.user_named("Dana Ito").id, workspace.channel_named("general").id
    key = workspace.response_urls.issue(dana, general)
    workspace.network.order("lost_after", count=1, names=["response_url"])
    workspace.network.order("error_before", count=1, names=["upload"])
    async with httpx.AsyncClient(base_url=server.url) as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.post(f"/response/{key}", json={"text": "hello"})
        upload = await client.files_getUploadURLExternal(filename="a.txt", length=1)
        assert (await http.post(upload["upload_url"], content=b"a")).status_code == 500

    assert texts(workspace) == ["hello"]


async def test_what_struck_can_be_listed(client: AsyncWebClient, workspace: Workspace) -> None:
    workspace.network.order("lost_after", count=1)
    with pytest.raises(aiohttp.ClientConnectionError):
        await post(client)

    (fault,) = workspace.ledger.faults()
    assert (fault.name, fault.facts["of"], fault.facts["key"], fault.facts["by"]) == (
        "lost_after",
        "chat.postMessage",
        "general",
        "order",
    )


async def test_the_seed_decides_and_clear_ends_it(client: AsyncWebClient, workspace: Workspace) -> None:
    workspace.network.faults = Faults(seed="7", rates={"lost_before": 1.0})
    with pytest.raises(aiohttp.ClientConnectionError):
        await post(client)
    assert workspace.ledger.faults()[0].facts["by"] == "seed:1"
    workspace.network.clear()

    await post(client)


async def test_nothing_goes_wrong_by_itself(client: AsyncWebClient, workspace: Workspace) -> None:
    for _ in range(30):
        await post(client)

    assert workspace.network.calm
    assert workspace.ledger.faults() == []
