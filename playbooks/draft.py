"""A decision while it is being made: entries are chained and folded one by one; each rule sees the last one's."""

from datetime import datetime
from typing import Any

from playbooks import effects
from playbooks.access import Act
from playbooks.commands import Command
from playbooks.entries import GENESIS, SCHEMA, Entry, Kind
from playbooks.errors import Refused
from playbooks.fold import apply
from playbooks.incident import Incident
from playbooks.ladder import next_due
from playbooks.objections import objection
from playbooks.outcome import Job, Outcome


class Draft:
    """Collects the entries of one command and the state after them."""

    def __init__(self, incident: Incident | None, command: Command, number: int) -> None:
        self._before = incident
        self._after = incident
        self._command = command
        self._number = number
        self._entries: list[Entry] = []
        self._jobs: list[Job] = []
        self._refused: Refused | None = None
        self.at = command.at

    @property
    def incident(self) -> Incident:
        """The state after the entries so far. Raises `ValueError` before the first."""
        if self._after is None:
            raise ValueError("nothing is opened yet")
        return self._after

    def add(
        self,
        kind: Kind,
        *,
        step: str | None = None,
        text: str = "",
        occurred_at: datetime | None = None,
        source: str | None = None,
        **data: Any,
    ) -> None:
        """One more entry; `data` must be JSON."""
        before = self._after
        entry = Entry(
            team=self._command.team,
            incident=self._number,
            seq=(before.seq if before else 0) + 1,
            at=self._command.at,
            occurred_at=occurred_at or self._command.at,
            actor=self._command.by,
            kind=kind,
            step=step,
            text=text,
            data={"v": SCHEMA, **data},
            source=self._command.source if source is None else source,
        ).chained(before.head if before else GENESIS)
        self._after = apply(before, entry)
        self._entries.append(entry)

    def objects(self, act: Act, step: str | None = None, *, member: bool = False) -> bool:
        """True when the act is refused, which is then the entry of this decision."""
        refused = objection(self.incident, act, self._command.by.id, step, member=member)
        if refused:
            self.refuse(act.value, refused, step)
        return refused is not None

    def refuse(self, act: str, refused: Refused, step: str | None = None) -> None:
        sentence = refused.sentence(self.incident.name, lambda when: f"{when:%H:%M} UTC")
        self._refused = refused
        self.add(Kind.REFUSED, step=step, text=sentence, act=act, who=list(refused.who))

    def want(self, job: Job) -> None:
        self._jobs.append(job)

    def outcome(self) -> Outcome:
        after, entries = self.incident, tuple(self._entries)
        surfaces = effects.surfaces(self._before, after, entries) if entries else ()
        return Outcome(
            incident=after,
            next_due=next_due(after),
            entries=entries,
            surfaces=surfaces,
            again=effects.again(self._before, after, entries, surfaces),
            jobs=(*effects.jobs(self._before, after, entries), *self._jobs) if entries else tuple(self._jobs),
            refused=self._refused,
        )
