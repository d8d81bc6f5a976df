"""Start, run, stop: in this order, and in the reverse. Everything that was acknowledged is on disk at any moment."""

import asyncio
import contextlib
import gc
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import structlog

from bot.bootstrap import Deck, join_parts
from bot.clock import Clock, SystemClock
from bot.crashpoints import passing
from bot.ending import Stopped, ended, unless
from bot.errors import SlackTrouble, Stop
from bot.fingerprints import secret_of
from bot.health import Health
from bot.heartbeat import Heartbeat
from bot.restoring import begin_after_restore
from bot.settings import Settings
from bot.slack.socket_mode import Sockets
from bot.timekeeping import JUMP
from bot.web.server import WebServer, web_app
from storage.errors import DamagedDatabase, DatabaseUnavailable, StorageError
from storage.lock import Held, hold
from storage.migrations import migrate
from storage.soundness import require_sound
from storage.sql_store import open_store

log = structlog.get_logger()
BEAT_S = 5.0
BEAT_AGAIN_S = 1.0  # while it cannot be written
REFRESH_S = 300.0
LAST_WORDS_S = 3.0
LOOK_AT_CLOCK_S = 1.0
LOCK_ANSWERS_S = 2.0
SLACK_ANSWERS_S = 2.0
BEGIN_AGAIN_S = 2.0


async def run(settings: Settings, *, on_ready: Callable[[str], None] = lambda _: None) -> None:
    """Runs until SIGTERM or SIGINT. `on_ready` gets the HTTP address once Slack can reach us. Raises `Stop`."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    death, said = Death(), None
    try:
        while not stopping.is_set():
            clock = SystemClock()  # anew after each round: as the machine's is now
            try:
                async with running(settings, clock, death, stopping) as (address, deck):
                    _keep_from_collection()
                    passing("ready")
                    on_ready(address)
                    said = ""
                    await _until_stopped_or_set(stopping, clock, deck)
            except Stopped:
                _say_stopping()
            except (Stop, DatabaseUnavailable) as error:
                if said is None or isinstance(error, DamagedDatabase):
                    raise
                said = await _try_again(error, said, stopping)
    except StorageError as error:
        raise Stop(str(error)) from None
    if death.cause is not None:
        raise death.cause


async def _until_stopped_or_set(stopping: asyncio.Event, clock: Clock, deck: Deck) -> None:
    """Returns when the end is asked for, or when the machine's clock was set: what counts moments begins anew then."""
    waits = False
    while True:
        if abs(stray := clock.strayed()) >= JUMP:
            by_s = round(stray.total_seconds(), 3)
            if await _may_begin_anew(deck):
                log.warning("the clock was set, beginning anew", action="clock_set", by_s=by_s)
                return
            if not waits:
                log.warning("the clock was set, followed when all is well again", action="clock_set_waits", by_s=by_s)
            waits = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_AT_CLOCK_S):
                await stopping.wait()
            _say_stopping()
            return


def _say_stopping() -> None:
    log.info("stopping", action="stopping")


async def _may_begin_anew(deck: Deck) -> bool:
    """Not while Slack or the record would refuse a start: until then this one's time is as good as any."""
    if deck.store.trouble is not None or not deck.outage.answering:
        return False
    try:
        async with asyncio.timeout(SLACK_ANSWERS_S):
            await deck.gateway.identity()
    except (SlackTrouble, TimeoutError):
        return False
    return True


async def _try_again(error: Exception, said: str, stopping: asyncio.Event) -> str:
    """What would end a start does not end what ran already: it is said once and tried until it works."""
    if said != str(error):
        log.error("cannot begin anew yet", action="begin_again_fault", why=str(error))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(BEGIN_AGAIN_S):
            await stopping.wait()
    return str(error)


@dataclass
class Death:
    """Why a part died, so that the exit code tells a supervisor that this was no ordinary end."""

    cause: Exception | None = None


@contextlib.asynccontextmanager
async def running(
    settings: Settings, clock: Clock, death: Death, stopping: asyncio.Event
) -> AsyncIterator[tuple[str, Deck]]:
    """The whole bot as a block; gives the address of its HTTP server, and its parts.

    `death` says afterwards why it ended itself. Raises `Stop`, `StorageError`, and `Stopped` when `stopping` is set
    while Slack is asked.
    """
    url = settings.database_url
    if settings.on_sqlite:
        os.umask(0o077)  # the record is nobody else's to read
        _make_folder(url)
    with hold(url) as held:
        secret_of(settings)  # made before the record is, so that no record is ever without its secret
        await asyncio.to_thread(migrate, url)
        await asyncio.to_thread(require_sound, url)
        passing("starting")
        store = open_store(url)
        try:
            timeout = aiohttp.ClientTimeout(total=30)
            async with aiohttp.ClientSession(timeout=timeout) as http:
                deck = await unless(stopping, join_parts(settings, store, clock, http))
                async with _started(deck, settings, clock, held, death, stopping) as address:
                    yield address, deck
        finally:
            await store.close()


