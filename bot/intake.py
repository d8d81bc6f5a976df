"""The one way in. Whatever happens becomes a command; here it is masked, decided and committed, in one transaction."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import structlog

from bot import alerts, wording
from bot.clock import Clock, Reading
from bot.crashpoints import passing
from bot.masking import Masker
from bot.observability import of_incident
from bot.timekeeping import KEPT, Jump, encoded
from playbooks import senders
from playbooks.commands import ClockJumped, Command, Join, OnIncident, Open, Reopen
from playbooks.entries import SYSTEM, Actor, Kind
from playbooks.errors import Refused
from playbooks.incident import Incident
from playbooks.machine import advance, open_incident
from playbooks.model import Playbook, Role
from playbooks.outcome import Outcome
from playbooks.secrets import Found
from playbooks.suspects import suspect_keys
from storage.rows import Note
from storage.store import Store, Tx

log = structlog.get_logger()

Roster = Mapping[Role, tuple[Actor, ...]]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of a command. `answer` is for the person who asked, the same again when the command is repeated."""

    number: int | None = None
    answer: str = ""
    refused: bool = False
    title: str = ""
    repeated: bool = False
    offer: int | None = None  # an open incident that names the same key; nothing was committed
    outcome: Outcome | None = None
    took_s: float | None = None  # how long a person waited for the commit


class Intake:
    """`roster` and `playbook` are asked at each opening, so that a running incident keeps what it began with."""

    def __init__(
        self,
        store: Store,
        masker: Masker,
        clock: Clock,
        *,
        playbook: Callable[[], Playbook],
        roster: Callable[[], Roster],
        speed: float = 1.0,
    ) -> None:
        self._store = store
        self._masker = masker
        self._clock = clock
        self._playbook = playbook
        self._roster = roster
        self._speed = speed
        self._listeners: list[Callable[[Result], None]] = []
        self._acting = 0

    def on_commit(self, listener: Callable[[Result], None]) -> None:
        """Call `listener` after every commit: there may be something to send, or a new moment to wake at."""
        self._listeners.append(listener)

    @property
    def acting(self) -> bool:
        """Somebody waits for an acknowledgement right now."""
        return self._acting > 0

    async def submit(self, command: Command, *notes: Note) -> Result:
        """Decides and commits; when it returns, the outcome is on disk. `notes` go into the same transaction.

        Raises `WrongAnswers` and `NotFound` (nothing is committed then), `DatabaseUnavailable`.
        """
        masked, found = self._masker.whole(command)
        passing("before-commit")
        by_person = masked.by.id != SYSTEM
        self._acting += by_person
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            result = await self._store.transact(lambda tx: self._decide(tx, masked, found, notes))
        finally:
            self._acting -= by_person
        if by_person:
            passing("after-commit")
            result = replace(result, took_s=loop.time() - began)
        for listener in self._listeners:
            listener(result)
        return result

    async def clock_jumped(self, team: str, jump: Jump, reading: Reading) -> None:
        """The machine's clock was set: every incident whose clock runs says so and follows, all in one transaction.

        Raises `DatabaseUnavailable`.
        """
        await self._store.transact(lambda tx: self._follow(tx, team, jump, reading))

    def _follow(self, tx: Tx, team: str, jump: Jump, reading: Reading) -> None:
        tx.set_meta(team, KEPT, encoded(reading))  # so that it is noticed once
        for number in tx.move_clock(team, jump.by):
            try:
                tx.incident(team, number)
            except Exception:  # because one that is damaged must not keep the others from their time
                log.exception("the clock of one incident cannot be set", action="clock_fault", **of_incident(number))
                continue
            command = ClockJumped(team=team, at=jump.after, source_id="", number=number, before=jump.before)
            self._decide(tx, command, (), ())

    def stir(self) -> None:
        """Something was wanted without a command: let the courier look."""
        for listener in self._listeners:
            listener(Result())

    def _decide(self, tx: Tx, command: Command, found: tuple[Found, ...], notes: tuple[Note, ...]) -> Result:
        tx.note(*notes)
        if command.source_id and (known := tx.repeat(command.team, command.source_id)):
            title = (known.payload or {}).get("title", "")
            answer = {"answer": known.answer, "refused": known.refused, "title": title}
            return Result(number=known.number, repeated=True, **answer)
        outcome = self._open(tx, command) if isinstance(command, Open) else self._advance(tx, command)
        self._tell(tx, command, found)
        if isinstance(outcome, int):
            return Result(offer=outcome)
        result = _result(command, outcome)
        if isinstance(command, Open) and not result.refused:
            self._answer_alert(tx, command, result)
        now, payload = self._clock.now(), {"title": result.title} if result.title else None
        if isinstance(outcome, Refused):
            tx.remember(command.team, command.source_id, now, answer=result.answer, refused=True, payload=payload)
            return result
        tx.commit(outcome, source_id=command.source_id, now=now, answer=result.answer, payload=payload)
        return result

    def _tell(self, tx: Tx, command: Command, found: tuple[Found, ...]) -> None:
        """Whoever pasted a key is told, whatever becomes of the command."""
        if found and command.by.id != SYSTEM:
            said = {"tokens": [str(one) for one in found], "link": command.source}
            key = f"secret:{command.source_id}"
            tx.want(command.team, key, f"dm:{command.by.id}", said, self._clock.now())

    def _answer_alert(self, tx: Tx, command: Open, result: Result) -> None:
        """The offer under the message that it was opened from says so, wherever the form was opened."""
        at = command.origin
        if at and (at.auto or alerts.is_known(tx, command.team, at.channel, at.ts)):
            by = {"by": command.by.id, "at": int(command.at.timestamp())}
            by |= {"detector": result.outcome.incident.detector} if result.outcome else {}
            shown = {"number": result.number, "joined": result.title == "Joined", "drill": command.drill, **by}
            alerts.want(tx, command.team, at.channel, at.ts, shown, self._clock.now())

    def _open(self, tx: Tx, command: Open) -> Outcome | Refused | int:
        """Opens, joins the incident that claims the same key, or names the one that only seems to be the same."""
        # First of all, since taking a number makes whoever else opens wait: what is read below is then still true.
        number_if_new = tx.next_number(command.team)
        keys = suspect_keys(command.keys, command.text)
        prints = [key.fingerprint for key in keys if key.fingerprint]
        vendor_ids = [key.vendor_id for key in keys if key.vendor_id]
        if command.member is not False:
            number = tx.open_with_key(command.team, prints, vendor_ids, command.drill) or _same_message(tx, command)
            if number:
                return self._join(tx, command, number)
            if (many := _too_many(tx, command)) is not None:
                return many if isinstance(many, Refused) else self._join(tx, command, many)
            hints = [key.hint for key in keys if key.hint]
            names = [key.text for key in keys if not key.fingerprint]
            if not command.separately and (n := tx.open_with_name(command.team, names, hints, command.drill)):
                return n
        return open_incident(
            command,
            number=number_if_new,
            playbook=self._playbook(),
            roster=self._roster(),
            speed=self._speed,
        )

    def _join(self, tx: Tx, command: Open, number: int) -> Outcome:
        kept = ("team", "at", "source_id", "by", "source", "text", "keys", "member", "origin")
        return self._advance(tx, Join(number=number, **{name: getattr(command, name) for name in kept}))

    def _advance(self, tx: Tx, command: Command) -> Outcome:
        if not isinstance(command, OnIncident):
            raise TypeError(f"{type(command).__name__} is about no incident")
        incident = tx.incident(command.team, command.number)
        if isinstance(command, Reopen):
            prints = [key.fingerprint for key in incident.keys if key.fingerprint]
            command = replace(command, free_keys=tx.free_keys(command.team, prints, command.number))
        if isinstance(command, Join):
            command = _with_neighbours(tx, command, incident)
        return advance(incident, command)


