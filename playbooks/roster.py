"""Who holds which role in the workspace: the fold of the admin log, and the rules for changing it.

The admin log is a chain of entries like that of an incident, kept under the number 0, which no incident has. New
incidents get the roster as it is then; a running one keeps its own (`Assign` changes that).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from playbooks.commands import Command
from playbooks.entries import GENESIS, SYSTEM_ACTOR, Actor, AdminKind, Entry
from playbooks.errors import Refused, WrongAnswers
from playbooks.model import Frozen, Role

ADMIN_LOG = 0
MOST_PEOPLE = 20
ROLES: tuple[Role, ...] = tuple(role for role in Role if role is not Role.DETECTOR)

Lists = Mapping[Role, tuple[str, ...]]
"""Role to people in order, as Slack user ids or, from a file, e-mail addresses."""


class Seat(Frozen):
    """One role as it stands. `seq` is the entry that set it, 0 while none did."""

    people: tuple[str, ...] = ()
    names: dict[str, str] = {}  # as they were called when they were named
    seq: int = 0
    by: Actor = SYSTEM_ACTOR
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Somebody picked for a role; `flaw` says what keeps them from it ("is a guest"), None when nothing does."""

    id: str
    name: str | None = None
    flaw: str | None = None


@dataclass(frozen=True, kw_only=True)
class SetRole(Command):
    """Give a role to these people, in order. `seen` is the `seq` of the seat that the person looked at.

    `reachable` maps the roster's people (as they are written in it) to the user ids of those who can be reached.
    """

    role: Role
    people: tuple[Candidate, ...] = ()
    seen: int = 0
    reachable: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Fill(Command):
    """Take a whole roster from a file, which `text` names. A role that is not in it has nobody."""

    lists: Lists
    text: str
    names: Mapping[str, str] = field(default_factory=dict)


def fold_roster(entries: Iterable[Entry]) -> dict[Role, Seat]:
    """The roster after these entries. Raises `ValueError` or `KeyError` for what is no entry of an admin log."""
    seats: dict[Role, Seat] = {role: Seat() for role in ROLES}
    for entry in entries:
        if not isinstance(entry.kind, AdminKind):
            raise ValueError(f"entry {entry.seq} is {entry.kind}, which belongs to an incident")
        if entry.kind is AdminKind.ROSTER_SET:
            role, before = Role(entry.data["role"]), tuple(entry.data["before"])
            if seats[role].people != before:
                raise ValueError(f"entry {entry.seq} says that {role} was {before}, but it was {seats[role].people}")
            facts = {"seq": entry.seq, "by": entry.actor, "at": entry.at}
            seats[role] = Seat(people=tuple(entry.data["people"]), names=entry.data["names"], **facts)
    return seats


def lists_of(seats: Mapping[Role, Seat]) -> dict[Role, tuple[str, ...]]:
    return {role: seat.people for role, seat in seats.items()}


def differing(seats: Mapping[Role, Seat], lists: Lists) -> list[Role]:
    """The roles for which a file names other people, others first, or the same in another way."""
    return [role for role in ROLES if seats[role].people != _each_once(lists, role)]


def _each_once(lists: Lists, role: Role) -> tuple[str, ...]:
    return tuple(dict.fromkeys(lists.get(role, ())))


def said(role: Role) -> str:
    """`dev lead`."""
    return role.value.replace("_", " ")


# --- who may, and what may not be


def objection(seats: Mapping[Role, Seat], user: str, reachable: Mapping[str, str]) -> Refused | None:
    """None when `user` may change the roster: somebody who is in `security_lead` now and can be reached."""
    leads = tuple(dict.fromkeys(reachable[ref] for ref in seats[Role.SECURITY_LEAD].people if ref in reachable))
    if user in leads:
        return None
    if leads:
        return Refused(title="Not yours to change", reason="Only {who} can change the roster.", who=leads)
    reason = "Only a security lead can change the roster, and nobody is one who can be reached."
    return Refused(title="Nobody leads yet", reason=f"{reason} Whoever runs Quarterdeck can: quarterdeck roster load")