@contextlib.asynccontextmanager
async def _started(
    deck: Deck, settings: Settings, clock: Clock, held: Held, death: Death, stopping: asyncio.Event
) -> AsyncIterator[str]:
    heart = Heartbeat(deck.store, clock, deck.identity.team, deck.lateness, deck.lateness.ran)
    await _begin(deck, heart)
    sockets = _sockets(deck, settings)
    web = await unless(stopping, _doors(deck, settings, clock, sockets))
    deck.standing.speak()
    loops = [
        deck.courier.run(),
        deck.ticker.run(),
        deck.homes.run(),
        deck.outage.run(),
        deck.housekeeping.run(),
        deck.tidings.run(),
        _beat(heart, clock, held),
        _refresh(deck, clock),
    ]
    tasks = [asyncio.create_task(_for_ever(loop, death)) for loop in loops]
    try:
        await web.start()
        if sockets:
            tasks.append(asyncio.create_task(_for_ever(sockets.run(), death)))
            await unless(stopping, sockets.wait_connected(5.0))
        log.info(
            "ready", action="ready", team=deck.identity.team, http=web.address, mode="socket" if sockets else "http"
        )
        tasks.append(asyncio.create_task(_for_ever(deck.lookback.run(), death)))
        yield web.address
    finally:
        # First of all nothing more is begun: when the lock was lost, another Quarterdeck may be sending already.
        await _end(deck, heart, tasks)
        await web.stop()


def _sockets(deck: Deck, settings: Settings) -> Sockets | None:
    if settings.slack_app_token is None:
        return None
    token = settings.slack_app_token.get_secret_value()
    return Sockets(deck.bolt, deck.gateway, deck.outage, token, deck.lookback.soon)


async def _begin(deck: Deck, heart: Heartbeat) -> None:
    """What is written down and counted before anything runs."""
    team = deck.identity.team
    await heart.begin(deck.intake)
    await begin_after_restore(deck)
    await deck.store.set_meta("", "team", team)  # for the command line, which asks nothing of Slack
    await know_open(deck)


async def know_open(deck: Deck) -> None:
    """What stands open already; from then on commits tell."""
    async for some in deck.store.open_incidents(deck.identity.team):
        deck.metrics.know(some)
        deck.findings.know(some)


async def _doors(deck: Deck, settings: Settings, clock: Clock, sockets: Sockets | None) -> WebServer:
    """The HTTP server, which has its port but does not answer yet. Raises `Stop` for a token or port of no use."""
    standing = (lambda: sockets.standing) if sockets else None
    team = deck.identity.team
    health = Health(deck.store, deck.lateness, deck.metrics, clock, team, standing, deck.standing, deck.findings)
    if sockets:
        await sockets.check_token()
    app = web_app(health.readiness, None if sockets else deck.bolt, health.scrape)
    return WebServer(app, settings.quarterdeck_http_host, settings.quarterdeck_http_port)


async def _end(deck: Deck, heart: Heartbeat, tasks: list[asyncio.Task[None]]) -> None:
    """What is under way may finish; what is not goes on after the next start."""
    await ended(tasks)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LAST_WORDS_S):
            await deck.courier.settle()
    with contextlib.suppress(StorageError, TimeoutError):  # a server that is cut off does not even refuse
        async with asyncio.timeout(LAST_WORDS_S):
            await heart.beat()


def _keep_from_collection() -> None:
    """What was loaded by now stays. Searching it for garbage again and again would hold up acts, 40 ms each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)  # an act makes some thousands of objects, and hardly a circle among them
    gc.enable()  # off during the start, see `__main__.run`


async def _for_ever(loop: Awaitable[None], death: Death) -> None:
    """A loop that dies takes the process down: half a Quarterdeck would be silent, a supervisor starts a whole one."""
    try:
        await loop
    except Exception as error:
        log.exception("a part of Quarterdeck died", action="part_died")
        death.cause = death.cause or error
        signal.raise_signal(signal.SIGTERM)


async def _beat(heart: Heartbeat, clock: Clock, held: Held) -> None:
    """Says that we run, and stops us when we are no longer the one that may."""
    pause_s, lock = BEAT_S, ThreadPoolExecutor(1, thread_name_prefix="lock")
    while True:
        await clock.sleep(pause_s)
        if not await still_held(held, lock):
            raise Stop("The lock on the database was lost; another Quarterdeck may run now.")
        pause_s = BEAT_S if await heart.beat() else BEAT_AGAIN_S


async def still_held(held: Held, thread: Executor) -> bool:
    """A database that does not answer in time counts as lost: nobody knows who holds the lock.

    `thread` is the question's own: the shared ones may all be busy with exports, which says nothing about the lock.
    """
    try:
        async with asyncio.timeout(LOCK_ANSWERS_S):
            return await asyncio.get_running_loop().run_in_executor(thread, held.still)
    except TimeoutError:
        return False


async def _refresh(deck: Deck, clock: Clock) -> None:
    while True:
        await clock.sleep(REFRESH_S)
        try:
            await deck.rosters.reload()
            await deck.people.refresh(deck.findings.gone)
            deck.tidings.look_at_people()
        except Exception:
            # Roster and people stay as they were known; a strange answer about one of them must not end the process.
            log.exception("roster and people could not be looked up again", action="refresh_fault")


def _make_folder(url: str) -> None:
    folder = Path(url.removeprefix("sqlite:///")).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Stop(f"QUARTERDECK_DATABASE_URL: the folder {folder} cannot be made ({error.strerror}).") from None
