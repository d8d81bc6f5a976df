"""What a decision leads to. Committed as a whole or not at all."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from playbooks.entries import Entry
from playbooks.errors import Refused
from playbooks.incident import Incident


@dataclass(frozen=True, kw_only=True)
class Surface:
    """One thing that people see and that must (again) agree with the state.

    `key` is unique in the incident and begins with its kind (`prompt:revoke:dm:U7`, `board`). `place` is
    `dm:<user>`, `incident` (the channel, or the thread that serves), or `alerts`.
    """

    key: str
    place: str

    @property
    def kind(self) -> str:
        return self.key.split(":", 1)[0]


@dataclass(frozen=True, kw_only=True)
class Job:
    """A deed with a result; the result comes back as a command. `key` is unique in the incident."""

    key: str
    args: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.key.split(":", 1)[0]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`incident` is the state after `entries`; `refused` says why when it was a no."""

    incident: Incident
    next_due: datetime | None = None  # when the clock is wanted again (UTC); None: not at all
    entries: tuple[Entry, ...] = ()
    surfaces: tuple[Surface, ...] = ()
    again: tuple[Surface, ...] = ()  # brought up to date only where they were wanted before
    jobs: tuple[Job, ...] = ()
    refused: Refused | None = None
    joined: bool = False  # an `Open` that joined an incident already open
