"""What goes away in Slack while it is used: an incident's place, the alerts channel, a message, the board's pin."""

import asyncio
from typing import Any

import structlog

from bot.arrivals import LIST
from bot.clock import Clock
from bot.intake import Intake
from bot.observability import of_incident
from bot.places import Places
from bot.standing import ALERTS, ALERTS_POSTING, Standing
from bot.troubles import EDITING_CLOSED, PLACE_GONE, RESTRICTED, UNREADABLE, place_lost, why
from playbooks.commands_away import PlaceLost, Removed
from playbooks.incident import Incident
from playbooks.rules_away import ANNOUNCEMENT, LASTING, PIN, anew
from storage.rows import Failed, Gone, JobState, Note, Shown, SurfaceRow, SurfaceState
from storage.store import Store

log = structlog.get_logger()
_ALL = 100_000
_INVITE = "Announcements and escalations go to the security leads by direct message"


class Losses:
    """Each method brings what was lost to where it is said, and says whether there is another way."""

    def __init__(
        self, store: Store, intake: Intake, places: Places, standing: Standing, clock: Clock, team: str
    ) -> None:
        self._store = store
        self._intake = intake
        self._places = places
        self._standing = standing
        self._clock = clock
        self._team = team
        self._moving = asyncio.Lock()
        self._announcing = asyncio.Lock()
        self._untried = True  # since the start: whether it takes what an earlier process could not announce

    # --- places

    def where(self, incident: Incident) -> str | None:
        """The channel in which the incident is worked on; None where that is a thread with a lead, or nowhere yet."""
        in_thread = incident.home.thread and not incident.outside.announced_to
        return incident.home.channel or (self._places.alerts if in_thread else None)

    async def place(self, number: int, error: str, *, at: str | None, unsaid: bool = False) -> bool:
        """The incident's channel or thread takes no more messages: True when it has another place by now.

        `at` is the channel that refused, None where it is worked on nowhere yet; `unsaid`: something new waits to be
        said.
        """
        if not place_lost(error):
            return False
        async with self._moving:  # several messages find it out at the same time; it moves once
            return await self._place(number, error, at, unsaid)

    async def _place(self, number: int, error: str, at: str | None, unsaid: bool) -> bool:
        incident = await self._store.incident(self._team, number)
        if at != self.where(incident):
            return unsaid  # it has moved meanwhile
        if incident.home.thread:
            self.alerts(error, in_thread=True)
        if not (incident.is_open or unsaid) or (incident.home.thread and incident.outside.announced_to):
            return False
        board = await self._store.surfaces(self._team, number, ["board"])
        facts = {**self._about(number, ""), "channel": incident.home.channel, "unsaid": unsaid}
        command = PlaceLost(**facts, error=error, why=why(error))
        result = await self._intake.submit(command, *(Gone(id=row.id) for row in board))
        moved = bool(result.outcome and result.outcome.entries)
        if moved:
            log.warning("the place of an incident is lost", action="place_lost", error=error, **of_incident(number))
        return moved

    async def left_behind(self, row: SurfaceRow, error: str) -> Note | None:
        """What becomes of a message that cannot be changed as it is too old or its place gone; None: it may come back.

        One that is too old to be edited stays as it is until something else is to be said: then it is tried once more.
        """
        if error == EDITING_CLOSED:
            return _as_it_is(row)
        if error not in PLACE_GONE or not row.number:
            return None
        if row.place.startswith(("dm:", f"{LIST}:")):
            return _as_it_is(row)
        if row.place != "incident":
            return None
        incident = await self._store.incident(self._team, row.number)
        if row.channel != self.where(incident):
            return Failed(id=row.id, version=row.wanted)  # a copy in a place that is used no more
        return None if incident.is_open else _as_it_is(row)

    # --- the alerts channel

    def alerts(self, error: str, *, in_thread: bool = False) -> None:
        """The alerts channel takes no more messages, or cannot be read either."""
        if error in UNREADABLE:
            sentence = (
                f"The alerts channel cannot be used: {why(error)}. Nothing there is watched. {_INVITE}. "
                "Invite Quarterdeck again (/invite @quarterdeck)."
            )
            self._standing.begin(ALERTS, sentence)
        elif place_lost(error) and not (in_thread and error.startswith(RESTRICTED)):
            advice = "Let the app post there." if error.startswith(RESTRICTED) else "Unarchive it."
            sentence = f"The alerts channel takes no posts: {why(error)}. {_INVITE}. {advice}"
            self._standing.begin(ALERTS_POSTING, sentence)

    async def alerts_seen(self) -> None:
        """It can be read."""
        if self._standing.over(ALERTS):
            await self._announce(_ALL)

    async def alerts_took(self, *, in_thread: bool) -> None:
        """It took a post; one into a thread says nothing about announcements."""
        await (self.alerts_seen() if in_thread else self.alerts_back())

    async def alerts_back(self) -> None:
        """It can be used again: what stands announced nowhere in it is announced now."""
        if self._standing.over(ALERTS_POSTING) | self._standing.over(ALERTS) | self._untried:
            self._untried = False
            await self._announce(_ALL)

    async def try_alerts(self) -> None:
        """Whether it takes posts again is found out by one announcement, now and then; after a start too."""
        if self._standing.sentence(ALERTS_POSTING):
            await self._announce(1)
        elif self._untried:
            self._untried = await self._announce(1)

    async def _announce(self, most: int) -> bool:
        """Whether any was to be announced."""
        left = most
        async with self._announcing:  # or one that is just being posted would be posted twice
            async for some in self._store.open_incidents(self._team):
                for incident in some:
                    left -= await self._announce_one(incident)
                    if left <= 0:
                        return True
        return left < most

    async def _announce_one(self, incident: Incident) -> bool:
        """False when it stands announced, or when people deleted it again and again."""
        rows = await self._store.surfaces(self._team, incident.number, [ANNOUNCEMENT])
        failed = [row for row in rows if row.state is SurfaceState.FAILED]
        if not failed or not anew(incident, ANNOUNCEMENT):
            return False
        await self._store.note(*(Gone(id=row.id) for row in failed))
        self._intake.stir()
        return True

    # --- messages

    async def message(self, row: SurfaceRow) -> None:
        """Somebody deleted it. The board and the announcement are posted anew, a few times; the ladder goes on.

        Those of a closed incident only when it is opened again.
        """
        # A prompt in a merged list belongs elsewhere: as a failure it would be sent there once more.
        note: Note = _as_it_is(row) if row.place.startswith(f"{LIST}:") else Failed(id=row.id, version=row.wanted)
        incident = await self._store.incident(self._team, row.number) if row.number else None
        lasting = row.kind in LASTING
        if incident and lasting and not incident.is_open:
            await self._store.note(_as_it_is(row))
        elif incident:
            note = Gone(id=row.id, ts=row.ts) if lasting and anew(incident, row.key) else note
            source = f"removed:{row.delivery_id}:{row.ts}"
            await self._intake.submit(Removed(**self._about(row.number, source), surface=row.key), note)
        else:
            await self._store.note(note)

    async def pinned(self, incident: Incident) -> tuple[SurfaceRow, int] | None:
        """The board and the job that pinned it, once nothing more is to be pinned. To be asked before Slack is."""
        rows = await self._store.surfaces(self._team, incident.number, ["board"])
        jobs = [job for job in await self._store.jobs(self._team, incident.number) if job.kind == "pin"]
        done = jobs and all(job.state is JobState.DONE for job in jobs)
        return (rows[0], jobs[-1].id) if rows and done else None

    async def unpinned(self, board: SurfaceRow, job: int) -> None:
        """The board is there and not pinned, though that job had pinned it."""
        source = f"unpinned:{board.delivery_id}:{board.ts}:{job}"
        await self._intake.submit(Removed(**self._about(board.number, source), surface=PIN))

    def _about(self, number: int, source: str) -> dict[str, Any]:
        return {"team": self._team, "number": number, "at": self._clock.now(), "source_id": source}


def _as_it_is(row: SurfaceRow) -> Shown:
    """Nothing can be done about it, nor need be until something else is to be said."""
    return Shown(id=row.id, ts=row.ts or "", version=row.wanted, again=True)
