"""Socket Mode: tickets, connections, envelopes. https://docs.slack.dev/apis/events-api/using-socket-mode"""

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import WSCloseCode, WSMsgType, web

from simulator.delivery.parcel import Parcel
from simulator.errors import Undelivered
from simulator.faults.kinds import HANDSHAKES, OUTAGE, SOCKETS
from simulator.model import Json

if TYPE_CHECKING:
    from simulator.workspace import Workspace

MAX_CONNECTIONS = 10
GOODBYES = ("warning", "refresh_requested", "link_disabled")
"""Why Slack says `disconnect`; after a warning the connection stays for about ten seconds."""


@dataclass(eq=False)
class _Connection:
    """A `zombie` is open and silent: no envelope, no answer to a ping, no ear for an acknowledgement."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    zombie: bool = False


class Sockets:
    """Up to ten connections; each envelope goes to one of them: in turn, or by chance when faults have a seed."""

    def __init__(self, workspace: "Workspace") -> None:
        self._workspace = workspace
        self._tickets: set[str] = set()
        self._connections: list[_Connection] = []
        self._turn = 0
        self._somebody = asyncio.Event()

    @property
    def connected(self) -> int:
        return len(self._connections)

    async def wait_connected(self) -> None:
        """Return as soon as at least one connection is open."""
        await self._somebody.wait()

    def issue_url(self) -> str:
        """Make the address of one connection; its ticket is good for a single handshake."""
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        address = self._workspace.url.replace("http", "ws", 1)
        return f"{address}/link/?ticket={ticket}&app_id={self._workspace.app_id}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one connection until either side ends it."""
        ticket, network = request.query.get("ticket", ""), self._workspace.network
        if network.strike(OUTAGE, "handshake"):
            return _hung_up(request)
        if ticket not in self._tickets:
            return web.Response(status=403, text="invalid ticket")
        self._tickets.discard(ticket)
        if blow := network.first(HANDSHAKES, "handshake"):
            lost = blow.fault == "handshake_lost"
            return _hung_up(request) if lost else web.Response(status=403, text="invalid ticket")
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        if self.connected >= MAX_CONNECTIONS:
            await self._say_goodbye(socket, "too_many_websockets")
            return socket
        connection = _Connection(socket, request.transport)
        self._connections.append(connection)
        self._somebody.set()
        try:
            await self._converse(connection)
        finally:
            self._forget(connection)
        return socket

    async def send(self, parcel: Parcel) -> Json:
        """Send an envelope and wait for its acknowledgement. Raises Undelivered when nobody is connected."""
        if not self._connections:
            raise Undelivered("connection_failed")
        connection = self._choose()
        try:
            await self._hurt(connection, parcel)
            return await self._sent(connection, parcel)
        except ConnectionError:  # the bot is gone, also to hear a goodbye
            raise Undelivered("connection_failed") from None

    async def _sent(self, connection: _Connection, parcel: Parcel) -> Json:
        envelope_id = secrets.token_hex(16)
        connection.waiting[envelope_id] = asyncio.get_running_loop().create_future()
        try:
            if not connection.zombie:
                await connection.socket.send_json(_envelope(envelope_id, parcel))
            return await connection.waiting[envelope_id]
        finally:
            connection.waiting.pop(envelope_id, None)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to go and hang up. Slack does this every few hours.

        With `warning` the connections stay open, as Slack gives about ten seconds' notice.
        """
        for connection in list(self._connections):
            await self._say_goodbye(connection.socket, reason)
            if reason != "warning":
                self._forget(connection)

    def cut(self) -> None:
        """Break every connection without a word."""
        for connection in list(self._connections):
            self._cut(connection)

    def turn_zombie(self) -> None:
        """Let every connection that is open now fall silent for good; later ones are well."""
        for connection in self._connections:
            connection.zombie = True

    async def close(self) -> None:
        for connection in list(self._connections):
            await connection.socket.close(code=WSCloseCode.GOING_AWAY)
            self._forget(connection)

    async def _converse(self, connection: _Connection) -> None:
        await connection.socket.send_json(self._hello())
        async for frame in connection.socket:
            if self._workspace.network.is_out():
                self._cut(connection)
            elif connection.zombie:
                continue
            elif frame.type is WSMsgType.PING:
                await connection.socket.pong(frame.data)
            elif frame.type is WSMsgType.TEXT:
                _take_ack(connection, frame.data)

    def _choose(self) -> _Connection:
        self._turn += 1
        faults = self._workspace.network.faults
        turn = self._turn if faults.seed is None else faults.chance("connection", self._turn).randrange(self.connected)
        return self._connections[turn % self.connected]

    async def _hurt(self, connection: _Connection, parcel: Parcel) -> None:
        """Let one connection suffer just before an envelope. Raises Undelivered when it does not survive that."""
        blow = self._workspace.network.first(SOCKETS, parcel.name, id=parcel.id)
        if blow is None:
            return
        match blow.fault.removeprefix("socket_"):
            case "zombie":
                connection.zombie = True
            case "cut":
                self._cut(connection)
                raise Undelivered("connection_failed")
            case "warning":
                await self._say_goodbye(connection.socket, "warning")
            case reason:
                await self._say_goodbye(connection.socket, reason)
                self._forget(connection)
                raise Undelivered("connection_failed")

    def _cut(self, connection: _Connection) -> None:
        if connection.transport is not None:
            connection.transport.abort()
        self._forget(connection)

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": self.connected,
            "connection_info": {"app_id": self._workspace.app_id},
            "debug_info": {"host": "practice", "approximate_connection_time": 18060},
        }

    def _forget(self, connection: _Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
        if not self._connections:
            self._somebody.clear()
        for future in connection.waiting.values():
            if not future.done():
                future.set_exception(Undelivered("connection_failed"))

    async def _say_goodbye(self, socket: web.WebSocketResponse, reason: str) -> None:
        await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "practice"}})
        if reason != "warning":
            await socket.close()


def _envelope(envelope_id: str, parcel: Parcel) -> Json:
    envelope: Json = {
        "envelope_id": envelope_id,
        "type": parcel.kind,
        "accepts_response_payload": parcel.kind != "events_api",
        "payload": parcel.payload,
    }
    if parcel.kind == "events_api":
        envelope |= {"retry_attempt": parcel.attempt, "retry_reason": parcel.retry_reason}
    return envelope


def _take_ack(connection: _Connection, text: str) -> None:
    try:
        ack = json.loads(text)
    except ValueError:
        return  # Slack ignores what it cannot read, and so the envelope runs into its deadline
    future = connection.waiting.get(ack.get("envelope_id", "")) if isinstance(ack, dict) else None
    if future is not None and not future.done():
        payload = ack.get("payload")
        future.set_result(payload if isinstance(payload, dict) else {})


def _hung_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
