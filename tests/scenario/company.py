"""A company that practises: the bot and the practice workspace in one process, one clock for both, moved when told."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot.bootstrap import Deck, join_parts
from bot.clock import Reading
from bot.health import Health
from bot.heartbeat import Heartbeat
from bot.lifecycle import know_open
from bot.restoring import begin_after_restore
from bot.settings import Settings
from bot.slack.socket_mode import Sockets
from bot.web.server import WebServer, web_app
from playbooks.entries import Entry, Kind
from playbooks.fold import fold
from playbooks.incident import Incident
from playbooks.states import INCIDENT_LABELS
from playbooks.verify import verify_entries
from simulator.api.call import Call
from simulator.company import practice_workspace, write_roster
from simulator.driver import Person, Practice, Seen
from simulator.errors import AnswerLost, SlackError
from simulator.manifest import read_manifest
from simulator.model import Message
from simulator.web import serve
from simulator.workspace import Workspace
from storage.rows import JobState, SurfaceRow, SurfaceState
from storage.sql_store import open_store
from storage.store import Store
from tests.scenario.bot_clock import BotClock

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
KEY = "sk-ant-" + "api03-" + "Q7x" + "k" * 90 + "AA"
COMMITTED = "API key committed to a repository"
CHANNEL = "inc-0001-key-committed"
SAID = "The gist had 14 views"
BOT = "@Quarterdeck"
MANIFEST = Path(__file__).parents[2] / "slack-manifest.yaml"

ESCALATED = {"Support ticket ID": "SUP-4711"}
REVOKED = {"Which key": "prod-gateway", "How was it confirmed?": "Seen in the Console"}
PULLED = {"Verdict": "Nothing unusual", "Who called what": "only the gateway, as every day"}
NOTIFIED = {
    "Severity": "SEV2",
    "Data within reach": ["Public", "Internal"],
    "Notify executives?": "No",
    "Why": "no data left the house",
    "What the teams were told": "the gateway key is being replaced",
}
ROTATED = {"New key": "prod-gateway-2", "Deployed to": "gateway"}
TITLES = {
    "T+0": "Report the incident",
    "T+3": "Escalate to Anthropic support",
    "T+5": "Revoke the suspect key",
    "T+7": "Pull the last 24 h of API logs",
    "T+10": "Update all teams, decide on the executives",
    "T+15": "Deploy new keys, lock in the rotation",
}


Trouble = Exception | Callable[[Call], Exception | None]


def head(mark: str, number: int = 1) -> str:
    """What a prompt begins with."""
    return f"INC-{number:04d} · {mark} · {TITLES[mark]}"


class TestClock:
    """Stands still until it is told. Real waiting happens only where somebody does not answer at all."""

    __test__ = False
    REAL_PATIENCE_S = 5.0

    def __init__(self, start: datetime = NOON) -> None:
        self._now = start
        self._waiting: dict[asyncio.Future[None], datetime] = {}

    def now(self) -> datetime:
        return self._now

    def reading(self) -> Reading:
        return Reading(at=self._now, steady_s=self.seconds(), boot="")

    def strayed(self) -> timedelta:
        return timedelta()

    def seconds(self) -> float:
        return self._now.timestamp()

    async def sleep(self, seconds: float) -> None:  # noqa: ARG002 - because whoever moves the clock decides
        await asyncio.sleep(0)

    async def told(self, seconds: float) -> None:
        """Wait until the clock was moved that far: the pauses of the workspace."""
        reached = asyncio.get_running_loop().create_future()
        self._waiting[reached] = self._now + timedelta(seconds=seconds)
        try:
            await asyncio.wait_for(reached, self.REAL_PATIENCE_S if seconds <= self.REAL_PATIENCE_S else None)
        except TimeoutError:
            return
        finally:
            self._waiting.pop(reached, None)

    def move(self, to: datetime) -> None:
        self._now = max(self._now, to)
        for future, moment in list(self._waiting.items()):
            if moment <= self._now and not future.done():
                future.set_result(None)


class Company:
    """Everybody at work, and the bot among them."""

    def __init__(self, workspace: Workspace, practice: Practice, clock: TestClock, url: str) -> None:
        self.workspace, self.practice, self.clock, self.url = workspace, practice, clock, url
        self.bot_clock = BotClock(clock)
        self.heart: Heartbeat
        self.parts: AsyncExitStack
        self.settings: Settings
        self.deck: Deck
        self.store: Store
        self.sockets: Sockets
        self.dana, self.sam, self.sid, self.devi, self.max, self.ada, self.rob, self.gus = (
            practice.person(name)
            for name in (
                "Dana Ito",
                "Sam Okafor",
                "Sid Park",
                "Devi Rao",
                "Max Lind",
                "Ada Brandt",
                "Rob Silva",
                "Gus Vale",
            )
        )
        self.repeats_allowed = False

    # --- the bot's process

    async def start(self) -> None:
        """Join the bot's parts and connect them, as a start of the process does."""
        self.store = open_store(self.url)
        self.parts.push_async_callback(self.store.close)
        session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        await self.parts.enter_async_context(session)
        self.bot_clock.begin()
        self.deck = await join_parts(self.settings, self.store, self.bot_clock, session)
        self.heart = Heartbeat(self.store, self.bot_clock, self.team, self.deck.lateness)
        await self.heart.begin(self.deck.intake)
        await begin_after_restore(self.deck)
        await know_open(self.deck)
        self.deck.standing.speak()
        await (self._over_a_socket() if self.settings.socket_mode else self._over_http())
        await self.deck.lookback.look_once(self.bot_clock.now())

    async def _over_a_socket(self) -> None:
        deck, token = self.deck, self.workspace.credentials.app_token
        sockets = Sockets(deck.bolt, deck.gateway, deck.outage, token, deck.lookback.soon, sleep=self.clock.told)
        self.sockets, task = sockets, asyncio.create_task(sockets.run())
        self.parts.push_async_callback(cancelled, task)
        assert await sockets.wait_connected(5)

    async def _over_http(self) -> None:
        web = WebServer(web_app(_ready, self.deck.bolt), "127.0.0.1", 0)
        await web.start()
        self.parts.push_async_callback(web.stop)
        self.workspace.request_url = f"{web.address}/slack/events"

    def health(self) -> Health:
        deck = self.deck
        return Health(
            deck.store,
            deck.lateness,
            deck.metrics,
            self.clock,
            self.team,
            (lambda: self.sockets.standing) if self.settings.socket_mode else None,
            deck.standing,
            deck.findings,
        )

    async def stop(self) -> None:
        """End it; what is on disk stays."""
        await self.heart.beat()
        await self.parts.aclose()

    async def away(self, how_long: timedelta) -> None:
        """The process ends, and another begins that much later."""
        await self.stop()
        self.clock.move(self.clock.now() + how_long)
        await self.start()
        await self.quiet()

    async def set_clock(self, by: timedelta) -> None:
        """Somebody sets the clock of the bot's machine, and the bot begins anew."""
        self.bot_clock.set(by)
        await self.away(timedelta())

    async def look_back(self) -> None:
        """What the running bot does every two minutes."""
        await self.deck.lookback.look_once(self.bot_clock.now())
        await self.quiet()

    # --- time

    async def quiet(self) -> None:
        """Everything that follows now has happened: ticks, messages, events."""
        await self._asked()
        for _ in range(200):
            await self._events()
            await self.deck.tidings.once()
            ticked = await self.deck.ticker.tick_once(self.bot_clock.now())
            started = await self.deck.courier.drain_once()
            await self.deck.courier.settle()
            if not ticked and not started and not await self._asked_anew():
                await self.deck.homes.once(self.bot_clock.now())
                await self._events()
                return
        raise AssertionError("it never becomes quiet")

    async def _asked(self) -> None:
        """What the running bot does every second while it doubts that Slack answers."""
        if self.deck.outage.doubted:
            await self.deck.outage.ask()

    async def _asked_anew(self) -> bool:
        """The first question of a doubt, and the look back that follows an outage. Whether there was anything to do."""
        if self.deck.outage.doubted and self.deck.outage.answering:
            await self.deck.outage.ask()
            return True
        if self.deck.lookback.wanted and self.deck.outage.answering:
            await self.deck.lookback.look_once(self.bot_clock.now())
            return True
        return False

    async def _events(self) -> None:
        await asyncio.wait_for(self.workspace.delivery.rest(), 8)

    async def minutes(self, count: float) -> None:
        """Move the clock, stopping at every moment at which something is due."""
        target = self.clock.now() + timedelta(minutes=count)
        await self.quiet()
        while (moment := await self._next_moment()) is not None and moment <= target:
            self.clock.move(moment)
            await self.quiet()
        self.clock.move(target)
        await self.quiet()

    async def seconds(self, count: float) -> None:
        await self.minutes(count / 60)

    async def at(self, mark: str) -> None:
        """Move to `12:07`."""
        hours, minutes = map(int, mark.split(":"))
        target = NOON.replace(hour=hours, minute=minutes)
        assert target >= self.clock.now(), "time does not go back"
        await self.minutes((target - self.clock.now()).total_seconds() / 60)

    async def _next_moment(self) -> datetime | None:
        rows = [row for row in await self.surfaces() if row.not_before and _unsent(row)]
        moments = [await self.store.next_due(self.team), *(row.not_before for row in rows)]
        moments += [job.not_before for job in await self.waiting_jobs()]
        moments.append(self.deck.courier.waits_until)
        ours = (m - self.bot_clock.ahead for m in moments if m is not None)
        return min((m for m in ours if m > self.clock.now()), default=None)

    # --- the record

    @property
    def team(self) -> str:
        return self.deck.identity.team

    async def incident(self, number: int = 1) -> Incident:
        return await self.store.incident(self.team, number)

    async def incidents(self) -> list[Incident]:
        return (await self.store.incidents(self.team))[::-1]

    async def entries(self, number: int = 1) -> list[Entry]:
        return await self.store.entries(self.team, number)

    async def kinds(self, number: int = 1) -> list[Kind]:
        return [entry.kind for entry in await self.entries(number)]

    async def last(self, kind: Kind, number: int = 1) -> Entry:
        return [entry for entry in await self.entries(number) if entry.kind is kind][-1]

    async def surfaces(self) -> list[SurfaceRow]:
        numbers = [0, *(incident.number for incident in await self.incidents())]
        return [row for number in numbers for row in await self.store.surfaces(self.team, number)]

    async def waiting_jobs(self) -> list[Any]:
        numbers = [incident.number for incident in await self.incidents()]
        jobs = [job for number in numbers for job in await self.store.jobs(self.team, number)]
        return [job for job in jobs if job.state is JobState.WAITING]

    # --- people

    async def open(
        self,
        by: Person | None = None,
        text: str = "A key in a public gist",
        *,
        trigger: str = COMMITTED,
        keys: str = "prod-gateway",
        **more: Any,
    ) -> Person:
        """Report an incident through the form, as Dana unless said."""
        person = by or self.dana
        await person.command("/incident", text)
        assert person.dialog is not None
        await person.fill({"Trigger": trigger, "Suspect keys": keys or None, **more})
        assert await person.submit() is None
        await self.quiet()
        return person

    async def prompt(self, person: Person, mark: str, *, channel: str = BOT, number: int = 1) -> Seen:
        """The prompt of a step as this person sees it."""
        found = [m for m in await person.messages(channel) if m.text.startswith(head(mark, number))]
        assert found, f"{person.name} sees no prompt {mark} in {channel}"
        return found[-1]

    async def board(self, person: Person | None = None, channel: str = CHANNEL) -> Seen:
        messages = await (person or self.sam).messages(channel)
        return next(m for m in messages if m.raw["pinned"] and "T+0 · " in m.text)

    async def fill_in(self, person: Person, mark: str, values: dict[str, Any], *, number: int = 1) -> None:
        """Press "Complete step" on one's own prompt, fill the form in and send it."""
        await person.press("Complete step", in_message=head(mark, number), channel=BOT)
        await self.send(person, values)

    async def from_board(self, person: Person, mark: str, values: dict[str, Any], *, label: str = "Complete") -> None:
        """The same from the board's row."""
        await person.press(label, row=f"{mark} · ", channel=CHANNEL)
        await self.send(person, values)

    async def send(self, person: Person, values: dict[str, Any]) -> None:
        await person.fill(values)
        assert await person.submit() is None
        await self.quiet()

    async def everything_but_the_ticket_id(self) -> None:
        await self.everything({"Submitted, no ID yet": True})

    async def everything(self, escalated: dict[str, Any] = ESCALATED) -> None:
        """Complete all five steps from the board."""
        for person, mark, values in (
            (self.sam, "T+3", escalated),
            (self.devi, "T+5", REVOKED),
            (self.ada, "T+7", PULLED),
            (self.sam, "T+10", NOTIFIED),
            (self.rob, "T+15", ROTATED),
        ):
            await self.from_board(person, mark, values)

    async def say(self, person: Person, text: str, channel: str = "general") -> str:
        """Run `/incident <text>` and give the private answer, when there is one."""
        reply = await person.command("/incident", text, channel=channel)
        await self.quiet()
        return reply.text if reply else ""

    # --- what everybody sees

    def all_messages(self) -> list[Message]:
        return [message for messages in self.workspace.messages.values() for message in messages]

    def by_bot(self) -> list[Message]:
        return [message for message in self.all_messages() if message.bot_id == self.workspace.bot.bot_id]

    def everything_visible(self) -> str:
        """All that the workspace holds, dialogs and files too."""
        views = [view.source for stack in self.workspace.modals.values() for view in stack]
        files = [file.content for file in self.workspace.files.values()]
        return repr((self.all_messages(), views, files))

    # --- when Slack is in a mood

    def trouble(
        self, *methods: str, error: Exception | Callable[[Call], Exception | None], after: bool = False
    ) -> None:
        """From now on these methods fail, before or after their effect; `error` may decide by the call."""

        async def hook(call: Call) -> None:
            if not methods or call.method in methods:
                raised = error if isinstance(error, Exception) else error(call)
                if raised is not None:
                    raise raised

        self.workspace.before_effect, self.workspace.after_effect = (None, hook) if after else (hook, None)

    def well_again(self) -> None:
        self.workspace.before_effect = self.workspace.after_effect = None

    # --- what must hold after every story

    async def check(self) -> None:
        """The record verifies, the state is its fold, everything is shown, once, as the state says."""
        await self.quiet()
        for incident in await self.incidents():
            entries = await self.entries(incident.number)
            verdict = verify_entries(entries, seq=incident.seq, head=incident.head, state=incident)
            assert verdict.ok, verdict.sentence
            assert fold(entries) == incident
            await self._check_board(incident)
        unsent = [(row.number, row.key) for row in await self.surfaces() if _unsent(row)]
        assert unsent == [], f"never sent: {unsent}"
        self._check_prompts()

    def _check_prompts(self) -> None:
        firsts = ((m.channel, m.thread_ts, m.text.split("\n")[0]) for m in self.by_bot())
        prompts = Counter(first for first in firsts if first[2].startswith("INC-") and first[2].count(" · T+"))
        lists = [m for m in self.by_bot() if " steps at once" in m.text.split("\n")[0]]
        prompts += Counter(
            (m.channel, m.thread_ts, line) for m in lists for line in m.text.split("\n") if line.startswith("INC-")
        )
        repeated = {prompt: count for prompt, count in prompts.items() if count > 1}
        assert self.repeats_allowed or not repeated, f"prompted more than once: {repeated}"

    def _can_change(self, channel: str) -> bool:
        place = self.workspace.channel(channel)
        return not place.is_archived and self.workspace.bot.id in place.members

    async def _check_board(self, incident: Incident) -> None:
        rows = await self.store.surfaces(self.team, incident.number, ["board"])
        if not rows or rows[0].ts is None or rows[0].channel is None or rows[0].state is not SurfaceState.LIVE:
            return
        if rows[0].not_before is not None or not self._can_change(rows[0].channel):
            return  # Slack refuses to change it: the record says so, and it is tried again
        message = self.workspace.message(rows[0].channel, rows[0].ts)
        sections = [block["text"]["text"] for block in message.blocks if block["type"] == "section"]
        assert INCIDENT_LABELS[incident.status] in message.blocks[0]["text"]["text"]
        for step in incident.steps:
            mark = f"{incident.plan(step.key).mark} · "
            row = next(text for text in sections if text.startswith(mark))
            assert f"\n{step.label}" in row, f"the board says {row!r}, the record {step.label!r}"


