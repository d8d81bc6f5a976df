"""One seeded run: where the bot is killed, and whether record and ledger agree afterwards."""

import asyncio
import json
import random
import signal
from collections import Counter
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from bot.crashpoints import POINTS
from bot.exporting import export
from playbooks.entries import parse_moment
from playbooks.verify import verify_entries
from simulator.company import practice_workspace, roster
from simulator.driver import Practice
from simulator.faults.faults import Faults
from simulator.limits import Limits
from simulator.manifest import read_manifest
from simulator.web import Server, serve
from storage.sql_store import open_store
from tests.acceptance.processes import CHECKOUT, Bot, Workspace
from tests.acceptance.shift import STEPS, Shift

SPEED = 200.0
QUIET_S = 90.0
WORK_S = 300.0
SENDING_S = 11.0  # a call may hang that long before it is given up: what it says was true when it set out
MOST_KILLS = 3
AGAIN_S = 1.0
START_S = 150.0  # Slack may ask for half a minute's patience, several times before it lets the bot in


@dataclass
class Plan:
    """The same seed always kills at the same places, and Slack hurts the same things; every other only kills."""

    seed: int
    crashes: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    faults: str | None = None
    limits: bool = False

    @classmethod
    def of(cls, seed: int) -> "Plan":
        rng = random.Random(seed)
        points = list(POINTS)
        first = points[seed % len(points)]  # every point within a few seeds
        crashes = [f"{first}:{1 if first in ('starting', 'ready') else rng.randint(1, 12)}"]
        while rng.random() < 0.4 and len(crashes) < MOST_KILLS:
            crashes.append(f"{rng.choice(points)}:{rng.randint(1, 6)}")
        pauses = [rng.uniform(0, 1.5) for _ in crashes]
        profile = (None, "calm", None, "rough")[seed % 4]
        return cls(seed, crashes, pauses, f"{seed}:{profile}" if profile else None, limits=seed % 5 == 4)


@dataclass
class Ending:
    """What is left when everything is quiet."""

    entries: list[dict[str, Any]]
    ledger: list[dict[str, Any]]
    done: list[tuple[str, str | None, str]]
    verified: tuple[int, str]
    styles: dict[str, str]
    kills: int
    log: list[str]

    def of(self, *kinds: str) -> list[dict[str, Any]]:
        return [entry for entry in self.entries if entry["kind"] in kinds]

    def posts(self) -> list[dict[str, Any]]:
        """Every message that the bot really posted."""
        calls = [line["facts"] for line in self.ledger if line["name"] == "chat.postMessage"]
        return [call for call in calls if call["done"]]


async def play(seed: int, folder: Path) -> Ending:
    """Plays the seed to its end."""
    plan = Plan.of(seed)
    async with _slack(plan) as server:
        slack = Workspace(None, {**server.facts(), "roster": roster()}, folder)
        async with Practice(server.url, server.workspace.credentials.people_token) as practice:
            rng = random.Random(seed)
            shift = Shift(practice, rng, 60 / SPEED)
            keeper = Keeper(slack, plan)
            keeping = asyncio.create_task(keeper.keep())
            try:
                await asyncio.wait_for(beside(keeping, shift.work()), WORK_S)
                server.workspace.network.clear()
                await beside(keeping, keeper.quiet())
            finally:
                keeping.cancel()
                await asyncio.gather(keeping, return_exceptions=True)
                await keeper.stop()
            return await _ending(slack, practice, shift, keeper)


async def beside(keeping: "asyncio.Task[None]", work: Coroutine[Any, Any, None]) -> None:
    """Does the work as long as there is somebody who keeps the bot. Raises what ended the keeping."""
    task = asyncio.create_task(work)
    try:
        await asyncio.wait((task, keeping), return_when=asyncio.FIRST_COMPLETED)
        if keeping.done():
            await keeping
            raise AssertionError("the last bot ended by itself")
        await task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _slack(plan: Plan) -> AbstractAsyncContextManager[Server]:
    """The workspace is here, in the test's own process: it is not what dies."""
    faults = Faults.profile(plan.faults) if plan.faults else None
    manifest = read_manifest(CHECKOUT.manifest)
    return serve(practice_workspace(manifest=manifest, faults=faults, limits=Limits() if plan.limits else None))


class Keeper:
    """A supervisor: starts the bot again after every death, as long as the plan has one."""

    def __init__(self, slack: Workspace, plan: Plan) -> None:
        self._environment = slack.environment(QUARTERDECK_SPEED=str(SPEED), QUARTERDECK_PACING="off")
        self._plan = plan
        self._bot: Bot | None = None
        self._last = False
        self.kills = 0
        self.log: list[str] = []

    async def keep(self) -> None:
        for crash, pause in zip(self._plan.crashes, self._plan.pauses, strict=True):
            self._bot = await self._started(crash)
            if not await self._bot.died(6.0):
                await self._bot.kill()  # the place was not passed: any moment is as good
            self.kills += 1
            self.log += self._bot.log
            await asyncio.sleep(pause)
        self._bot = await self._started()
        self._last = True
        await self._bot.process.wait()

    async def _started(self, crash: str = "") -> Bot:
        """Without Slack it says so and ends: it is started again, as systemd does."""
        while True:
            bot = await Bot.start(self._environment, crash=crash, within_s=START_S)
            if bot.process.returncode in (None, -signal.SIGKILL):
                return bot
            await asyncio.sleep(AGAIN_S)

    async def quiet(self) -> None:
        """Until the last bot runs and nothing is left to send."""
        ready: dict[str, Any] = {}
        async with httpx.AsyncClient() as http:
            for _ in range(int(QUIET_S / 0.2)):
                await asyncio.sleep(0.2)
                if not self._last or self._bot is None:
                    continue
                ready = (await http.get(f"{self._bot.http}/readyz")).json()
                if ready["unsent"] == 0 and ready["oldest_overdue_s"] < 1:
                    return
        raise AssertionError(f"not quiet after {QUIET_S} s, {'last' if self._last else 'earlier'} bot: {ready}")

    async def stop(self) -> None:
        if self._bot is not None:
            await self._bot.stop()
            self.log += self._bot.log


