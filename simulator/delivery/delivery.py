"""The one way from the workspace to the bot: deadlines, redelivery, and the record of both.

Events are retried, interactions and commands are not: https://docs.slack.dev/apis/events-api/#retries
"""

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.delivery.parcel import Answer, Parcel, ParcelKind, Transport
from simulator.delivery.request_url import RequestUrl
from simulator.delivery.sockets import Sockets
from simulator.delivery.subscriptions import subscribed
from simulator.errors import Undelivered
from simulator.faults import deliveries
from simulator.faults.deliveries import Course
from simulator.faults.kinds import OUTAGE
from simulator.model import Channel, Json

if TYPE_CHECKING:
    from simulator.workspace import Workspace


WAKING_TURNS = 5
"""How often the loop turns until whoever was just told that the time has come is awake."""


class Delivery:
    """Sends to the request URL when one is set, through Socket Mode otherwise; never both, as in Slack."""

    def __init__(self, workspace: "Workspace") -> None:
        self._workspace = workspace
        self.sockets = Sockets(workspace)
        self.request_url = RequestUrl(workspace)
        self._tasks: set[asyncio.Task[None]] = set()
        self._pausing = 0
        self._stirred = asyncio.Event()
        self._held_back: list[asyncio.Event] = []

    @property
    def transport(self) -> Transport:
        return self.request_url if self._workspace.request_url else self.sockets

    def event(self, event: Json, channel: Channel | None = None) -> None:
        """Deliver an event if the app subscribes to it and may see where it happened; retry in the background."""
        if subscribed(self._workspace, event, channel):
            body = self._event_callback(event, channel)
            parcel = Parcel(kind="events_api", name=event["type"], id=body["event_id"], payload=body)
            self._start(deliveries.course(self._workspace.network, parcel))

    async def interaction(self, kind: ParcelKind, name: str, payload: Json) -> Answer:
        """Deliver a press, submission or command once and wait for its acknowledgement."""
        parcel = Parcel(kind=kind, name=name, id=self._workspace.ids.new("In"), payload=_frozen(payload))
        return await self._attempt(deliveries.interaction(self._workspace.network, parcel))

    async def settle(self) -> None:
        """Wait until every event has been acknowledged or given up."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def rest(self) -> None:
        """Wait until nothing moves: what is not acknowledged or given up waits for a later moment."""
        for _ in range(WAKING_TURNS):
            await asyncio.sleep(0)
        while len(self._tasks) > self._pausing:
            self._stirred.clear()
            await self._stirred.wait()

    async def close(self) -> None:
        """Stop retrying and hang up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.sockets.close()
        await self.request_url.close()

    def _start(self, course: Course) -> None:
        """Let an event set out; the next one that goes straight away lets those held back go after it."""
        passed, behind = asyncio.Event(), list[asyncio.Event]()
        if course.overtaken:
            self._held_back.append(passed)
        elif course.copies and not course.pause_s:
            behind, self._held_back = self._held_back, []
        for _ in range(course.copies):
            task = asyncio.get_running_loop().create_task(self._persist(course, passed, behind))
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._stirred.set()

    async def _persist(self, course: Course, passed: asyncio.Event, behind: list[asyncio.Event]) -> None:
        happened_at = self._workspace.now()
        if course.pause_s:
            await self._linger(course.pause_s, passed)
        if self._workspace.now() - happened_at > self._workspace.patience.late_s:
            return
        parcel = course.parcel
        answer = await self._attempt(parcel)
        for event in behind:
            event.set()
        for attempt, pause_s in enumerate(self._workspace.patience.retries_s, start=1):
            if answer.acked or answer.final:
                return
            if pause_s:
                await self._pause(pause_s)
            answer = await self._attempt(replace(parcel, attempt=attempt, retry_reason=answer.reason, fate=""))

    async def _linger(self, seconds: float, passed: asyncio.Event) -> None:
        """Hold an event back until its time has come, or until the one after it has gone before it."""
        ways = [asyncio.ensure_future(self._pause(seconds)), asyncio.ensure_future(passed.wait())]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _pause(self, seconds: float) -> None:
        self._pausing += 1
        self._stirred.set()
        try:
            await self._workspace.sleep(seconds)
        finally:
            self._pausing -= 1

    async def _attempt(self, parcel: Parcel) -> Answer:
        started_at = self._workspace.now()
        try:
            answer = Answer(acked=True, body=await self._within_deadline(parcel))
        except Undelivered as missed:
            answer = Answer(acked=False, reason=missed.reason, final=missed.final)
        self._workspace.ledger.append(
            "delivery",
            parcel.name,
            started_at,
            id=parcel.id,
            attempt=parcel.attempt,
            acked=answer.acked,
            reason=answer.reason,
            ack=answer.body,
            payload=parcel.payload,
        )
        return answer

    async def _within_deadline(self, parcel: Parcel) -> Json:
        if parcel.fate == "lost" or self._workspace.network.strike(OUTAGE, parcel.name, id=parcel.id):
            raise Undelivered("connection_failed")
        sending = asyncio.ensure_future(self.transport.send(parcel))
        deadline = asyncio.ensure_future(self._workspace.sleep(self._workspace.patience.ack_s))
        try:
            await asyncio.wait({sending, deadline}, return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                raise Undelivered("http_timeout")
            body = sending.result()
            if parcel.fate == "unheard":
                raise Undelivered("http_timeout")
            return body
        finally:
            sending.cancel()
            deadline.cancel()

    def _event_callback(self, event: Json, channel: Channel | None) -> Json:
        workspace = self._workspace
        body = {
            "type": "event_callback",
            "token": "practice",
            "team_id": workspace.team_id,
            "api_app_id": workspace.app_id,
            "event": event,
            "event_id": workspace.ids.new("Ev"),
            "event_time": int(workspace.now()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": workspace.team_id,
                    "user_id": workspace.bot.id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": channel is not None and channel.is_ext_shared,
        }
        return _frozen(body)


def _frozen(payload: Json) -> Json:
    # A retry carries what was true when the event happened, so later edits must not reach into it.
    frozen: Json = json.loads(json.dumps(payload))
    return frozen
