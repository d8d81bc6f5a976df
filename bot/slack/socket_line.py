"""One place at Slack's door: one connection after the other, each with a ticket of its own.

A connection ends because Slack says so (every few hours), because it breaks, or because it is silent: a ping stays
without a pong. In each case the next is opened at once; where Slack said so the old one is still heard until it closes.
https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.errors import SlackTrouble
from bot.patience import longer
from bot.slack.socket_tickets import Tickets

log = structlog.get_logger()
PING_S = 5.0  # silent for that long: a ping; half as long without a pong: gone
HANDSHAKE_S = 5.0  # until Slack has said hello
CLOSE_S = 1.0
LINGER_S = 15.0  # how long a connection is heard after its goodbye
STEADY_S = 30.0  # a connection that lived that long was a good one
MOST_PAUSE_S = 30.0
Taken = Callable[[SocketModeRequest, aiohttp.ClientWebSocketResponse], None]
Told = Callable[["Line"], None]


def pause(failures: int) -> float:
    """Seconds until the next try: none after a good connection, then ever longer, and never all at the same moment."""
    most = longer(failures - 1, MOST_PAUSE_S) if failures else 0.0
    return random.uniform(most / 2, most)  # noqa: S311 - because nobody needs to be surprised


class Unfriendly(Exception):
    """Slack took the connection, but said something else than hello."""


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How a line gets at connections: the same for all."""

    http: aiohttp.ClientSession
    tickets: Tickets
    over: Callable[[], Awaitable[None]]  # when no outage stands in the way
    settled: Callable[[], Awaitable[None]]  # when what was taken is answered
    sleep: Callable[[float], Awaitable[None]]
    ping_s: float = PING_S
    options: dict[str, Any]  # proxy and the like


class Line:
    """`run` for ever. `taken` gets every request, `told` hears whenever the line comes to stand or falls."""

    def __init__(self, ways: Ways, taken: Taken, told: Told) -> None:
        self._ways = ways
        self._taken = taken
        self._told = told
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._said = ""  # the last trouble that was logged
        self.broke = False  # whether the last connection ended without a goodbye

    @property
    def standing(self) -> bool:
        """Slack can reach us by it, as far as is known."""
        return self._socket is not None and not self._socket.closed

    async def run(self) -> None:
        failures, loop = 0, asyncio.get_running_loop()
        async with asyncio.TaskGroup() as listening:
            while True:
                began, ended = loop.time(), asyncio.Event()
                try:
                    self._socket = await self._connect()
                    began = loop.time()
                except (SlackTrouble, Unfriendly, aiohttp.ClientError, OSError) as error:
                    self._say(error)
                else:
                    self._said = ""
                    self._told(self)
                    listening.create_task(self._listen(self._socket, ended))
                    await ended.wait()
                failures = 0 if ended.is_set() and loop.time() - began >= STEADY_S else failures + 1
                await self._ways.sleep(pause(failures))

    async def _connect(self) -> aiohttp.ClientWebSocketResponse:
        await self._ways.over()
        address = await self._ways.tickets.next()
        close = aiohttp.ClientWSTimeout(ws_close=CLOSE_S)
        async with asyncio.timeout(HANDSHAKE_S):
            socket: aiohttp.ClientWebSocketResponse = await self._ways.http.ws_connect(
                address, heartbeat=self._ways.ping_s, timeout=close, **self._ways.options
            )
            try:
                hello = _read(await socket.receive())
            except BaseException:
                await socket.close()  # or Slack would give envelopes to a connection that nobody reads
                raise
        if hello.get("type") != "hello":
            await socket.close()
            raise Unfriendly(str(hello.get("reason") or "no hello"))
        return socket

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse, ended: asyncio.Event) -> None:
        """Until it closes, or a while after Slack's goodbye. When we end, what was taken is answered first."""
        goodbye = ""
        try:
            async with asyncio.timeout(None) as limit:
                async for frame in socket:
                    said = _read(frame)
                    if said.get("type") == "disconnect":
                        goodbye = str(said.get("reason"))
                        limit.reschedule(asyncio.get_running_loop().time() + LINGER_S)
                        ended.set()
                    elif request := _request(said):
                        self._taken(request, socket)
        except TimeoutError:
            pass  # it was replaced long ago
        except asyncio.CancelledError:
            await self._ways.settled()
            raise
        finally:
            await socket.close()
        self.broke = self.broke or not goodbye
        ended.set()
        log.info("a connection ended", action="socket_ended", why=goodbye or _why(socket))
        self._told(self)

    def _say(self, error: Exception) -> None:
        """Each trouble once, until there is a connection."""
        why = _words(error)
        if why != self._said:
            self._said = why
            log.warning("no socket yet", action="socket_not_yet", why=why)


def _read(frame: aiohttp.WSMessage) -> dict[str, Any]:
    """What Slack said; nothing when it cannot be read."""
    if frame.type is not aiohttp.WSMsgType.TEXT:
        return {}
    try:
        said = json.loads(frame.data)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _request(said: dict[str, Any]) -> SocketModeRequest | None:
    """What Slack wants of us, if that is what it said. Nothing that comes over the wire may end the connection."""
    try:
        return SocketModeRequest.from_dict(said)
    except (TypeError, ValueError):  # of a payload that is none
        return None


def _words(error: Exception) -> str:
    """The errors of aiohttp hold the address, and with it a ticket."""
    if isinstance(error, aiohttp.WSServerHandshakeError):
        return f"handshake refused (HTTP {error.status})"
    return str(error) if isinstance(error, SlackTrouble | Unfriendly) else type(error).__name__


def _why(socket: aiohttp.ClientWebSocketResponse) -> str:
    silent = isinstance(socket.exception(), aiohttp.ServerTimeoutError)
    return "silent" if silent else f"closed ({socket.close_code})"
