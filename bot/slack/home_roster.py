"""The roster on the Home tab: who is owner and deputy per role, who can be reached, and the form to change it."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.people import Person
from bot.slack import ids
from bot.slack.blocks import Block, button, context, header, section
from bot.slack.forms import form
from bot.slack.forms_fields import asked
from bot.slack.text import escape, said
from playbooks.model import Role
from playbooks.roster import Seat
from playbooks.roster import said as role_name

Named = Sequence[tuple[str, Person | None]]  # how the roster names somebody, and who that is

_ASSIGN = f"`{escape('/incident assign <role> @person')}`"
_RUNNING = f"New incidents get the roster as it is then. A running one keeps its people; change them there: {_ASSIGN}"


def roster_section(roster: Mapping[Role, Named]) -> list[Block]:
    """A row a role; Slack ids and addresses are shown as the people that they are."""
    return [header("Roster"), *(_row(role, people) for role, people in roster.items()), context(_RUNNING)]


def _row(role: Role, people: Named) -> Block:
    owner = next((ref for ref, person in people if person and person.reachable), None)
    lines = [_person(ref, person, "owner" if ref == owner else "deputy") for ref, person in people]
    text = "\n".join([f"*{role_name(role)}*", *([] if owner else ["no owner"]), *lines])
    return section(text, button("Edit", ids.ROSTER_EDIT, role.value, spoken=f"Edit {role_name(role)}"))


def _person(ref: str, person: Person | None, seat: str) -> str:
    if person is None:
        return f"{said(ref, 80)}: not known to Slack, cannot be reached"
    if person.reachable:
        flaw = f", {said(person.flaw, 60)}" if person.flaw else ""
        return f"{said(person.name, 60)}: {seat}, reachable{flaw}"
    return f"{said(person.name, 60)}: {said(person.flaw or '', 60)}, cannot be reached"


def roster_form(role: Role, seat: Seat, people: Named) -> dict[str, Any]:
    """Carries the entry that it shows, so that nothing is overwritten that somebody else has changed meanwhile."""
    kept = [person.id for _, person in people if person and person.member]
    gone = [said(person.name if person else ref, 60) for ref, person in people if not (person and person.member)]
    element = {"type": "multi_users_select", **({"initial_users": kept} if kept else {})}
    lead = role is Role.SECURITY_LEAD
    hint = "The first is the owner, the others are deputies."
    hint += "" if lead else " With nobody here, new incidents have no owner for this role."
    left = [context(f"Left out, because they are no active full members: {', '.join(gone)}")] if gone else []
    blocks = [*left, asked("people", "Who", element, optional=not lead, hint=hint), context(_RUNNING)]
    data = {"role": role.value, "seen": seat.seq}
    return form(ids.FORM_ROSTER, f"Roster · {role_name(role)}", "Save", blocks, data)
