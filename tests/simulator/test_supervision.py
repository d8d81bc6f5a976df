"""The bot's process as the workspace sees it: what may be asked, what is passed on, what is told."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from simulator.guard import TOKEN_HEADER
from simulator.people.hurts import hurts
from simulator.web import Server
from simulator.workspace import Workspace


@pytest.fixture
async def page(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    headers = {TOKEN_HEADER: server.workspace.credentials.people_token}
    async with httpx.AsyncClient(base_url=server.url, headers=headers) as client:
        yield client


@pytest.fixture
def sent(workspace: Workspace) -> list[str]:
    """The lines to the keeper."""
    lines: list[str] = []
    workspace.supervision.begin(lines.append)
    return lines


async def test_the_token_is_asked_for(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        answers = [await client.get("/practice/bot"), await client.post("/practice/bot", json={"ask": "kill"})]

    assert [answer.status_code for answer in answers] == [403, 403]


async def test_nobody_keeps_it(page: httpx.AsyncClient) -> None:
    refused = await page.post("/practice/bot", json={"ask": "kill"})

    assert refused.status_code == 409
    assert refused.json()["error"].startswith("Nobody keeps the bot for this workspace.")
    assert (await page.get("/practice/bot")).json()["supervised"] is False


async def test_what_is_asked_is_passed_on_and_written_down(
    page: httpx.AsyncClient, workspace: Workspace, sent: list[str]
) -> None:
    workspace.supervision.hear('{"bot": "running", "pid": 7, "speed": 1}')
    for ask in ({"ask": "speed", "speed": 10}, {"ask": "kill"}):
        assert (await page.post("/practice/bot", json=ask)).json() == ask

    assert [json.loads(line) for line in sent] == [{"ask": "speed", "speed": 10}, {"ask": "kill"}]
    assert [entry.name for entry in workspace.ledger.faults()] == ["bot_speed", "bot_kill"]
    assert workspace.ledger.faults()[0].facts["speed"] == 10


async def test_what_the_keeper_tells_is_seen_at_once(
    page: httpx.AsyncClient, workspace: Workspace, sent: list[str]
) -> None:
    rung = workspace.bell.next
    workspace.supervision.hear('{"bot": "running", "pid": 7, "speed": 1, "password": "x"}')

    assert rung.is_set()
    told = {"supervised": True, "bot": "running", "pid": 7, "speed": 1}
    assert (await page.get("/practice/bot")).json() == told
    assert sent == []


@pytest.mark.parametrize(
    ("bot", "body", "status", "sentence"),
    [
        ("running", {"ask": "sing"}, 409, "The bot cannot be asked to 'sing'"),
        ("running", {"ask": "start"}, 409, "not stopped"),
        ("stopped", {"ask": "kill"}, 409, "stopped already"),
        ("stopped", {"ask": "stop"}, 409, "stopped already"),
        ("running", {"ask": "speed"}, 409, "Choose a speed"),
        ("running", {"ask": "speed", "speed": 0}, 409, "Choose a speed"),
        ("running", {"ask": "speed", "speed": True}, 409, "Choose a speed"),
        ("running", {"ask": "speed", "speed": "fast"}, 409, "Choose a speed"),
        ("running", {"ask": ["kill"]}, 409, "cannot be asked"),
        ("running", {"ask": "kill", "pid": 1}, 400, "pid"),
        ("running", ["kill"], 400, "no object"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    page: httpx.AsyncClient, workspace: Workspace, sent: list[str], bot: str, body: Any, status: int, sentence: str
) -> None:
    workspace.supervision.hear(json.dumps({"bot": bot}))
    answer = await page.post("/practice/bot", json=body)

    assert (answer.status_code, sent) == (status, [])
    assert sentence in answer.json()["error"]
    assert workspace.ledger.faults() == []


def test_what_was_hurt_in_a_row_is_one(workspace: Workspace) -> None:
    for of in ("chat.update", "chat.postMessage", "chat.update"):
        workspace.network.note("outage", of=of, key="", by="order")
    workspace.network.note("bot_kill", of="the bot", key="", by="people")
    workspace.network.order("event_twice", count=5)
    seen = hurts(workspace)

    assert [(blow["fault"], blow["times"], blow["of"]) for blow in seen["latest"]] == [
        ("outage", 3, ["chat.update", "chat.postMessage"]),
        ("bot_kill", 1, ["the bot"]),
    ]
    assert [(order["fault"], order["count"]) for order in seen["orders"]] == [("event_twice", 5)]
