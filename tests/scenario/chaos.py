"""One seed: a company at work while calls, events and sockets suffer and the bot dies, all in a time of its own."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
from sqlalchemy import Connection, select
from structlog.testing import capture_logs

from bot import crashpoints, lifecycle
from bot.bootstrap import join_parts
from bot.clock import Reading
from bot.errors import Stop
from bot.heartbeat import Heartbeat
from bot.slack.socket_mode import Sockets
from simulator.company import practice_workspace
from simulator.delivery.parcel import Parcel, Transport
from simulator.driver import Practice
from simulator.faults.faults import Faults
from simulator.limits import Limits
from simulator.manifest import read_manifest
from simulator.model import Json
from simulator.web import serve
from storage.tables import UNSENT, WAITING, jobs, surfaces
from tests.scenario.company import MANIFEST, NOON, Company, TestClock, _settings
from tests.scenario.crowd import Crowd
from tests.scenario.joining import JOINER
from tests.scenario.mortal import Life, MortalStore, count_lives
from tests.scenario.promises import broken, is_behind

HOUR_S = 3600.0
LENGTHS_S = (*(10.0, 30.0, 60.0, 180.0, 600.0) * 6, 3 * HOUR_S)
LOOK_S, SOON_S = 1.0, 0.01
REST_S = 600.0
MOST_STARTS = 500  # one a minute, longer than the longest outage
CALLS = ("slow", "limited", "lost_before", "lost_after", "error_before", "error_after", "proxy_page")
EVENTS = ("event_lost", "event_late", "event_overtaken", "event_twice", "event_again")
PEOPLE = ("interaction_lost", "interaction_unheard")
SOCKETS = ("socket_cut", "socket_warning", "socket_refresh_requested", "handshake_refused", "handshake_lost")
ACKNOWLEDGED = "acknowledged"  # Slack heard it: from this instant on it may not be lost
POINTS = [point for point in crashpoints.POINTS if point not in ("starting", "ready")]


@dataclass(frozen=True)
class Plan:
    """What a seed does to the bot. `outages`: (begins, lasts) in seconds; `deaths`: (crash point, latest moment)."""

    seed: int
    rates: dict[str, float]
    limits: bool
    pacing: str
    outages: list[tuple[float, float]]
    deaths: list[tuple[str, float]]
    pauses: list[float]
    at_once: int

    @classmethod
    def of(cls, seed: int) -> "Plan":
        rng = random.Random(f"plan {seed}")
        hurt = [fault for fault in (*CALLS, *EVENTS, *PEOPLE, *SOCKETS) if rng.random() < 0.6]
        lengths = [rng.choice(LENGTHS_S) for _ in range(rng.choice((0, 0, 1, 1, 2)))]
        deaths = [_death(rng) for _ in range(rng.choice((0, 1, 1, 2, 3)))] + _deaths_when_heard(seed)
        rates = {fault: round(rng.uniform(0.005, 0.06), 3) for fault in hurt}
        limits, pacing = rng.random() < 0.3, rng.choice(("on", "on", "off"))
        outages = [(rng.uniform(0, 1200), length * rng.uniform(0.7, 1.3)) for length in lengths]
        pauses = [rng.choice((0.0, 2.0, 20.0, 240.0)) * rng.uniform(0.5, 1.5) for _ in deaths]
        plan = cls(seed, rates, limits, pacing, outages, deaths, pauses, _at_once(seed))
        return plan.merging() if plan.at_once else plan

    def merging(self) -> "Plan":
        """The first prompts of all incidents wait together, so that they share a message."""
        rng = random.Random(f"merging {self.seed}")
        over_them = (rng.uniform(160, 178), rng.uniform(20, 200))
        return replace(self, pacing="on", outages=[over_them, *self.outages])


def _at_once(seed: int) -> int:
    """In some seeds so many incidents are opened at the same moment, of which little else is told."""
    rng = random.Random(f"at once {seed}")
    return rng.choice((4, 5, 6)) if rng.random() < 0.12 else 0


def _death(rng: random.Random) -> tuple[str, float]:
    point = rng.choice(["", *POINTS, *POINTS])
    return f"{point}:{rng.randint(1, 12)}" if point else "", rng.uniform(20, 900)


def _deaths_when_heard(seed: int) -> list[tuple[str, float]]:
    rng = random.Random(f"heard {seed}")
    return [(f"{ACKNOWLEDGED}:{rng.randint(1, 15)}", rng.uniform(200, 900)) for _ in range(rng.choice((0, 0, 1, 2)))]


def _behind(db: Connection) -> list[datetime | None]:
    """Not before when each thing that is still to be sent or done may be tried."""
    of_surfaces = db.scalars(select(surfaces.c.not_before).where(UNSENT))
    return [*of_surfaces, *db.scalars(select(jobs.c.not_before).where(WAITING))]


class LoopClock(TestClock):
    """The loop's own time: it goes by whenever nothing else happens."""

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.get_running_loop()

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self._loop.time())

    def seconds(self) -> float:
        return self.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def told(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def reading(self) -> Reading:
        return Reading(at=self.now(), steady_s=self.seconds(), boot="")


class Chaos(Company):
    """The company of the stories, whose bot runs by itself, dies and is started again."""

    plan: Plan
    life: Life
    store: MortalStore
    rng: random.Random
    starts = 0
    births: list[float]
    deaths: list[float]

    async def keep(self) -> None:
        """A supervisor, for ever: starts the bot again after every death, as long as the plan has one."""
        for (point, latest), pause in zip(self.plan.deaths, self.plan.pauses, strict=True):
            await self._one_life(point, latest)
            await asyncio.sleep(pause)
        while self.starts < MOST_STARTS:
            await self._one_life("", None)
            await asyncio.sleep(min(60.0, 2.0 * self.starts))  # it could not start: Slack was not there

    async def _one_life(self, point: str, latest: float | None) -> None:
        self.starts += 1
        self.births.append(self.clock.seconds())
        self.life = life = Life(self.workspace.delivery.sockets.cut)
        crashpoints.arm(point, life.die)
        self.parts = AsyncExitStack()
        life.begin(self._live(life))
        try:
            await asyncio.wait_for(life.died.wait(), latest)
        except TimeoutError:
            life.end()
        except asyncio.CancelledError:
            await self._bury(life)
            raise
        await self._bury(life)

    async def _bury(self, life: Life) -> None:
        crashpoints.arm("", life.die)
        died_at = self.clock.now()
        self.deaths.append(died_at.timestamp())
        life.end()
        await life.buried()
        await self.parts.aclose()
        if hasattr(self, "deck"):  # its heart beat until then
            after = MortalStore(self.url, Life(lambda: None), self.rng)
            await after.heartbeat(self.team, died_at - timedelta(seconds=died_at.timestamp() % 5), 1e9)
            await after.close()

    async def _live(self, life: Life) -> None:
        """What `lifecycle.running` does, with a pulse that does not beat while nothing is to be done."""
        self.store = MortalStore(self.url, life, self.rng)
        self.parts.push_async_callback(self.store.close)
        session = await self.parts.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)))
        with contextlib.suppress(Stop):
            self.deck = deck = await join_parts(self.settings, self.store, self.clock, session)
            await Heartbeat(self.store, self.clock, self.team, deck.lateness).begin(deck.intake)
            token = self.workspace.credentials.app_token
            sockets = Sockets(deck.bolt, deck.gateway, deck.outage, token, deck.lookback.soon)
            loops = [deck.outage.run(), sockets.run(), deck.lookback.run(), lifecycle._refresh(deck, self.clock)]
            loops.append(deck.tidings.run())
            await asyncio.gather(self._pulse(), *loops)

    async def _pulse(self) -> None:
        """Ticker, courier and Home tabs; woken by what wakes the courier, or when the next thing is due."""
        deck, woken = self.deck, asyncio.Event()
        wake = deck.courier.wake
        deck.courier.wake = lambda: (wake(), woken.set())[0]
        deck.outage.on_end(woken.set)
        while True:
            woken.clear()
            moved = await deck.ticker.tick_once(self.clock.now()) + await deck.courier.drain_once()
            await deck.homes.once(self.clock.now())
            if not moved:
                idle_s = await self._idle_s()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), idle_s)

    async def _idle_s(self) -> float:
        """Until something is due; what is to be sent and has no moment is looked at every second."""
        due, courier = await self.store.next_due(self.team), self.deck.courier
        behind = await self.store.ask(_behind) if self.deck.outage.answering else []
        moments = [moment for moment in (due, courier.waits_until, *behind) if moment is not None]
        until = min(((moment - self.clock.now()).total_seconds() for moment in moments), default=HOUR_S)
        return max(SOON_S, min(until, LOOK_S) if None in behind else until)

    def away(self) -> list[tuple[float, float]]:
        """From when to when Slack was away or no bot lived, in seconds since 1970."""
        begun = NOON.timestamp()
        outages = [(begun + begins, begun + begins + lasts) for begins, lasts in self.plan.outages]
        return outages + list(zip(self.deaths, self.births[1:], strict=False))

    async def quiet(self) -> None:
        """The bot runs by itself: nothing has to be moved."""

    async def rest(self) -> None:
        """Slack is well again; wait until everybody has what they should have."""
        self.workspace.network.clear()
        await asyncio.sleep(REST_S)
        for _ in range(60):
            unsent = [row.key for row in await self.surfaces() if is_behind(row)]
            if not unsent and not await self.waiting_jobs():
                return
            await asyncio.sleep(10)


