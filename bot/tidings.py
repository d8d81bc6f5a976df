"""Brings into the timelines what concerns open incidents and happened outside of them."""

import asyncio
import contextlib
from typing import Any

import structlog

from bot.clock import Clock
from bot.intake import Intake, Result
from bot.observability import of_incident
from bot.people import People
from bot.standing import Standing
from bot.troubles import why
from playbooks.commands_away import Hindered, PersonGone, Unhindered
from playbooks.entries import Kind
from playbooks.incident import Incident
from storage.errors import DatabaseUnavailable
from storage.store import Store

log = structlog.get_logger()
RETRY_S = 1.0
DEACTIVATED = "user_disabled"


class Tidings:
    """`once` when something changed, or `run` for ever. What the timeline says already it does not say again."""

    def __init__(
        self, store: Store, intake: Intake, standing: Standing, people: People, clock: Clock, team: str
    ) -> None:
        self._store = store
        self._intake = intake
        self._standing = standing
        self._people = people
        self._clock = clock
        self._team = team
        self._changed = asyncio.Event()
        self._gone: set[str] = set()
        self._changed.set()  # something may have come or gone while nothing ran
        standing.on_change(self.look)
        intake.on_commit(self._opened)

    def look(self) -> None:
        """Something changed."""
        self._changed.set()

    def look_at_people(self) -> None:
        """Everybody on the roster was asked about: somebody's account may have ended."""
        if self._people.gone() != self._gone:
            self.look()

    def _opened(self, result: Result) -> None:
        """What stands concerns new incidents too; what was over meanwhile, one that is opened again."""
        kinds = {entry.kind for entry in result.outcome.entries} if result.outcome else set()
        if Kind.REOPENED in kinds or (self._standing.everywhere and Kind.OPENED in kinds):
            self.look()

    async def run(self) -> None:
        while True:
            await self._changed.wait()
            with contextlib.suppress(DatabaseUnavailable):
                await self.once()
                continue
            await self._clock.sleep(RETRY_S)

    async def once(self) -> None:
        """Raises `DatabaseUnavailable`; what was not written then is written the next time."""
        if not self._changed.is_set():
            return
        self._changed.clear()
        self._gone = self._people.gone()
        try:
            async for some in self._store.open_incidents(self._team):
                for incident in some:
                    await self._guarded(incident)
        except DatabaseUnavailable:
            self._changed.set()
            raise

    async def _guarded(self, incident: Incident) -> None:
        """One that cannot be written to must not keep the others from it, nor end the process at every start."""
        try:
            await self._tell(incident)
        except DatabaseUnavailable:
            raise
        except Exception:
            log.exception("cannot be told", action="tidings_fault", **of_incident(incident.number))

    async def _tell(self, incident: Incident) -> None:
        about: dict[str, Any] = {
            "team": self._team,
            "number": incident.number,
            "at": self._clock.now(),
            "source_id": "",
        }
        known, now = incident.outside.troubles, self._standing.everywhere
        for name in now.keys() - known.keys():
            await self._intake.submit(Hindered(**about, trouble=name, why=now[name]))
        for name in known.keys() - now.keys():
            await self._intake.submit(Unhindered(**about, trouble=name))
        for user in self._people.gone() & {*incident.everyone, *(step.owner for step in incident.steps if step.owner)}:
            await self._intake.submit(PersonGone(**about, user=user, error=DEACTIVATED, why=why(DEACTIVATED)))
