"""response_url: five times within half an hour, private unless said otherwise."""

from typing import Any

import httpx
import pytest

from simulator import posts
from simulator.driver import Practice
from simulator.errors import SlackError
from simulator.model import Message
from simulator.people.payloads import response_url
from simulator.tickets import ResponseUrls
from simulator.web import Server
from simulator.workspace import Workspace


@pytest.fixture
async def original(workspace: Workspace) -> Message:
    return posts.post(workspace, workspace.channel_named("general"), workspace.bot, "original")


@pytest.fixture
def url(server: Server, original: Message) -> str:
    workspace = server.workspace
    return response_url(workspace, workspace.user_named("Dana Ito"), original.channel, original)


async def send(url: str, **body: Any) -> httpx.Response:
    async with httpx.AsyncClient() as http:
        return await http.post(url, json=body)


async def test_an_answer_is_private_unless_in_channel(url: str, practice: Practice) -> None:
    assert (await send(url, text="for you")).text == "ok"
    await send(url, text="for all", response_type="in_channel")

    assert [m.text for m in await practice.person("Dana Ito").messages()] == ["original", "for you", "for all"]
    assert [m.text for m in await practice.person("Sam Okafor").messages()] == ["original", "for all"]


async def test_the_original_can_be_replaced_and_deleted(url: str, practice: Practice) -> None:
    dana = practice.person("Dana Ito")
    await send(url, text="replaced", replace_original=True)
    assert [m.text for m in await dana.messages()] == ["replaced"]
    await send(url, delete_original=True)
    assert await dana.messages() == []


async def test_five_uses(url: str) -> None:
    statuses = [(await send(url, text="x")).status_code for _ in range(6)]

    assert statuses == [200] * 5 + [404]


def test_half_an_hour() -> None:
    now = [0.0]
    urls = ResponseUrls(lambda: now[0], lifetime_s=1800)
    key = urls.issue("U1", "C1")
    now[0] = 1801

    with pytest.raises(SlackError, match="expired_url"):
        urls.find(key)


async def test_bad_blocks_are_refused(url: str) -> None:
    answer = await send(url, blocks=[{"type": "section"}])

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_blocks")
