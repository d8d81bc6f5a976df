"""What became of a message, written down together with what follows from it."""

from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.clock import Clock
from bot.errors import Rejected
from bot.intake import Intake
from bot.lateness import Lateness
from bot.observability import of_incident
from bot.places import Places
from bot.troubles import EDITING_CLOSED, PERSON_GONE, why
from playbooks.commands import JobFailed, Posted, SendFailed
from playbooks.incident import Incident
from playbooks.rules_away import LASTING
from storage.rows import ASKING, Delayed, Failed, Shown, SurfaceRow
from storage.store import Store

log = structlog.get_logger()
LIST = "list"  # the kind of a surface in which several prompts stand


class Arrivals:
    """Each result of a first showing returns as a command through the one door in."""

    def __init__(self, store: Store, intake: Intake, places: Places, lateness: Lateness, clock: Clock) -> None:
        self._store = store
        self._intake = intake
        self._places = places
        self._lateness = lateness
        self._clock = clock

    async def arrived(
        self,
        row: SurfaceRow,
        ts: str,
        *,
        version: int,
        late_s: float,
        late_why: str | None,
        place: str | None = None,
    ) -> None:
        """The message is there: its place and what follows from it are written down together.

        `place` is the list that took it in.
        """
        self._lateness.slack_worked(self._clock.now())
        shown = Shown(id=row.id, ts=ts, version=version, channel=row.channel, place=place, first=True)
        if not row.number:
            await self._store.note(shown)
            return
        again = f":{ts}" if row.kind in LASTING else ""  # what is posted anew arrives anew
        command = Posted(
            **self._about(row),
            posted_at=_moment(ts, row.attempted_at, self._clock.now()),
            source_id=f"posted:{row.delivery_id}{again}",
            surface=row.key,
            late_s=late_s,
            late_why=late_why,
            maybe_repeat=row.maybe_repeat,
            link=self._places.link(row.channel or "", ts),
        )
        await self._intake.submit(command, shown)

    async def adopted(self, row: SurfaceRow, ts: str) -> None:
        """It had arrived; how late is found out as it was then. Version 0: what it shows may be old by now."""
        incident = await self._store.incident(row.team, row.number) if row.number else None
        late_s, late_why = await self._lateness.of(row, incident, _moment(ts, row.attempted_at, self._clock.now()))
        version = row.wanted if row.kind == LIST else 0
        there = await self._store.surfaces_at(row.team, row.channel or "", ts)
        place = next((one.key for one in there if one.kind == LIST and one.id != row.id), None)
        await self.arrived(row, ts, version=version, late_s=late_s, late_why=late_why, place=place)

    async def later(self, row: SurfaceRow, seconds: float, *, in_doubt: bool) -> None:
        """Not before that many seconds from now; `in_doubt` when the message may have arrived all the same."""
        not_before = self._clock.now() + timedelta(seconds=seconds)
        await self._store.note(Delayed(id=row.id, not_before=not_before, in_doubt=in_doubt))

    async def refused(self, row: SurfaceRow, incident: Incident | None, error: Rejected) -> None:
        """Slack refuses this for good: said once in the log and the timeline; the ladder goes on from there."""
        about = of_incident(row.number)
        if not (incident and row.key == "announcement" and incident.outside.announced_to):  # said already
            log.warning("refused by Slack", action="send_refused", key=row.key, error=error.error, **about)
        if incident is None:
            await self._store.note(Failed(id=row.id, version=row.wanted, place=row.place))
            return
        command = SendFailed(
            **self._about(row),
            source_id=f"failed:{row.delivery_id}:{row.wanted}",
            surface=row.key,
            error=error.error,
            why=why(error.error, error.needed),
            gone=row.place.startswith("dm:") and error.error in PERSON_GONE,
        )
        await self._intake.submit(command, Failed(id=row.id, version=row.wanted, place=row.place))

    async def unheard(self, row: SurfaceRow, error: str) -> None:
        """Slack stumbles over it for minutes: it is tried on, and the ladder does not wait for it. Recorded once."""
        if not row.number or row.kind not in ASKING:
            return
        command = SendFailed(
            **self._about(row),
            source_id=f"unheard:{row.delivery_id}",
            surface=row.key,
            error=error,
            why="Slack answers, and stumbles over this message for minutes; it is tried on",
        )
        await self._intake.submit(command)

    async def stuck(self, row: SurfaceRow, error: Rejected) -> None:
        """A message that is there cannot be changed: recorded once, and once for all that are too old."""
        if not row.number:
            return
        which = f"all:{row.number}" if error.error == EDITING_CLOSED else row.delivery_id
        command = JobFailed(
            **self._about(row),
            source_id=f"stuck:{which}",
            job=f"update {row.key}",
            error=error.error,
            why=why(error.error, error.needed),
        )
        await self._intake.submit(command)

    def _about(self, row: SurfaceRow) -> dict[str, Any]:
        return {"team": row.team, "number": row.number, "at": self._clock.now()}


def _moment(ts: str, attempted: datetime | None, now: datetime) -> datetime:
    """When Slack says the message was posted. Our clock and Slack's may differ by any amount, and the ladder counts by
    ours: so never later than now, never before it was sent."""
    try:
        posted = datetime.fromtimestamp(float(ts), tz=now.tzinfo)
    except (ValueError, OverflowError):
        return now
    return max(min(posted, now), min(attempted or posted, now))
