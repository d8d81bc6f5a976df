"""Changing the roster from the Home tab: checked on the press and again on the submission."""

import asyncio
from collections.abc import Mapping
from typing import Any

from bot import wording
from bot.people import PATIENCE_S
from bot.slack import forms
from bot.slack.home_roster import roster_form
from bot.slack.listeners import Desk, press_id
from bot.slack.values import metadata, read_people
from playbooks.model import Role
from playbooks.roster import MOST_PEOPLE, ROLES, Candidate, SetRole

Body = Mapping[str, Any]
_UNKNOWN = "could not be looked up just now, try again"


async def on_edit(desk: Desk, body: Body) -> None:
    """Opens the form; a refused press shows its notice first and then becomes an entry."""
    role = _role(str((body.get("actions") or [{}])[0].get("value") or ""))
    if role is None:
        await desk.notice(body, wording.unknown_button())
        return
    if refused := await desk.rosters.objection(desk.actor(body).id):
        await desk.notice(body, refused)
        await desk.rosters.refuse(SetRole(**desk.about(body, press_id(body)), role=role), refused)
        return
    seat = desk.rosters.seats[role]
    await desk.open_view(body, roster_form(role, seat, desk.people.named_all(seat.people)))


async def on_roster(desk: Desk, body: Body, view: Mapping[str, Any]) -> dict[str, Any]:
    """Raises `WrongAnswers` for people who cannot be on it, and when somebody else was faster."""
    kept, source_id = metadata(view), f"form:{view.get('id')}"
    role, seen = _role(str(kept.get("role") or "")), kept.get("seen")
    if role is None or not isinstance(seen, int):
        return _said("Not found", "This form is of an older Quarterdeck. Open it again on the Home tab.")
    people = await _candidates(desk, read_people(view))
    command = SetRole(**desk.about(body, source_id), role=role, people=people, seen=seen)
    result = await desk.rosters.set(command)
    return _said(result.title, result.answer) if result.refused else {}


def _said(title: str, text: str) -> dict[str, Any]:
    return {"response_action": "update", "view": forms.notice(title or "Not possible", text)}


def _role(text: str) -> Role | None:
    return next((role for role in ROLES if role.value == text), None)


async def _candidates(desk: Desk, users: tuple[str, ...]) -> tuple[Candidate, ...]:
    """Too many are not looked up: their number is what is wrong."""
    if len(users) > MOST_PEOPLE:
        return tuple(Candidate(id=user, name=desk.people.name(user)) for user in users)
    return tuple(await asyncio.gather(*(_candidate(desk, user) for user in users)))


async def _candidate(desk: Desk, user: str) -> Candidate:
    person = await desk.people.person(user, PATIENCE_S)
    if person is None:
        return Candidate(id=user, flaw=_UNKNOWN)
    return Candidate(id=user, name=person.name, flaw=person.flaw)
