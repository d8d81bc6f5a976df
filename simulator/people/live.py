"""What one person sees, told as it changes: everything first, then the differences, over a WebSocket.

A WebSocket, because a browser opens no more than six streams of HTTP/1.1 to one place, all windows together, and with
one window for each person the seventh would stand still. https://www.rfc-editor.org/rfc/rfc6455#section-4.1 lets a page
send no header of its own but the protocols, so the token travels there.
"""

import asyncio
import json
from typing import Any

from aiohttp import web

from simulator.model import Json, Message, User
from simulator.people import sight
from simulator.workspace import Workspace

PROTOCOL = "practice-live"
HEARTBEAT_S = 15.0
BURST_S = 0.03  # what happens together is told together


class Eyes:
    """Remembers what one person has been told."""

    def __init__(self, workspace: Workspace, user: User) -> None:
        self._workspace, self._user = workspace, user
        self._told: dict[str, str] = {}
        self._marks: dict[tuple[str, str], tuple[Any, ...]] = {}

    def look(self) -> Json:
        """What is otherwise than at the last look; all there is at the first.

        `messages` are the new and the changed, `gone` names channel and ts of those that are no longer there; every
        other key is one of `sight.SIGHTS`, whole.
        """
        news: Json = {} if self._told else {"whole": True}
        for what, see in sight.SIGHTS.items():
            if what != "messages":
                self._compare(news, what, see(self._workspace, self._user, {}))
        return news | self._compare_messages()

    def _compare(self, news: Json, what: str, seen: Any) -> None:
        text = json.dumps(seen)
        if self._told.get(what) != text:
            self._told[what] = text
            news[what] = seen

    def _compare_messages(self) -> Json:
        readable = {(m.channel, m.ts): m for m in sight.messages(self._workspace, self._user)}
        pins = {(c.id, pin["ts"]) for c in sight.channels(self._workspace, self._user) for pin in c.pins}
        marks = {key: self._mark(message, key in pins) for key, message in readable.items()}
        before, self._marks = self._marks, marks
        changed = [message for key, message in readable.items() if before.get(key) != marks[key]]
        fresh = [sight.message_sight(self._workspace, message, self._user) for message in changed]
        gone = [list(key) for key in before if key not in marks]
        return ({"messages": fresh} if fresh else {}) | ({"gone": gone} if gone else {})

    def _mark(self, message: Message, pinned: bool) -> tuple[Any, ...]:
        """Differs when the person would see the message otherwise; writing each one out at every look is too slow."""
        reactions = [(name, *users) for name, users in message.reactions.items()]
        chosen = json.dumps(message.chosen[self._user.id]) if self._user.id in message.chosen else ""
        parts = (message.text, message.blocks, message.attachments, tuple(message.files))
        return (*parts, message.edited, message.subtype, reactions, chosen, pinned)


class Live:
    """The open connections of all pages."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._open: set[web.WebSocketResponse] = set()

    async def serve(self, request: web.Request, user: User) -> web.WebSocketResponse:
        """Hold one connection until either side ends it."""
        socket = web.WebSocketResponse(protocols=(PROTOCOL,), heartbeat=HEARTBEAT_S)
        await socket.prepare(request)
        self._open.add(socket)
        telling = asyncio.create_task(self._tell(socket, Eyes(self._workspace, user)))
        try:
            async for _ in socket:
                pass  # a page has nothing to say here; the loop ends when it is gone
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
            self._open.discard(socket)
        return socket

    async def close(self) -> None:
        """End all connections; the pages try again by themselves."""
        for socket in list(self._open):
            await socket.close()

    async def _tell(self, socket: web.WebSocketResponse, eyes: Eyes) -> None:
        try:
            while True:
                change = self._workspace.bell.next
                if news := eyes.look():
                    await socket.send_json(news)
                await change.wait()
                await asyncio.sleep(BURST_S)
        except ConnectionError:
            return  # the page is gone, and `serve` hears of it too
        finally:
            await socket.close()
