"""The roster while Quarterdeck runs: filled from the file once, changed by security leads, read again now and then."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import structlog

from bot import wording
from bot.clock import Clock
from bot.errors import DamagedRoster, WrongSettings
from bot.intake import Result
from bot.masking import Masker
from bot.people import People
from playbooks.entries import Entry
from playbooks.errors import Refused
from playbooks.model import Role
from playbooks.roster import (
    ADMIN_LOG,
    Fill,
    Lists,
    Seat,
    SetRole,
    differing,
    fill,
    fold_roster,
    lists_of,
    objection,
    refused_entry,
    set_role,
)
from storage.errors import StorageError
from storage.store import Store, Tx

log = structlog.get_logger()
HOW_TO_CHANGE = "It is edited in Slack, on Quarterdeck's Home tab; `quarterdeck roster load` takes the file anew."


class Rosters:
    """Keeps `People` and the database of one mind about who holds which role."""

    def __init__(self, store: Store, people: People, masker: Masker, clock: Clock, team: str) -> None:
        self._store = store
        self._people = people
        self._masker = masker
        self._clock = clock
        self._team = team
        self._seq = 0  # the newest entry that was taken up
        self._told: set[str] = set()  # whom Slack does not know, and of whom the log says so already
        self._listeners: list[Callable[[], None]] = []
        self.seats: dict[Role, Seat] = fold_roster([])

    def on_change(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    async def begin(self, lists: Lists, file: Path | None) -> None:
        """Takes up the roster of the database, or fills it from the file when there is none yet.

        Raises `WrongSettings` for people in the file whom Slack does not know and for too many of them, `Stop` for a
        roster that cannot be read, `SlackTrouble`.
        """
        if not _filled(await self._read()) and lists:
            await self._fill(lists, file)
        await self._take_up(await self._read())
        if file is not None and (said := difference(self.seats, lists, file)):
            log.warning(f"{said} {HOW_TO_CHANGE}", action="roster_file_differs")

    async def reload(self) -> None:
        """Takes up what the command line or another process has changed. Raises `Stop`, `SlackTrouble`."""
        await self._take_up(await self._read())

    async def objection(self, user: str) -> Refused | None:
        """None when `user` may change the roster as it is in the database now, which is taken up here."""
        self._adopt(await self._read())
        return objection(self.seats, user, self._people.reachable())

    async def set(self, command: SetRole) -> Result:
        """Decides and commits, a refusal too; new incidents get the new roster from here on. Raises `WrongAnswers`."""
        masked, _ = self._masker.whole(replace(command, reachable=self._people.reachable()))
        result, entries = await self._store.transact(lambda tx: self._decide(tx, masked))
        if entries:
            log.info("the roster was changed", action="roster_set", role=command.role.value, by=command.by.id)
            self._adopt(entries)
        return result

    async def refuse(self, command: SetRole, refused: Refused) -> None:
        """Writes down that a press was refused."""
        masked, _ = self._masker.whole(command)

        def write(tx: Tx) -> None:
            if tx.repeat(self._team, command.source_id) is None:
                self._commit(tx, masked, tx.admin_log(self._team), refused)

        await self._store.transact(write)

    def _decide(self, tx: Tx, command: SetRole) -> tuple[Result, list[Entry]]:
        """What became of it, and the log when a role was set."""
        if known := tx.repeat(self._team, command.source_id):
            title = (known.payload or {}).get("title", "")
            return Result(answer=known.answer, refused=known.refused, title=title, repeated=True), []
        entries = tx.admin_log(self._team)
        outcome = set_role(entries, command)
        result = self._commit(tx, command, entries, outcome)
        return result, [*entries, outcome] if isinstance(outcome, Entry) else []

    def _commit(self, tx: Tx, command: SetRole, entries: list[Entry], outcome: Entry | Refused | None) -> Result:
        result = Result()
        if isinstance(outcome, Refused):
            result = Result(answer=wording.refusal(outcome), refused=True, title=outcome.title)
            sentence = outcome.sentence(lambda user: self._people.name(user) or user, datetime.isoformat)
            outcome = refused_entry(entries, command, outcome, sentence)
        if outcome is not None:
            tx.append_admin(self._team, outcome)
        now, title = self._clock.now(), {"title": result.title}
        tx.remember(self._team, command.source_id, now, answer=result.answer, refused=result.refused, payload=title)
        return result

    async def _fill(self, lists: Lists, file: Path | None) -> None:
        if isinstance(refused := fill([], self._filling(lists, file)), Refused):
            raise WrongSettings(f"QUARTERDECK_ROSTER: {file} was not taken. {refused.reason}")
        if unknown := await self._people.look_up(lists):
            raise WrongSettings(*(f"QUARTERDECK_ROSTER: Slack knows nobody as {ref!r}." for ref in unknown))
        command, _ = self._masker.whole(self._filling(lists, file))

        def write(tx: Tx) -> None:
            entries = tx.admin_log(self._team)
            made = fill(entries, command)
            if not _filled(entries) and not isinstance(made, Refused):  # another process may have been faster
                tx.append_admin(self._team, *made)

        await self._store.transact(write)

    def _filling(self, lists: Lists, file: Path | None) -> Fill:
        named = {ref: self._people.named(ref) for refs in lists.values() for ref in refs}
        names = {ref: person.name for ref, person in named.items() if person}
        text = f"taken from {file.name if file else 'a file'}"
        return Fill(team=self._team, at=self._clock.now(), source_id="", lists=lists, text=text, names=names)

    async def _read(self) -> list[Entry]:
        return await read_log(self._store, self._team)

    async def _take_up(self, entries: list[Entry]) -> None:
        unknown = await self._people.look_up(lists_of(fold_roster(entries)))
        for ref in set(unknown) - self._told:
            log.warning(f"Slack knows nobody as {ref!r} any more: not reachable", action="roster_unknown", person=ref)
        self._told = set(unknown)
        self._adopt(entries)
        self._people.take(lists_of(self.seats))  # an edit may have been committed while people were looked up

    def _adopt(self, entries: list[Entry]) -> None:
        """Takes up what is newer than what is known."""
        if entries and entries[-1].seq > self._seq:
            self.seats, self._seq = fold_roster(entries), entries[-1].seq
            self._people.take(lists_of(self.seats))
            for listener in self._listeners:
                listener()


async def read_log(store: Store, team: str) -> list[Entry]:
    """The admin log, which folds to a roster. Raises `DamagedRoster` when it does not."""
    try:
        entries = await store.entries(team, ADMIN_LOG)
        fold_roster(entries)
    except StorageError:
        raise
    except Exception as error:  # what a damaged entry may hold is without limit
        advice = "`quarterdeck verify roster` names what does not fit."
        raise DamagedRoster(f"The roster in the database cannot be read ({type(error).__name__}). {advice}") from error
    return entries


def _filled(entries: list[Entry]) -> bool:
    return any(seat.seq for seat in fold_roster(entries).values())


def difference(seats: dict[Role, Seat], lists: Lists, file: Path) -> str | None:
    """Says that the file names others than the database does; None when it names the same."""
    roles = ", ".join(differing(seats, lists))
    return f"{file} differs from the roster in the database, which counts, in: {roles}." if roles else None
