"""Several prompts wait for one person, share a message, and the process dies between that post and its note."""

import asyncio
import sqlite3
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from simulator.api.call import Call
from simulator.company import practice_workspace, roster
from simulator.driver import Person, Practice
from simulator.errors import AnswerLost
from simulator.manifest import read_manifest
from simulator.web import Server, serve
from storage.sql_store import open_store
from tests.acceptance.processes import CHECKOUT, START_S, Bot, Workspace

SPEED = 12.0
AWAY_S = 3 * 60 / SPEED + 1  # over T+3
INCIDENTS = 4
HEADS = [f"INC-{number:04d} · T+3 · " for number in range(1, INCIDENTS + 1)]
LIST = f"{INCIDENTS} steps at once"


async def reports(dana: Person) -> None:
    for number in range(INCIDENTS):
        await dana.command("/incident", f"key {number}")
        await dana.fill({"Trigger": "API key committed to a repository", "Suspect keys": f"key-{number}"})
        assert await dana.submit() is None


async def killed_in_a_list(server: Server, bot: Bot) -> None:
    """As soon as Slack has the list, and before the bot can hear of it."""

    async def hook(call: Call) -> None:
        if call.method == "chat.postMessage" and str(call.args["text"]).startswith(LIST):
            await bot.kill()
            raise AnswerLost

    server.workspace.after_effect = hook
    assert await bot.died(START_S)
    server.workspace.after_effect = None


def noted(slack: Workspace, place: str) -> list[str | None]:
    """Of the lists attempted there, where the record knows them to stand; others may get theirs meanwhile."""
    lists = "SELECT ts FROM surfaces WHERE key LIKE 'list:%' AND state = 'live' AND channel = ?"
    with sqlite3.connect(slack.database.removeprefix("sqlite:///")) as db:
        return [ts for (ts,) in db.execute(lists, (place,))]


async def prompted(slack: Workspace, sam: Person) -> list[int]:
    """How often the record of each incident says that this person was prompted."""
    store = open_store(slack.database)
    records = [await store.entries(slack.facts["team_id"], number) for number in range(1, INCIDENTS + 1)]
    await store.close()
    key = f"prompt:escalate:dm:{sam.id}"
    return [sum(e.kind.value == "prompted" and e.data["surface"] == key for e in record) for record in records]


async def all_prompted(slack: Workspace, sam: Person) -> None:
    async with asyncio.timeout(START_S):
        while 0 in await prompted(slack, sam):  # noqa: ASYNC110 - because another process tells nobody
            await asyncio.sleep(0.2)


def told(server: Server, place: str) -> Counter[str]:
    """How often each line was posted there."""
    calls: list[Any] = [one.facts for one in server.workspace.ledger.calls("chat.postMessage") if one.facts["done"]]
    return Counter(line for call in calls if call["channel"] == place for line in call["args"]["text"].split("\n"))


async def test_a_kill_between_a_list_and_its_note_prompts_nobody_twice(tmp_path: Path) -> None:
    async with (
        serve(practice_workspace(manifest=read_manifest(CHECKOUT.manifest))) as server,
        Practice(server.url, server.workspace.credentials.people_token) as practice,
        AsyncExitStack() as ends,
    ):
        slack = Workspace(None, {**server.facts(), "roster": roster()}, tmp_path)
        environment = slack.environment(QUARTERDECK_SPEED=str(SPEED), QUARTERDECK_PACING="on")
        sam, bot = practice.person("Sam Okafor"), await Bot.start(environment)
        ends.push_async_callback(bot.kill)
        await reports(practice.person("Dana Ito"))
        brief = await sam.sees(f"Your steps · INC-{INCIDENTS:04d}", timeout=START_S)
        server.workspace.network.order("outage", lasting_s=AWAY_S)
        await killed_in_a_list(server, bot)
        assert noted(slack, brief.channel) == [None]

        bot = await Bot.start(environment)
        ends.push_async_callback(bot.kill)
        await all_prompted(slack, sam)
        await sam.press("Complete step", in_message=LIST, row=HEADS[2], channel="@Quarterdeck")
        assert await bot.stop() == 0

    lines = told(server, brief.channel)
    assert [sum(n for line, n in lines.items() if line.startswith(head)) for head in HEADS] == [1] * INCIDENTS
    assert await prompted(slack, sam) == [1] * INCIDENTS
    assert None not in noted(slack, brief.channel)
    assert sam.dialog is not None
    assert sam.dialog.title == "T+3 · INC-0003"
