"""What the practice page does to the bot: killed, stopped, started, made faster, as real processes."""

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator.driver import Practice
from simulator.guard import TOKEN_HEADER
from tests.acceptance.installing import clean_environment
from tests.acceptance.processes import CHECKOUT, START_S, quarterdeck
from tests.acceptance.test_tutorial import a_free_port

DRILL = {"Trigger": "API key committed to a repository", "This is a drill": True}


class Kept:
    """A running practice, and what its page would ask."""

    def __init__(self, http: httpx.AsyncClient, practice: Practice, port: int) -> None:
        self.http, self.practice, self.port = http, practice, port

    async def ask(self, **body: Any) -> httpx.Response:
        return await self.http.post("/practice/bot", json=body)

    async def until(self, state: str, but: int | None = None) -> dict[str, Any]:
        """How the bot is once it is so, as a process other than `but`."""
        async with asyncio.timeout(START_S):
            while True:
                bot: dict[str, Any] = (await self.http.get("/practice/bot")).json()
                if bot["bot"] == state and (but is None or bot["pid"] != but):
                    return bot
                await asyncio.sleep(0.05)

    async def open(self, text: str) -> None:
        dana = self.practice.person("Dana Ito")
        await dana.command("/incident", text, channel="general")
        await dana.fill({**DRILL, "Suspect keys": text})
        assert await dana.submit() is None

    async def clock(self, label: str) -> Any:
        async with asyncio.timeout(START_S):
            while True:
                for clock in await self.practice.get(f"/people/{self.practice.ids['Dana Ito']}/clocks"):
                    if clock["label"] == label:
                        return clock
                await asyncio.sleep(0.05)


@asynccontextmanager
async def practising(folder: Path) -> AsyncIterator[Kept]:
    port = a_free_port()
    environment = clean_environment() | {"QUARTERDECK_HTTP_PORT": str(port)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", cwd=folder, env=environment, stdout=PIPE, stderr=DEVNULL
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_S):
            while b"runs as process" not in await process.stdout.readline():
                assert process.returncode is None
        facts = json.loads((folder / "data" / "practice.json").read_text())
        headers = {TOKEN_HEADER: facts["people_token"]}
        async with (
            httpx.AsyncClient(base_url=facts["url"], headers=headers) as http,
            Practice(facts["url"], facts["people_token"]) as practice,
        ):
            yield Kept(http, practice, port)
    finally:
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), START_S) == 0


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    async with practising(tmp_path) as kept:
        yield kept


async def test_a_killed_bot_comes_back_and_its_incident_goes_on(kept: Kept) -> None:
    await kept.open("a key in a gist")
    before = await kept.until("running")
    assert (await kept.ask(ask="kill")).json() == {"ask": "kill"}
    after = await kept.until("running", but=before["pid"])
    said = await kept.practice.person("Sam Okafor").command("/incident", "fast-forward INC-0001", channel="general")

    assert after["pid"] != before["pid"]
    assert "INC-0001" in said.text
    assert (await kept.clock("INC-0001"))["state"] == "Open"


async def test_the_next_drill_is_faster_and_the_running_one_is_not(kept: Kept) -> None:
    await kept.open("a key in a gist")
    slow = await kept.clock("INC-0001")
    before = await kept.until("running")
    await kept.ask(ask="speed", speed=60)
    after = await kept.until("running", but=before["pid"])
    await kept.open("a key in a log")
    fast, still = await kept.clock("INC-0002"), await kept.clock("INC-0001")

    assert (before["speed"], after["speed"]) == (1, 60)
    assert (fast["speed"], fast["steps"][-1]["due"] - fast["steps"][0]["due"]) == (60, 15)
    assert [step["due"] for step in still["steps"]] == [step["due"] for step in slow["steps"]]


async def test_stopped_it_answers_nobody_and_started_it_does(kept: Kept) -> None:
    dana = kept.practice.person("Dana Ito")
    await kept.ask(ask="stop")
    await kept.until("stopped")
    twice = await kept.ask(ask="stop")
    with pytest.raises(Exception, match="dispatch_failed"):
        await dana.command("/incident", "help", channel="general")
    await kept.ask(ask="start")
    await kept.until("running")

    assert (twice.status_code, twice.json()["error"]) == (409, "The bot is stopped already. Start it first.")
    assert (await dana.command("/incident", "help", channel="general")).text


async def test_a_bot_that_slack_does_not_let_in_is_tried_again(kept: Kept, tmp_path: Path) -> None:
    facts = json.loads((tmp_path / "data" / "practice.json").read_text())
    headers = {TOKEN_HEADER: facts["operator_token"]}
    before = await kept.until("running")
    await kept.http.post("/operator/order", json={"fault": "outage", "lasting_s": 3}, headers=headers)
    await kept.ask(ask="kill")

    assert (await kept.until("running", but=before["pid"]))["pid"] != before["pid"]


async def test_a_port_that_another_practice_has_ends_it(kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    environment = clean_environment() | {"QUARTERDECK_HTTP_PORT": str(kept.port)}
    code, _, complaint = await quarterdeck("run", environment=environment, cwd=tmp_path / "second")

    assert code == 2
    assert f"QUARTERDECK_HTTP_PORT: 127.0.0.1:{kept.port} cannot be used" in complaint


@pytest.mark.parametrize("setting", ["QUARTERDECK_HTTP_PORT", "QUARTERDECK_PLAYBOOKS", "QUARTERDECK_ROSTER"])
async def test_a_setting_that_cannot_be_used_is_said_before_anything_is_opened(tmp_path: Path, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wrong = str(taken.getsockname()[1]) if setting.endswith("PORT") else "/no/such/place"
        environment = {**clean_environment(), setting: wrong, "PYTHONPATH": str(CHECKOUT.folder)}
        code, said, complaint = await quarterdeck("run", environment=environment, cwd=tmp_path)

    assert (code, said) == (2, "")
    assert setting in complaint or wrong in complaint
    assert os.listdir(tmp_path) == []