def set_role(log: Sequence[Entry], command: SetRole) -> Entry | Refused | None:
    """The entry that follows, why not, or None when the role is just so already. Raises `WrongAnswers`."""
    seats = fold_roster(log)
    if refused := objection(seats, command.by.id, command.reachable):
        return refused
    seat, people = seats[command.role], tuple(dict.fromkeys(one.id for one in command.people))
    if people == tuple(command.reachable.get(ref, ref) for ref in seat.people):
        return None
    if wrong := _wrong(seat, people, command):
        raise WrongAnswers({"people": wrong})
    names = {one.id: one.name for one in command.people if one.name}
    shown = ", ".join(names.get(user, user) for user in people) or "nobody"
    return _set(log, command, command.role, people, names, f"{said(command.role)}: {shown}")


def _wrong(seat: Seat, people: tuple[str, ...], command: SetRole) -> str | None:
    if seat.seq != command.seen and seat.at is not None:
        who = seat.by.name or seat.by.id
        return f"Changed meanwhile by {who} at {seat.at:%H:%M} UTC. Close this form and look again."
    if len(people) > MOST_PEOPLE:
        return f"At most {MOST_PEOPLE} people can hold a role; these are {len(people)}."
    if flawed := [f"{one.name or one.id} {one.flaw}" for one in command.people if one.flaw]:
        return f"{'; '.join(flawed)}. Only full, active members of this workspace can be on the roster."
    if command.role is Role.SECURITY_LEAD and not people:
        return "Somebody must be security lead: without one nobody could change the roster any more."
    return None


def fill(log: Sequence[Entry], command: Fill) -> tuple[Entry, ...] | Refused:
    """An entry for each role in which the file differs; why not when it names too many for one, or no security lead
    although there is one."""
    seats = fold_roster(log)
    if crowds := [
        f"{role}: {len(them)}" for role in ROLES if len(them := _each_once(command.lists, role)) > MOST_PEOPLE
    ]:
        return Refused(reason=f"At most {MOST_PEOPLE} people can hold a role; it names for {', '.join(crowds)}.")
    if seats[Role.SECURITY_LEAD].people and not command.lists.get(Role.SECURITY_LEAD):
        return Refused(reason="It names no security_lead, and then nobody could change the roster in Slack any more.")
    made: list[Entry] = []
    for role in differing(seats, command.lists):
        people = _each_once(command.lists, role)
        names = {ref: command.names[ref] for ref in people if ref in command.names}
        made.append(_set([*log, *made], command, role, people, names, f"{said(role)}: {command.text}"))
    return tuple(made)


def _set(
    log: Sequence[Entry],
    command: Command,
    role: Role,
    people: tuple[str, ...],
    names: Mapping[str, str],
    text: str,
) -> Entry:
    before = fold_roster(log)[role].people
    data = {"role": role.value, "people": list(people), "before": list(before), "names": dict(names)}
    return _entry(log, command, AdminKind.ROSTER_SET, text, data)


def refused_entry(log: Sequence[Entry], command: SetRole, refused: Refused, sentence: str) -> Entry:
    """That somebody was told no, with the sentence that they read."""
    data = {"role": command.role.value, "who": list(refused.who)}
    return _entry(log, command, AdminKind.ROSTER_REFUSED, sentence, data)


def _entry(log: Sequence[Entry], command: Command, kind: AdminKind, text: str, data: dict[str, Any]) -> Entry:
    last = log[-1] if log else None
    entry = Entry(
        team=command.team,
        incident=ADMIN_LOG,
        seq=last.seq + 1 if last else 1,
        at=command.at,
        occurred_at=command.at,
        actor=command.by,
        kind=kind,
        text=text,
        data={**data, "v": 1},
        source=command.source,
    )
    return entry.chained(last.hash if last else GENESIS)
