"""The workspace's own record: what was asked of it, what it delivered, what people did.

It lives outside the bot, so after the bot was killed it still tells which acts had been acknowledged and which posts
had gone through.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

EntryKind = Literal["call", "delivery", "act", "fault"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the ledger. `at` is when it was over, `started_at` when it began, both in seconds since 1970.

    `call`: name = method; facts = args, outcome (`ok`, an error name, or `lost`), done (the effect took place),
    channel, ts. `delivery`: name = event or interaction type; facts = id, attempt, acked, reason, ack, source.
    `act`: name = what the person did; facts = user, args, result. `fault`: name = the fault that struck; facts = of
    (the method, event or command), key, by (`seed:nth`, `order` or `operator`), and what it needs to be done again.
    """

    seq: int
    at: float
    started_at: float
    kind: EntryKind
    name: str
    facts: dict[str, Any]


class Ledger:
    """Append-only and in order of completion; `seq` starts at 1 and has no gaps. `told` is called after each entry."""

    def __init__(self, now: Callable[[], float], told: Callable[[], None] = lambda: None) -> None:
        self._now, self._told = now, told
        self._entries: list[Entry] = []

    def append(self, kind: EntryKind, name: str, started_at: float, **facts: Any) -> Entry:
        entry = Entry(
            seq=len(self._entries) + 1, at=self._now(), started_at=started_at, kind=kind, name=name, facts=facts
        )
        self._entries.append(entry)
        self._told()
        return entry

    def after(self, seq: int = 0, kind: EntryKind | None = None) -> list[Entry]:
        """Everything later than entry `seq`, in order."""
        return [e for e in self._entries[seq:] if kind in (None, e.kind)]

    def calls(self, method: str | None = None) -> list[Entry]:
        return [e for e in self.after(kind="call") if method in (None, e.name)]

    def deliveries(self, name: str | None = None) -> list[Entry]:
        return [e for e in self.after(kind="delivery") if name in (None, e.name)]

    def faults(self, name: str | None = None) -> list[Entry]:
        return [e for e in self.after(kind="fault") if name in (None, e.name)]

    def as_json(self, after: int = 0) -> list[dict[str, Any]]:
        return [asdict(e) for e in self.after(after)]