async def _ending(slack: Workspace, practice: Practice, shift: Shift, keeper: Keeper) -> Ending:
    store = open_store(slack.database)
    team = slack.facts["team_id"]
    entries, incident = await store.entries(team, 1), await store.incident(team, 1)
    await store.close()
    verdict = verify_entries(entries, seq=incident.seq, head=incident.head, state=incident)
    _, exported = await export("json", entries, incident.seq)
    return Ending(
        entries=json.loads(exported)["entries"],
        ledger=await practice.ledger(),
        done=shift.done,
        styles=shift.styles,
        verified=(int(not verdict.ok), verdict.sentence),
        kills=keeper.kills,
        log=keeper.log,
    )


def disagreements(ending: Ending) -> list[str]:
    """Everything on which record, ledger and people do not agree: empty when all promises were kept."""
    found = []
    if ending.verified[0]:
        found.append(f"does not verify: {ending.verified[1]}")
    found += _lost(ending) + _twice(ending) + _unposted(ending) + _silent(ending)
    found += [f"fault in the log: {line}" for line in ending.log if '"level": "error"' in line]
    return found


def _lost(ending: Ending) -> list[str]:
    """Acts that were acknowledged and are not in the record, or are there twice."""
    recorded = Counter((e["kind"], e["step"], e["actor"]["id"]) for e in ending.of("opened", "completed", "closed"))
    return [f"{act} is recorded {recorded[act]} times" for act in ending.done if recorded[act] != 1]


def _twice(ending: Ending) -> list[str]:
    """Messages of the same thing in the same place; twice only after half a minute in the dark, and they say so."""
    posts = ending.posts()
    marked = {_head(post) for post in posts if "may be a repeat" in post["args"]["text"]}
    heads = Counter(_head(post) for post in posts)
    return [f"posted {n} times: {what}" for what, n in heads.items() if n != 1 and what not in marked]


def _head(post: dict[str, Any]) -> tuple[str, str]:
    """What a message is about. A form that did not open is kept once for each time that it was asked for."""
    head = post["args"]["text"].split("\n")[0]
    kept = "is kept for you here" in head
    return post["channel"], str(post["args"]["metadata"]["event_payload"]["id"]) if kept else head


def _unposted(ending: Ending) -> list[str]:
    """What the record says was posted, against what was; and prompts that were due and never arrived."""
    first = ending.of("prompted", "nudged", "escalated", "reminded", "asked")
    links = Counter(e["source"] for e in first)
    found = [f"{link} is recorded {n} times" for link, n in links.items() if n != 1]
    there = {f"/archives/{post['channel']}/p{str(post['ts']).replace('.', '')}" for post in ending.posts()}
    found += [
        f"recorded and not there: {e['source']}" for e in first if not any(e["source"].endswith(x) for x in there)
    ]
    prompted = {e["step"] for e in ending.of("prompted")}
    asked = {step for step, style in ending.styles.items() if style != "board"}  # who waited for the prompt
    return found + [f"{step} was never prompted" for step in asked - prompted]


def _silent(ending: Ending) -> list[str]:
    """Late prompts that did not say so: reckoned here from T0 and the plan, not from what the record says of them."""
    t0 = parse_moment(ending.of("opened")[0]["at"])
    owners = {e["step"]: e["data"]["keys"][:1] for e in ending.of("due")}
    found = []
    for e in ending.of("prompted"):
        due = t0 + timedelta(minutes=float(STEPS[e["step"]].removeprefix("T+")) / SPEED)
        late = (parse_moment(e["occurred_at"]) - due).total_seconds()
        if (
            e["data"]["surface"] in owners[e["step"]]
            and late > 30 / SPEED + SENDING_S
            and not e["data"].get("late_why")
        ):
            found.append(f"{e['step']} was prompted {late:.1f} s late and the record does not say why")
    return found + _unsaid(ending)


def _unsaid(ending: Ending) -> list[str]:
    """Prompts of which the record says that they were late, and the message does not; but not if they only hung."""
    texts = {f"p{str(post['ts']).replace('.', '')}": post["args"] for post in ending.posts()}
    said = [e for e in ending.of("prompted") if e["data"].get("late_why")]
    late = [e for e in said if e["data"]["late_s"] > 30 / SPEED + SENDING_S]
    return [
        f"late without a word: {e['source']}"
        for e in late
        if e["data"]["late_why"] not in json.dumps(texts.get(e["source"].rsplit("/", 1)[-1], ""), ensure_ascii=False)
    ]