def die_when_heard(sockets: Transport) -> None:
    """The bot may die at the instant at which somebody's act is acknowledged, before it can do anything more."""
    hears = sockets.send

    async def send(parcel: Parcel) -> Json:
        answer = await hears(parcel)
        if parcel.kind != "events_api":
            with contextlib.suppress(asyncio.CancelledError):  # not ours: it is the bot that comes no further
                crashpoints.passing(ACKNOWLEDGED)
        return answer

    sockets.send = send


@asynccontextmanager
async def _chaos(plan: Plan, folder: Path, url: str) -> AsyncIterator[Chaos]:
    clock = LoopClock()
    faults = Faults(seed=str(plan.seed), rates=plan.rates)
    limits = Limits() if plan.limits else None
    times = {"now": clock.seconds, "sleep": clock.told}
    workspace = practice_workspace(**times, manifest=read_manifest(MANIFEST), faults=faults, limits=limits)
    general = next(channel for channel in workspace.channels.values() if channel.is_general)
    general.members.append(workspace.add_user(JOINER).id)
    async with (
        serve(workspace) as server,
        Practice(server.url, workspace.credentials.people_token) as practice,
    ):
        chaos = Chaos(workspace, practice, clock, url)
        chaos.plan, chaos.rng = plan, random.Random(f"disk {plan.seed}")
        chaos.births, chaos.deaths = [], []
        chaos.settings = _settings(chaos, folder, server.api_url, True, False, {"quarterdeck_pacing": plan.pacing})
        die_when_heard(workspace.delivery.sockets)
        for begins, lasts in plan.outages:
            workspace.network.order("outage", after_s=begins, lasting_s=lasts)
        keeping = asyncio.create_task(chaos.keep())
        try:
            yield chaos
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)


async def play(seed: int, folder: Path, url: str) -> list[str]:
    """Play the seed to its end; what was promised and not kept."""
    count_lives(asyncio.get_running_loop())
    plan = Plan.of(seed)
    with capture_logs() as lines:
        async with _chaos(plan, folder, url) as chaos:
            crowd = Crowd(chaos.practice, chaos.workspace, seed, plan.at_once)
            await crowd.work()
            await chaos.rest()
            found = await broken(chaos, crowd)
    return found + [f"fault in the log: {line}" for line in lines if line["log_level"] == "error"]
