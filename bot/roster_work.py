"""`quarterdeck roster`: shows who holds which role, and takes the file anew. Asks nothing of Slack."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.clock import SystemClock
from bot.desk_work import _Record
from bot.errors import Stop
from bot.fingerprints import fingerprinter, secret_of
from bot.masking import Masker
from bot.roster_file import read_roster
from bot.rosters import HOW_TO_CHANGE, difference, read_log
from bot.settings import load_settings
from playbooks.entries import SYSTEM, Entry
from playbooks.errors import Refused
from playbooks.model import Role
from playbooks.roster import Fill, Lists, Seat, fill, fold_roster
from storage.admin_at_rest import verify_admin_at_rest
from storage.errors import NotFound
from storage.store import Tx

TAKEN_UP = "A running Quarterdeck takes it up within five minutes, or when it is started again."


async def roster_lines() -> list[str]:
    """Each role with its people in order, who named them and when, and what the file says otherwise."""
    settings = load_settings()
    lists, file = read_roster(settings.quarterdeck_roster), settings.quarterdeck_roster
    async with _Record(settings) as (store, team):
        seats = fold_roster(await read_log(store, team))
        said = difference(seats, lists, file) if file else None
        shown = [line for role, seat in seats.items() for line in _seat(role, seat)]
        return [*shown, f"{said} {HOW_TO_CHANGE}"] if said else shown


def _seat(role: Role, seat: Seat) -> Iterator[str]:
    people = [f"{name} ({ref})" if (name := seat.names.get(ref)) else ref for ref in seat.people]
    yield f"{role.value:<15} {', '.join(people) or 'nobody'}"
    if seat.at is not None:
        by = "Quarterdeck, from the file" if seat.by.id == SYSTEM else seat.by.name or seat.by.id
        yield f"{'':<15} since {seat.at:%Y-%m-%d %H:%M} UTC, by {by} (entry {seat.seq})"


async def load_roster() -> list[str]:
    """Writes down what the file says. Raises `Stop` when there is none, or it would leave nobody who may change it."""
    settings = load_settings()
    lists, file = read_roster(settings.quarterdeck_roster), settings.quarterdeck_roster
    if file is None:
        raise Stop("QUARTERDECK_ROSTER: it is not set, so there is no file to take the roster from.")
    async with _Record(settings) as (store, team):
        command = _filling(team, lists, file, await read_log(store, team))
        masked, _ = Masker(fingerprinter(secret_of(settings))).whole(command)

        def write(tx: Tx) -> list[str] | Refused:
            made = fill(tx.admin_log(team), masked)
            if isinstance(made, Refused):
                return made
            tx.append_admin(team, *made)
            return [entry.text for entry in made]

        said = await store.transact(write)
    if isinstance(said, Refused):
        raise Stop(f"{file} was not taken. {said.reason}")
    return [*said, TAKEN_UP] if said else [f"{file} says what the roster is already; nothing was changed."]


def _filling(team: str, lists: Lists, file: Path, known: Sequence[Entry]) -> Fill:
    """Nobody is looked up in Slack, so people are called as they were before."""
    names = {ref: name for seat in fold_roster(known).values() for ref, name in seat.names.items()}
    text = f"taken from {file.name} on the command line"
    return Fill(team=team, at=SystemClock().now(), source_id="", lists=lists, text=text, names=names)


async def verify_roster() -> tuple[bool, str]:
    """Whether the log of the roster's changes verifies, and the sentence that says so or names what does not fit."""
    settings = load_settings()
    async with _Record(settings) as (_, team):
        try:
            verdict = await asyncio.to_thread(verify_admin_at_rest, settings.database_url, team)
        except NotFound as error:
            raise Stop(str(error)) from None
        return verdict.ok, verdict.sentence
