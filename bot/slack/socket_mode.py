"""Socket Mode over two connections, so that one may go while the other stays. docs/decisions/0010 says why our own.

What Slack sends over either goes into Bolt and is answered where it came from. The same event over both is taken in
once, because its source id is known the second time.
https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import time

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.outage import Outage
from bot.slack.gateway import Gateway
from bot.slack.socket_line import PING_S, Line, Ways
from bot.slack.socket_tickets import Tickets

log = structlog.get_logger()
LINES = 2
ANSWER_S = 2.0  # for what is being answered when we end


class Sockets:
    """`check_token`, then `run` for ever. `back` is called when Slack reaches us again after it could not."""

    def __init__(
        self,
        bolt: AsyncApp,
        gateway: Gateway,
        outage: Outage,
        app_token: str,
        back: Callable[[], None],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        ping_s: float = PING_S,
    ) -> None:
        self._bolt = bolt
        self._gateway = gateway
        self._outage = outage
        self._back = back
        self._sleep = sleep
        self._ping_s = ping_s
        self._tickets = Tickets(gateway, app_token, sleep)
        self._lines: list[Line] = []
        self._answering: set[asyncio.Task[None]] = set()
        self._stands = asyncio.Event()
        self._deaf_since: float | None = None

    @property
    def standing(self) -> int:
        """How many connections stand, as far as is known."""
        return sum(line.standing for line in self._lines)

    async def check_token(self) -> None:
        """Raises `NoSlack` when Slack refuses the app token."""
        await self._tickets.check_token()

    async def wait_connected(self, seconds: float) -> bool:
        """True as soon as a connection stands, False when none does in that time: from then on we are deaf."""
        try:
            async with asyncio.timeout(seconds):
                await self._stands.wait()
        except TimeoutError:
            if not self._stands.is_set():
                self._deaf()
        return self._stands.is_set()

    def _deaf(self) -> None:
        if self._deaf_since is None:
            self._deaf_since = asyncio.get_running_loop().time()
            log.warning("Slack cannot reach us", action="deaf")

    async def run(self) -> None:
        """Keeps both connections up until it is cancelled; what was taken by then is still answered."""
        client = self._gateway.client
        options = {"proxy": client.proxy, "ssl": True if client.ssl is None else client.ssl}
        async with aiohttp.ClientSession() as http:
            ways = Ways(
                http=http,
                tickets=self._tickets,
                over=self._outage.over,
                settled=self._settled,
                sleep=self._sleep,
                ping_s=self._ping_s,
                options=options,
            )
            self._lines = [Line(ways, self._taken, self._told) for _ in range(LINES)]
            async with asyncio.TaskGroup() as tasks:
                for line in self._lines:
                    tasks.create_task(line.run())

    def _told(self, line: Line) -> None:
        """A line came to stand or fell."""
        if not self.standing:
            self._stands.clear()
            self._deaf()
            return
        self._stands.set()
        if self._deaf_since is not None:
            lost_s = asyncio.get_running_loop().time() - self._deaf_since
            log.info("Slack can reach us again", action="hearing", lost_s=round(lost_s, 1))
        if self._deaf_since is not None or (line.standing and line.broke):
            self._deaf_since, line.broke = None, False
            self._back()

    def _taken(self, request: SocketModeRequest, socket: aiohttp.ClientWebSocketResponse) -> None:
        task = asyncio.create_task(self._answer(request, socket))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _settled(self) -> None:
        if self._answering:
            await asyncio.wait(self._answering, timeout=ANSWER_S)

    async def _answer(self, request: SocketModeRequest, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Through Bolt, as its own adapter does it: the acknowledgement is sent when the listener has ended."""
        try:
            answer = await run_async_bolt_app(self._bolt, request)
            await send_async_response(_Voice(socket), request, answer, time())
        except ConnectionError:
            log.warning("an answer came too late", action="answer_unheard")
        except Exception:
            log.exception("a request stumbles", action="request_fault")


class _Voice(AsyncBaseSocketModeClient):
    """As much of the SDK's client as Bolt needs to answer over this very connection."""

    logger = logging.getLogger("slack_bolt")

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def send_message(self, message: str) -> None:
        await self._socket.send_str(message)
