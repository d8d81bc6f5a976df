"""How late a message is, and why: said in the message itself and in the record, in real time."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from playbooks.fold_clock import LATE_AFTER_S
from playbooks.incident import Incident, Post
from storage.rows import SurfaceRow
from storage.store import Store

log = structlog.get_logger()
NOT_RUNNING = "Quarterdeck was not running"
RECORD = "the record could not be written"
SLACK = "Slack did not accept messages"
BUSY = "Quarterdeck was busy"
OUTAGE = "slack_failing_since"  # in `meta`, empty when all is well
FAILING = timedelta(seconds=1)  # without a success between two failures
SUSPENDED_S = 15.0  # a longer silence means that nothing ran: the machine slept, or the process was stopped
MOST_KEPT = 100  # stretches without a record, and as many without Slack; late prompts go out soon after one


class Lateness:
    """Knows the stretches in which nothing ran (from the heartbeat), those in which the record could not be used, and
    those in which Slack refused messages."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._unusable: deque[tuple[datetime, datetime | None]] = deque(maxlen=MOST_KEPT)
        store.on_trouble(self._record_changed)
        self._failing_since: datetime | None = None
        self._said = False
        self._refused: deque[tuple[datetime, datetime | None]] = deque(maxlen=MOST_KEPT)
        self._ran_at: datetime | None = None
        self._unwritten: deque[tuple[datetime, datetime]] = deque(maxlen=MOST_KEPT)
        self._kept = ""  # what `keep` wrote last

    def ran(self, at: datetime) -> None:
        """The heart beat then."""
        self._ran_at = at

    def stood_still(self, since: datetime, until: datetime) -> None:
        """Nothing ran then, and the record could not be told."""
        self._unwritten.append((since, until))

    def _record_changed(self, usable: bool) -> None:
        """In the thread that found it out."""
        now = self._clock.now()
        if not usable:
            self._unusable.append((now, None))
        elif self._unusable:
            self._unusable[-1] = (self._unusable[-1][0], now)

    def slack_failed(self, at: datetime, why: str, *, surely: bool = False) -> None:
        """Said once in the log, however long it lasts; not of a single answer that is lost, unless `surely`."""
        if self._failing_since is None:
            self._failing_since = at
            self._refused.append((at, None))
        if not self._said and (surely or at - self._failing_since >= FAILING):
            log.warning("Slack does not accept messages", action="slack_down", why=why)
            self._said = True

    def slack_worked(self, at: datetime) -> None:
        """What was due before says all the same that it had to wait for Slack."""
        if self._failing_since is not None:
            if self._said:
                log.info("Slack accepts messages again", action="slack_up", since=self._failing_since.isoformat())
            self._refused[-1] = (self._failing_since, at)
            self._failing_since, self._said = None, False

    async def keep(self, team: str) -> None:
        """With every beat: an outage that lasts is known to the next process, should this one die in it."""
        since = self._failing_since.isoformat() if self._failing_since else ""
        if since != self._kept:
            await self._store.set_meta(team, OUTAGE, since)
            self._kept = since

    async def recall(self, team: str, until: datetime | None) -> None:
        """The outage in which the process before us died, as far as it saw it: to its last beat."""
        self._kept = await self._store.meta(team, OUTAGE) or ""
        if self._kept and until:
            self._refused.append((datetime.fromisoformat(self._kept), until))

    def _silence(self, now: datetime) -> list[tuple[datetime, datetime]]:
        """The stretch that has just ended and is not written down yet: a message may go out before the next beat."""
        since = self._ran_at
        return [(since, now)] if since and (now - since).total_seconds() > SUSPENDED_S else []

    @property
    def slack_down_since(self) -> datetime | None:
        return self._failing_since if self._said else None

    async def of(self, row: SurfaceRow, incident: Incident | None, now: datetime) -> tuple[float, str | None]:
        """Real seconds late and why, or `(0, None)` when it is not worth saying or no prompt."""
        post = _post(row, incident)
        if incident is None or post is None or row.kind != "prompt" or post.posted_at is not None:
            return 0.0, None
        late = (now - post.wanted_at).total_seconds()
        if late <= LATE_AFTER_S / incident.speed:
            return 0.0, None
        gaps = [*await self._store.gaps(row.team, post.wanted_at), *self._unwritten, *self._silence(now)]
        causes = {
            NOT_RUNNING: _covered(gaps, post.wanted_at, now),
            RECORD: _covered(list(self._unusable), post.wanted_at, now),
            SLACK: _covered(self._refused, post.wanted_at, now),
        }
        why = max(causes, key=lambda cause: causes[cause])
        if causes[why] > 0:
            return late, why
        return late, SLACK if row.not_before else BUSY


def _covered(stretches: Iterable[tuple[datetime, datetime | None]], since: datetime, now: datetime) -> float:
    """Seconds of the time from `since` to `now` that these stretches fill."""
    ends = ((max(start, since), min(end or now, now)) for start, end in stretches)
    return sum(max(0.0, (end - start).total_seconds()) for start, end in ends)


def _post(row: SurfaceRow, incident: Incident | None) -> Post | None:
    """The step's own record of this message."""
    parts = row.key.split(":")
    if incident is None or len(parts) < 3:
        return None
    step = next((step for step in incident.steps if step.key == parts[1]), None)
    return step.posts.get(row.key) if step else None