def _unsent(row: SurfaceRow) -> bool:
    """Bar messages that are there and that Slack refuses to change: those are tried again ever more seldom."""
    refused = row.ts is not None and row.not_before is not None
    return row.state is SurfaceState.LIVE and row.wanted > row.shown and not refused


def lost(_: Call) -> Exception | None:
    return AnswerLost()


def down(_: Call) -> Exception | None:
    return SlackError("service_unavailable", status=200)


def limited(seconds: int) -> SlackError:
    return SlackError("ratelimited", status=429, headers={"Retry-After": str(seconds)})


@asynccontextmanager
async def company_at_work(
    folder: Path, url: str, *, roster: bool | Path = True, http: bool = False, start: datetime = NOON, **settings: Any
) -> AsyncIterator[Company]:
    """The whole company with the bot connected. `url` is a migrated database. With `http` over signed requests."""
    clock = TestClock(start)
    workspace = practice_workspace(now=clock.seconds, sleep=clock.told, manifest=read_manifest(MANIFEST))
    async with (
        serve(workspace) as server,
        Practice(server.url, workspace.credentials.people_token) as practice,
        AsyncExitStack() as parts,
    ):
        company = Company(workspace, practice, clock, url)
        company.parts = parts
        company.settings = _settings(company, folder, server.api_url, roster, http, settings)
        await company.start()
        yield company


async def cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _ready() -> tuple[bool, dict[str, Any]]:
    return True, {}


def _settings(
    company: Company, folder: Path, api_url: str, roster: bool | Path, http: bool, more: dict[str, Any]
) -> Settings:
    file = roster if isinstance(roster, Path) else write_roster(folder / "roster.yaml") if roster else None
    credentials = company.workspace.credentials
    mode = {"slack_signing_secret": credentials.signing_secret} if http else {"slack_app_token": credentials.app_token}
    return Settings(
        _env_file=None,
        slack_bot_token=credentials.bot_token,
        slack_api_url=api_url,
        quarterdeck_database_url=company.url,
        quarterdeck_secret="a secret of the tests, long enough",
        quarterdeck_roster=file,
        **{"quarterdeck_pacing": "off", **mode, **more},
    )
