"""What `/readyz` and `/metrics` say: whether the record can be used, how far the outside world is behind it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from prometheus_client import generate_latest

from bot.clock import Clock
from bot.findings import Findings
from bot.lateness import Lateness
from bot.metrics import UNKNOWN, Metrics, age
from bot.standing import TOKEN, WORKSPACE, Standing
from storage.errors import StorageError
from storage.store import Store


class Health:
    """`sockets` says how many stand; None in HTTP mode, where it cannot be known whether Slack can reach us."""

    def __init__(
        self,
        store: Store,
        lateness: Lateness,
        metrics: Metrics,
        clock: Clock,
        team: str,
        sockets: Callable[[], int] | None,
        standing: Standing,
        findings: Findings,
    ) -> None:
        self._store = store
        self._lateness = lateness
        self._metrics = metrics
        self._clock = clock
        self._team = team
        self._sockets = sockets
        self._standing = standing
        self._findings = findings

    async def readiness(self) -> tuple[bool, dict[str, Any]]:
        """Usable or not, and the facts. Only the database makes it unusable, to read or to write; Slack may be down."""
        now = self._clock.now()
        try:
            health = await self._store.health(self._team, now)
        except StorageError as error:
            unknown = {"oldest_overdue_s": None, "unsent": None, "troubles": self._troubles}
            return False, {"database": str(error), **self._slack(now), **unknown}
        trouble = self._store.trouble
        overdue = (now - health.overdue_since).total_seconds() if health.overdue_since else 0.0
        return trouble is None, {
            "database": trouble or "ok",
            **self._slack(now),
            "oldest_overdue_s": round(max(0.0, overdue), 3),
            "unsent": health.unsent + health.waiting_jobs,
            "troubles": self._troubles,
        }

    @property
    def _troubles(self) -> list[str]:
        """What keeps Quarterdeck from something, then what open incidents do without."""
        return [*self._standing.sentences, *self._findings.sentences]

    def _slack(self, now: datetime) -> dict[str, Any]:
        """Whether Slack takes what we say; how many sockets stand by which it reaches us, and when it last did."""
        down, heard = self._lateness.slack_down_since, self._metrics.last_event
        sockets = self._sockets() if self._sockets else None
        words = f"down since {down:%Y-%m-%d %H:%M:%S} UTC" if down else "not connected" if sockets == 0 else "ok"
        if down and (refused := self._standing.sentence(TOKEN) or self._standing.sentence(WORKSPACE)):
            words += f". {refused}"
        return {"slack": words, "sockets": sockets, "last_heard_s": round(age(heard, now), 3) if heard else None}

    async def scrape(self) -> bytes:
        """What `/metrics` says: the counters as they stand, the gauges as of now."""
        metrics, now = self._metrics, self._clock.now()
        try:
            health = await self._store.health(self._team, now)
        except StorageError:
            metrics.nothing_known()
        else:
            metrics.database.set(self._store.trouble is None)
            metrics.unsent.set(health.unsent)
            metrics.oldest_unsent.set(age(health.unsent_since, now))
            metrics.jobs.set(health.waiting_jobs)
            metrics.overdue.set(age(health.overdue_since, now))
        metrics.event_age.set(age(metrics.last_event, now, UNKNOWN))
        sockets = self._sockets() if self._sockets else None
        metrics.connected.set(sockets != 0)
        metrics.sockets.set(UNKNOWN if sockets is None else sockets)
        metrics.accepting.set(self._lateness.slack_down_since is None)
        metrics.count_open()
        return generate_latest(metrics.registry)
