"""Slack's limits as the SDK meets them, counted in the workspace's time."""

import re
from pathlib import Path

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from simulator.api.chain import HANDLERS
from simulator.company import practice_workspace
from simulator.limits import PER_MINUTE, Limits
from simulator.web import Server
from simulator.workspace import Workspace
from tests.simulator.told import Told


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def workspace(told: Told) -> Workspace:
    return practice_workspace(now=told.now, limits=Limits(posts_per_minute=8))


async def refused(client: AsyncWebClient, method: str, **args: str) -> int:
    """The seconds after which Slack would take this call again."""
    with pytest.raises(SlackApiError) as refusal:
        await client.api_call(method, params=args)
    assert refusal.value.response.status_code == 429
    assert refusal.value.response.data == {"ok": False, "error": "ratelimited"}
    return int(refusal.value.response.headers["Retry-After"])


async def test_a_method_takes_as_many_as_its_tier_in_any_minute(client: AsyncWebClient, told: Told) -> None:
    for _ in range(20):
        await client.users_list()
        told.move(1)

    assert await refused(client, "users.list") == 40
    assert await refused(client, "users.list") == 40  # what is refused does not count
    told.move(40)
    await client.users_list()
    assert await refused(client, "users.list") == 1


async def test_only_that_method_is_blocked(client: AsyncWebClient) -> None:
    for _ in range(20):
        await client.users_list()
    await refused(client, "users.list")

    await client.conversations_list()
    await client.auth_test()


async def test_one_channel_takes_a_burst_and_then_one_a_second(client: AsyncWebClient, told: Told) -> None:
    for n in range(5):
        await client.chat_postMessage(channel="general", text=str(n))

    assert await refused(client, "chat.postMessage", channel="general", text="5") == 1
    await client.chat_postMessage(channel="security-alerts", text="another channel")
    told.move(1)
    await client.chat_postMessage(channel="general", text="5")
    assert await refused(client, "chat.postMessage", channel="general", text="6") == 1


async def test_a_channel_by_name_and_by_id_is_one(client: AsyncWebClient, workspace: Workspace) -> None:
    dana = workspace.user_named("Dana Ito").id
    direct = (await client.conversations_open(users=dana))["channel"]["id"]
    for _ in range(3):
        await client.chat_postMessage(channel=direct, text="x")
    for _ in range(2):
        await client.chat_postMessage(channel=dana, text="x")

    assert await refused(client, "chat.postMessage", channel=direct, text="x") == 1


async def test_all_channels_together_and_every_way_of_posting(
    client: AsyncWebClient, workspace: Workspace, server: Server
) -> None:
    general, dana = workspace.channel_named("general").id, workspace.user_named("Dana Ito").id
    key = workspace.response_urls.issue(dana, general)
    async with httpx.AsyncClient(base_url=server.url) as http:
        for _ in range(2):
            assert (await http.post(f"/response/{key}", json={"text": "x"})).status_code == 200
            await client.chat_postEphemeral(channel=general, user=dana, text="x")
        for _ in range(4):
            await client.chat_postMessage(channel="security-alerts", text="x")
        answer = await http.post(f"/response/{key}", json={"text": "x"})

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert await refused(client, "chat.postMessage", channel="partner-desk", text="x") == 60


async def test_without_limits_slack_takes_everything(client: AsyncWebClient, workspace: Workspace) -> None:
    workspace.limiter.limits = None
    for _ in range(40):
        await client.users_list()
        await client.chat_postMessage(channel="general", text="x")


def test_every_method_but_posting_has_a_tier_and_the_page_says_which() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "simulator.md").read_text()
    rows = re.findall(r"^\| (\d+) a minute \| (.+?) \|", page, re.MULTILINE)
    documented = {method: int(count) for count, methods in rows for method in re.findall(r"`([\w.]+)`", methods)}

    assert set(PER_MINUTE) == set(HANDLERS) - {"chat.postMessage"}
    assert documented == PER_MINUTE
