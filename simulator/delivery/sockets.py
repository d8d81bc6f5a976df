"""Socket Mode: tickets, connections, envelopes. https://docs.slack.dev/apis/events-api/using-socket-mode"""

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import WSCloseCode, WSMsgType, web

from simulator.delivery.parcel import Parcel
from simulator.errors import Undelivered
from simulator.model import Json

if TYPE_CHECKING:
    from simulator.workspace import Workspace

MAX_CONNECTIONS = 10


@dataclass(eq=False)
class _Connection:
    socket: web.WebSocketResponse
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)


class Sockets:
    """Up to ten connections; each envelope goes to one of them, in turn."""

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
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403, text="invalid ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if self.connected >= MAX_CONNECTIONS:
            await self._say_goodbye(socket, "too_many_websockets")
            return socket
        connection = _Connection(socket)
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
        self._turn += 1
        connection = self._connections[self._turn % self.connected]
        envelope_id = secrets.token_hex(16)
        connection.waiting[envelope_id] = asyncio.get_running_loop().create_future()
        try:
            await connection.socket.send_json(_envelope(envelope_id, parcel))
            return await connection.waiting[envelope_id]
        except ConnectionError:
            raise Undelivered("connection_failed") from None
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

    async def close(self) -> None:
        for connection in list(self._connections):
            await connection.socket.close(code=WSCloseCode.GOING_AWAY)
            self._forget(connection)

    async def _converse(self, connection: _Connection) -> None:
        await connection.socket.send_json(self._hello())
        async for frame in connection.socket:
            if frame.type is WSMsgType.TEXT:
                _take_ack(connection, frame.data)

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