def _same_message(tx: Tx, command: Open) -> int | None:
    """Two people may open from one message at the same time: it is one matter."""
    at = command.origin
    return tx.open_from(command.team, at.channel, at.ts, command.drill) if at else None


def _too_many(tx: Tx, command: Open) -> int | Refused | None:
    """An alert that opens by itself may be one too many of its sender."""
    if command.origin is None or not command.origin.auto:
        return None
    recent = tx.opened_by(command.team, command.origin.author, command.at - senders.WITHIN)
    return senders.enough(tx.incident(command.team, number) for number in recent)


def _with_neighbours(tx: Tx, command: Join, incident: Incident) -> Join:
    """The rule needs to know who else claims the keys that are joining."""
    prints = [key.fingerprint for key in suspect_keys(command.keys, command.text) if key.fingerprint]
    free = tx.free_keys(command.team, prints, command.number)
    others = {p: tx.open_with_key(command.team, [p], [], incident.drill) for p in prints}
    elsewhere = {p: other for p, other in others.items() if other and other != command.number}
    return replace(command, free_keys=free, elsewhere=elsewhere)


def _result(command: Command, outcome: Outcome | Refused) -> Result:
    if isinstance(outcome, Refused):
        return Result(answer=wording.refusal(outcome), title=outcome.title, refused=True)
    if outcome.refused:
        answer, title = wording.refusal(outcome.refused), outcome.refused.title
        return Result(number=outcome.incident.number, answer=answer, title=title, refused=True, outcome=outcome)
    title = "Joined" if any(entry.kind is Kind.JOINED for entry in outcome.entries) else ""
    answer = wording.done(command, outcome)
    return Result(number=outcome.incident.number, answer=answer, title=title, outcome=outcome)
