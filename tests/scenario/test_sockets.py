"""Both connections to Slack, over real sockets: cut, silent, refused, limited, sent away. No pause is really waited."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import SystemClock
from bot.errors import NoSlack
from bot.lateness import Lateness
from bot.outage import Outage
from bot.slack.gateway import Gateway
from bot.slack.socket_line import MOST_PAUSE_S, pause
from bot.slack.socket_mode import LINES, Sockets
from simulator import losses
from simulator.company import practice_workspace
from simulator.web import Server, serve
from simulator.workspace import Patience, Workspace
from storage.memory_store import MemoryStore
from tests.scenario.company import cancelled
from tests.simulator.conftest import make_app
from tests.simulator.test_delivery import say

PING_S = 0.1


class Bot:
    """As much of a bot as listens. `heard` are the texts of messages, `pauses` what it would have waited."""

    def __init__(self, server: Server, http: aiohttp.ClientSession) -> None:
        self.workspace: Workspace = server.workspace
        client = AsyncWebClient(server.workspace.credentials.bot_token, base_url=server.api_url, retry_handlers=[])
        self.gateway = Gateway(client, http)
        self.lateness = Lateness(MemoryStore(), SystemClock())
        self.outage = Outage(self.gateway, self.lateness, SystemClock())
        self.heard: list[str] = []
        self.pauses: list[float] = []
        self.backs = 0
        app = make_app(server, client)
        app.event("message")(self._hear)
        self.sockets = self._sockets(app)

    def _sockets(self, app: AsyncApp) -> Sockets:
        token = self.workspace.credentials.app_token
        return Sockets(app, self.gateway, self.outage, token, self._back, sleep=self._pause, ping_s=PING_S)

    async def _hear(self, event: dict[str, str], ack: Callable[[], Awaitable[None]]) -> None:
        self.heard.append(event["text"])
        await ack()

    def _back(self) -> None:
        self.backs += 1

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    @property
    def opened(self) -> int:
        return len(self.workspace.ledger.calls("apps.connections.open"))

    async def stands(self, count: int = LINES) -> None:
        """Both sides agree that so many connections stand."""
        async with asyncio.timeout(10):
            while not count == self.sockets.standing == self.workspace.delivery.sockets.connected:  # noqa: ASYNC110 - because nobody tells when Slack has noticed
                await asyncio.sleep(0.005)

    async def hears(self, text: str) -> None:
        say(self.workspace, text)
        await self.workspace.delivery.settle()
        assert self.heard.count(text) == 1


@asynccontextmanager
async def listening() -> AsyncIterator[Bot]:
    workspace = practice_workspace(patience=Patience(ack_s=0.3, retries_s=(0.0, 0.0, 0.0)))
    async with serve(workspace) as server, aiohttp.ClientSession() as http:
        bot = Bot(server, http)
        tasks = [asyncio.create_task(bot.sockets.run()), asyncio.create_task(bot.outage.run())]
        try:
            await bot.stands()
            yield bot
        finally:
            for task in tasks:
                await cancelled(task)


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    async with listening() as bot:
        yield bot


async def test_two_connections_share_what_slack_sends(bot: Bot) -> None:
    for number in range(6):
        await bot.hears(str(number))

    assert bot.opened == LINES
    assert bot.backs == 0


async def test_a_start_that_nobody_hears_of_is_followed_by_a_look_back() -> None:
    async with serve(practice_workspace()) as server, aiohttp.ClientSession() as http:
        server.workspace.network.order("handshake_refused", lasting_s=3600)
        bot = Bot(server, http)
        task = asyncio.create_task(bot.sockets.run())
        assert not await bot.sockets.wait_connected(0.1)
        server.workspace.network.clear()
        await bot.stands()
        await cancelled(task)

    assert bot.backs == 1


async def test_after_a_cut_both_come_back_at_once_and_a_look_back_follows(bot: Bot) -> None:
    bot.workspace.delivery.sockets.cut()
    await bot.stands()
    await bot.hears("after the cut")

    assert bot.opened == 2 * LINES
    assert max(bot.pauses) <= 1
    assert bot.backs >= 1


async def test_a_cut_of_one_leaves_the_other(bot: Bot) -> None:
    bot.workspace.network.order("socket_cut", count=1)
    await bot.hears("during the cut")
    await bot.stands()

    assert bot.opened == LINES + 1


async def test_silence_is_noticed_by_the_missing_pong(bot: Bot) -> None:
    bot.workspace.delivery.sockets.turn_zombie()
    async with asyncio.timeout(10):
        while bot.opened < 2 * LINES:  # noqa: ASYNC110 - because a ledger tells nobody
            await asyncio.sleep(0.005)
    await bot.stands()
    await bot.hears("after the silence")

    assert bot.backs >= 1


@pytest.mark.parametrize("fault", ["handshake_refused", "handshake_lost"])
async def test_a_failing_handshake_never_sticks_to_its_spent_ticket(bot: Bot, fault: str) -> None:
    bot.workspace.network.order(fault, count=4)
    bot.workspace.delivery.sockets.cut()
    await bot.stands()
    await bot.hears("in the end")

    assert bot.opened == 2 * LINES + 4, "a ticket for each try"


async def test_opening_that_fails_is_tried_ever_more_seldom(bot: Bot) -> None:
    bot.workspace.network.order("error_before", count=8, names=["apps.connections.open"])
    bot.workspace.delivery.sockets.cut()
    await bot.stands()

    assert sorted(bot.pauses)[-1] > 4
    assert bot.outage.ended_at is None, "one method that fails alone is no outage"


async def test_retry_after_is_obeyed_by_both(bot: Bot) -> None:
    bot.workspace.network.order("limited", count=1, names=["apps.connections.open"], seconds=27)
    bot.workspace.delivery.sockets.cut()
    await bot.stands()

    assert [one for one in bot.pauses if 20 < one <= 27]


async def test_no_more_than_ten_tickets_a_minute(bot: Bot) -> None:
    for _ in range(6):
        bot.workspace.delivery.sockets.cut()
        await bot.stands()

    assert len([one for one in bot.pauses if one > 30]) >= 1, "the eleventh waits for the minute to pass"


async def test_what_is_no_envelope_is_passed_over(bot: Bot) -> None:
    strange = {"type": "events_api", "envelope_id": "E1", "payload": None}
    for connection in bot.workspace.delivery.sockets._connections:
        await connection.socket.send_json(strange)
    await bot.hears("all the same")

    assert bot.opened == LINES, "over the connections that stood"


@pytest.mark.parametrize("reason", ["refresh_requested", "link_disabled"])
async def test_slack_sends_one_away_and_the_other_hears(bot: Bot, reason: str) -> None:
    bot.workspace.network.order(f"socket_{reason}", count=1)
    await bot.hears("meanwhile")
    await bot.stands()

    assert bot.opened == LINES + 1
    assert bot.backs == 0, "nothing was missed"


async def test_at_a_warning_the_next_stands_before_the_last_goes(bot: Bot) -> None:
    await bot.workspace.delivery.sockets.disconnect("warning")
    async with asyncio.timeout(10):
        while bot.workspace.delivery.sockets.connected < 2 * LINES:  # noqa: ASYNC110 - because Slack tells nobody
            await asyncio.sleep(0.005)
    for number in range(2 * LINES):
        await bot.hears(str(number))

    assert bot.backs == 0


async def test_while_slack_is_away_nobody_asks_for_tickets(bot: Bot) -> None:
    bot.workspace.network.order("outage", lasting_s=3600)
    bot.workspace.delivery.sockets.cut()
    async with asyncio.timeout(10):
        while bot.outage.answering:  # noqa: ASYNC110 - because only its end is told
            await asyncio.sleep(0.005)
    tried = len([one for one in bot.workspace.ledger.faults("outage") if one.facts["of"] == "apps.connections.open"])
    assert tried < 20
    assert bot.sockets.standing == 0
    bot.workspace.network.clear()
    await bot.stands()
    await bot.hears("back again")

    assert bot.lateness.slack_down_since is None


async def test_what_is_being_answered_when_we_end_is_still_acknowledged() -> None:
    async with listening() as bot:
        bot.workspace.patience = Patience(ack_s=3, retries_s=())
        say(bot.workspace, "the last word")
        while not bot.heard:  # noqa: ASYNC110 - because Slack tells nobody
            await asyncio.sleep(0)
    await bot.workspace.delivery.settle()

    assert [one.facts["acked"] for one in bot.workspace.ledger.deliveries()] == [True]


async def test_an_app_token_of_no_use_is_said_at_the_start(bot: Bot) -> None:
    losses.revoke_token(bot.workspace, "app")
    with pytest.raises(NoSlack, match=r"SLACK_APP_TOKEN.*Copy an App-Level Token"):
        await bot.sockets.check_token()


def test_pauses_grow_and_differ() -> None:
    assert pause(0) == 0
    assert 0.5 <= pause(1) <= 1
    assert MOST_PAUSE_S / 2 <= pause(20) <= MOST_PAUSE_S
    assert pause(10_000) <= MOST_PAUSE_S, "after a night without Slack"
    assert len({pause(5) for _ in range(10)}) > 1
