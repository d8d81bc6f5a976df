"""Slack is away for some seconds of a practice sixty times as fast: real processes and sockets, a bot that waits."""

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from simulator.driver import Practice
from simulator.guard import TOKEN_HEADER
from tests.acceptance.processes import START_S, Bot, Workspace, workspace

SPEED = 60.0
AWAY_S = 8.0
INCIDENTS = 3
OVERDUE = {"T+3": "escalate", "T+5": "revoke", "T+7": "logs"}
TRIGGER = "API key committed to a repository"


async def hurt(slack: Workspace, **order: Any) -> float:
    """Orders a fault; gives the moment at which it ends."""
    headers = {TOKEN_HEADER: slack.facts["operator_token"]}
    async with httpx.AsyncClient(base_url=slack.facts["url"], headers=headers) as http:
        answer = await http.post("/operator/order", json=order)
    assert answer.status_code == 200, answer.text
    return float(answer.json()["until"])


def posts(ledger: list[dict[str, Any]]) -> list[tuple[float, str, str]]:
    """When, where and which prompt: every one that the bot really posted in a channel."""
    calls = [one for one in ledger if one["name"] == "chat.postMessage" and one["facts"].get("done")]
    texts = [(one["at"], one["facts"]["channel"], str(one["facts"]["args"]["text"]).split("\n")[0]) for one in calls]
    return [one for one in texts if one[1].startswith("C") and one[2].startswith("INC-") and " · T+" in one[2]]


def overdue(ledger: list[dict[str, Any]]) -> list[tuple[float, str, str]]:
    return [one for one in posts(ledger) if one[2].split(" · ")[1] in OVERDUE]


async def everything_out(practice: Practice) -> list[dict[str, Any]]:
    async with asyncio.timeout(START_S):
        while len(overdue(ledger := await practice.ledger())) < INCIDENTS * len(OVERDUE):  # noqa: ASYNC110 - because another process tells nobody
            await asyncio.sleep(0.05)
    return ledger


async def test_what_is_overdue_goes_out_once_and_in_order_when_slack_is_back(tmp_path: Path) -> None:
    async with workspace(tmp_path) as slack:
        bot = await Bot.start(slack.environment(QUARTERDECK_SPEED=str(SPEED)))
        try:
            async with Practice(slack.facts["url"], slack.facts["people_token"]) as practice:
                dana = practice.person("Dana Ito")
                for number in range(INCIDENTS):
                    await dana.command("/incident", f"key {number}", channel="general")
                    await dana.fill({"Trigger": TRIGGER, "Suspect keys": f"key-{number}"})
                    assert await dana.submit() is None
                back = await hurt(slack, fault="outage", lasting_s=AWAY_S)
                ledger = await everything_out(practice)
            await bot.stop()
        finally:
            await bot.kill()

    sent, said = overdue(ledger), [json.loads(line) for line in bot.log if line.startswith("{")]
    # What was being posted when the outage began is looked for first, and may come after what was never begun.
    doubted = {(one.get("incident"), f"{one['key']}:".split(":")[1]) for one in said if one["action"] == "answer_lost"}
    assert max(Counter(one[1:] for one in sent).values()) == 1, "each once"
    for channel in {one[1] for one in sent}:
        heads = [one[2].split(" · ") for one in sent if one[1] == channel]
        marks = [mark for incident, mark, *_ in heads if (incident, OVERDUE[mark]) not in doubted]
        assert marks == sorted(marks, key=[*OVERDUE].index)
    assert {"slack_down", "slack_up", "deaf", "hearing"} <= {line["action"] for line in said}
    questions = [one for one in ledger if one["kind"] == "fault" and one["facts"]["of"] == "api.test"]
    assert len(questions) <= AWAY_S + 2, "no more than one a second"
    sys.stdout.write(
        f"the last of {len(sent)} overdue prompts was out {max(one[0] for one in sent) - back:.2f} s after\n"
    )
