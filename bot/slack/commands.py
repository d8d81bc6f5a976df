"""`/incident …`: answered privately, in the acknowledgement itself."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from bot import wording
from bot.exporting import unavailable
from bot.slack import forms
from bot.slack.grammar import NEEDS_INCIDENT, Line, read
from bot.slack.listeners import Desk
from bot.slack.presses import in_its_channel
from bot.slack.text import said
from playbooks.access import Act
from playbooks.commands import Assign, Close, Export, FalseAlarm, Forward, Note, OnIncident, Reopen, Try
from playbooks.entries import Actor
from playbooks.errors import WrongAnswers
from playbooks.incident import Incident, label_of
from playbooks.model import Role
from playbooks.objections import objection
from storage.errors import NotFound

Body = Mapping[str, Any]
_PRIVATE = 0xE000  # characters that nobody types
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")


async def incident_command(desk: Desk, body: Body) -> str | dict[str, Any]:
    """The private answer; empty when a form says enough."""
    line, tokens = _masked(desk, unescaped(str(body.get("text") or "")))
    answer = await _answered(desk, body, line)
    return wording.with_keys(answer, tokens) if tokens else answer


def _masked(desk: Desk, typed: str) -> tuple[Line, list[str]]:
    """The line as it may be used, and what of the keys in it may be shown. A masked key counts as one word."""
    text, found = desk.masker.text(typed)
    tokens = list(dict.fromkeys(str(one) for one in found))
    words = {chr(_PRIVATE + place): token for place, token in enumerate(tokens)}
    for word, token in words.items():
        text = text.replace(token, word)
    line = read(text)

    def shown(part: str) -> str:
        return "".join(words.get(char, char) for char in part)

    return replace(line, text=shown(line.text), bad_number=line.bad_number and shown(line.bad_number)), tokens


async def _answered(desk: Desk, body: Body, line: Line) -> str | dict[str, Any]:
    if line.guess is not None:
        number = f"{label_of(line.number)} " if line.number else ""
        return wording.did_you_mean(f"{number}{line.guess}", line.text)
    if line.word is None or line.word == "drill":
        return await _report(desk, body, line)
    if line.word == "help":
        return wording.help_text()
    if line.bad_number is not None:
        return wording.no_such_number(line.bad_number)
    if line.second not in (None, line.number) and line.number:
        return wording.two_numbers(line.word, line.number, line.second)
    if line.word == "list":
        return await _list(desk, body)
    if line.word in NEEDS_INCIDENT:
        return await _on_incident(desk, body, line)
    return wording.help_text()


async def _report(desk: Desk, body: Body, line: Line) -> str:
    if refused := await desk.only_members(body):
        return wording.refusal(refused)
    form = forms.open_form(text=line.text, noticed_at=desk.clock.now(), drill=line.word == "drill")
    return await desk.open_view(body, form)


async def _list(desk: Desk, body: Body) -> str:
    incidents = await desk.store.incidents(desk.team, limit=20)
    user = desk.actor(body).id
    allowed = {i.number for i in incidents if objection(i, Act.STATUS, user) is None}
    return wording.incident_list(incidents, allowed)


async def _on_incident(desk: Desk, body: Body, line: Line) -> str:
    number = line.number or await desk.store.number_in(desk.team, str(body.get("channel_id") or ""))
    if number is None:
        return wording.which_incident(line.word or "")
    try:
        incident = await desk.store.incident(desk.team, number)
        return await _COMMANDS[line.word or ""](desk, body, incident, line.text)
    except NotFound:
        return wording.no_such_incident(number)
    except WrongAnswers as wrong:
        return wording.wrong(wrong)


async def _status(desk: Desk, body: Body, incident: Incident, _: str) -> str:
    member = in_its_channel(body, incident)
    if objection(incident, Act.STATUS, desk.actor(body).id, member=member):
        command = Try(**_about(desk, body, incident), act=Act.STATUS.value, member=member)
        return (await desk.intake.submit(command)).answer
    return wording.status(incident, desk.clock.now())


async def _note(desk: Desk, body: Body, incident: Incident, text: str) -> str:
    about = _about(desk, body, incident)
    member = in_its_channel(body, incident)
    return await _submit(desk, Note(**about, text=text, occurred_at=about["at"], member=member))


async def _assign(desk: Desk, body: Body, incident: Incident, text: str) -> str:
    words = text.split(None, 1)
    mention = _MENTION.fullmatch(words[1].strip()) if len(words) > 1 else None
    roles = {role.value: role for role in Role}
    if mention is None or words[0].lower().replace("-", "_") not in roles:
        return wording.assign_usage([role for role in roles if role != Role.DETECTOR], words[0] if words else "")
    person = await desk.people.person(mention[1])
    known = person is not None and person.member and person.active
    to = Actor(id=mention[1], name=person.name if person else None)
    role = roles[words[0].lower().replace("-", "_")]
    return await _submit(desk, Assign(**_about(desk, body, incident), role=role, to=to, to_member=known))


async def _export(desk: Desk, body: Body, incident: Incident, text: str) -> str:
    form = text.strip().lower() or "md"
    if problem := unavailable(form):
        return said(problem, 500)
    return await _submit(desk, Export(**_about(desk, body, incident), format=form, to=desk.actor(body).id))


async def _close(desk: Desk, body: Body, incident: Incident, text: str) -> str:
    return await _submit(desk, Close(**_about(desk, body, incident), reason=text))


async def _false_alarm(desk: Desk, body: Body, incident: Incident, text: str) -> str:
    return await _submit(desk, FalseAlarm(**_about(desk, body, incident), reason=text))


async def _reopen(desk: Desk, body: Body, incident: Incident, text: str) -> str:
    return await _submit(desk, Reopen(**_about(desk, body, incident), reason=text))


async def _fast_forward(desk: Desk, body: Body, incident: Incident, _: str) -> str:
    return await _submit(desk, Forward(**_about(desk, body, incident)))


def _about(desk: Desk, body: Body, incident: Incident) -> dict[str, Any]:
    return desk.about(body, f"command:{body.get('trigger_id')}", incident.number)


async def _submit(desk: Desk, command: OnIncident) -> str:
    return (await desk.intake.submit(command)).answer


def unescaped(text: str) -> str:
    """What the person typed: Slack escapes three characters on the way in, mentions stay as they are."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


_COMMANDS: dict[str, Callable[[Desk, Body, Incident, str], Awaitable[str]]] = {
    "status": _status,
    "note": _note,
    "assign": _assign,
    "export": _export,
    "close": _close,
    "false-alarm": _false_alarm,
    "reopen": _reopen,
    "fast-forward": _fast_forward,
}
