"""A playbook as a plan to read before anything happens: `quarterdeck playbooks show`."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from textwrap import wrap

from playbooks.model import Contact, Field, Playbook, Role, Step

WIDTH = 100
UNVERIFIED = "(confirm with your account team)"
_INDENT = "  "


def plan_text(playbook: Playbook, t0: datetime | None) -> str:
    """The steps with their minutes, and their clock times (UTC) when T0 is given, then the contacts.

    Raises `ValueError` when `t0` has no time zone.
    """
    if t0 is not None and t0.tzinfo is None:
        raise ValueError(f"{t0!r} has no time zone")
    lines = [f"{playbook.title} · {playbook.provider}", f"{playbook.id}, version {playbook.version}"]
    if t0 is not None:
        lines.append(f"T0 {t0.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    columns = _columns(playbook, t0)
    for step in playbook.steps:
        lines += ["", *_step(step, t0, columns)]
    lines += ["", *_reminding(playbook)]
    if playbook.contacts:
        lines += ["", "Contacts", *(line for contact in playbook.contacts for line in _contact(contact))]
    if playbook.watch_words:
        lines += ["", *_wrapped("Watch words: " + ", ".join(playbook.watch_words), "", _INDENT)]
    return "\n".join(line.rstrip() for line in lines)


def _columns(playbook: Playbook, t0: datetime | None) -> tuple[int, int, int]:
    """The widths of minute, clock time and role."""
    clocks = [len(_clock(step, t0)) for step in playbook.steps]
    return (
        max(len(step.mark) for step in playbook.steps),
        max(clocks),
        max(len(_role(step.role)) for step in playbook.steps),
    )


def _role(role: Role) -> str:
    return role.value.replace("_", " ")


def _clock(step: Step, t0: datetime | None) -> str:
    """`12:05`, with the day when it is another one than that of T0."""
    if t0 is None:
        return ""
    begin = t0.astimezone(UTC)
    due = begin + timedelta(minutes=step.at)
    return f"{due:%H:%M}" if due.date() == begin.date() else f"{due:%m-%d %H:%M}"


def _step(step: Step, t0: datetime | None, columns: tuple[int, int, int]) -> Iterator[str]:
    mark, clock, role = columns
    when = _INDENT.join(cell for cell in (step.mark.ljust(mark), _clock(step, t0).rjust(clock)) if cell) + _INDENT
    indent = " " * len(when)
    yield from _wrapped(step.title, f"{when}{_role(step.role).ljust(role)}{_INDENT}", indent)
    for text in (step.action, step.guidance):
        for line in (text or "").splitlines():
            yield from _wrapped(line, indent, indent)
    if leaves := _deliverables(step):
        yield from _wrapped(f"Leaves: {leaves}", indent, indent + _INDENT)
    elif step.at == 0:
        yield from _wrapped("Leaves: the opening form, so it is done at T0", indent, indent + _INDENT)
    if step.at > 0:
        yield from _wrapped(_within(step), indent, indent + _INDENT)


def _deliverables(step: Step) -> str:
    either = [step.field(step.pending.field), step.field(step.pending.tick)] if step.pending else []
    rest = [_deliverable(field) for field in step.fields if field not in either]
    return ", ".join([" or ".join(f"“{field.label}”" for field in either), *rest] if either else rest)


def _deliverable(field: Field) -> str:
    options = f" ({' / '.join(option.label for option in field.options)})" if field.options else ""
    return f"“{field.label}”{options}{'' if field.required else ' (optional)'}"


def _within(step: Step) -> str:
    sentence = f"Within {_minutes(step.within)} of the prompt"
    if step.pending:
        answer, tick = step.field(step.pending.field).label, step.field(step.pending.tick).label
        sentence += f"; with “{tick}” asked for “{answer}” every {_minutes(step.pending.every)}"
    if step.skip_roles:
        sentence += f"; skipped only by {', '.join(_role(role) for role in step.skip_roles)}"
    return sentence + "."


def _minutes(count: float) -> str:
    return f"{count:g} min"


def _reminding(playbook: Playbook) -> list[str]:
    if not playbook.reminders:
        return ["No reminders after the last level of escalation."]
    return [f"Reminders after the last level: every {_minutes(playbook.remind_every)}, at most {playbook.reminders}."]


def _contact(contact: Contact) -> list[str]:
    text = f"{contact.name}: {contact.how}" + ("" if contact.verified else f" {UNVERIFIED}")
    if contact.triggers:
        text += f"; only for {', '.join(trigger.label for trigger in contact.triggers)}"
    return _wrapped(text, _INDENT, _INDENT * 2)


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False) or [first]
