"""Forms that were sent: committed before they are acknowledged; wrong answers go back to their fields."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot import wording
from bot.slack import forms, ids, values
from bot.slack.listeners import Desk
from bot.slack.roster_acts import on_roster
from playbooks.access import Act
from playbooks.commands import Close, Complete, Correct, GiveAnswer, HandOver, MoreTime, Note, Open, Skip, Waive
from playbooks.entries import Actor
from playbooks.errors import WrongAnswers
from playbooks.objections import objection
from storage.errors import NotFound

Body = Mapping[str, Any]
Answer = dict[str, Any]  # the arguments of Bolt's `ack`; empty: the form closes


async def on_submission(desk: Desk, body: Body) -> Answer:
    """What the form is answered with."""
    view = body.get("view") or {}
    submit, pressed = _FORMS.get(str(view.get("callback_id"))), forms.about(view).pressed
    if pressed:
        desk.pressed(*pressed)
    if submit is None:
        return {}
    try:
        return await submit(desk, body, view)
    except WrongAnswers as wrong:
        await desk.tell_of_keys(body, view.get("state"), form_id(view))
        return {"response_action": "errors", "errors": values.errors_for(view, wrong.errors)}
    except NotFound:
        await desk.tell_of_keys(body, view.get("state"), form_id(view))
        return _said("Not found", wording.no_such_incident(forms.about(view).number))
    finally:
        desk.homes.acted(desk.actor(body).id)


async def _open(desk: Desk, body: Body, view: Mapping[str, Any]) -> Answer:
    report = values.read_open(view, desk.clock.now())
    if not report.text.strip():
        raise WrongAnswers({"what": "Say in a few words what happened."})
    # Asked first, because then the name is known too.
    member = await desk.may_open(body)
    command = Open(
        **desk.about(body, form_id(view)),
        text=report.text.strip(),
        trigger=report.trigger,
        keys=report.keys,
        noticed_at=report.noticed_at,
        drill=report.drill,
        member=member,
        separately=forms.is_separate(view),
        source=report.source,
        origin=report.origin,
    )
    result = await desk.intake.submit(command)
    if result.offer is not None:
        masked, _ = desk.masker.whole(report)
        return {"response_action": "update", "view": forms.same_key_form(result.offer, masked)}
    # A report that joined says so: its channel may be known to the person already, and nothing new would come.
    return _said(result.title, result.answer) if result.refused or result.title else {}


async def _complete(desk: Desk, body: Body, view: Mapping[str, Any]) -> Answer:
    return await _step(desk, body, view, Complete)


async def _correct(desk: Desk, body: Body, view: Mapping[str, Any]) -> Answer:
    return await _step(desk, body, view, Correct)


async def _step(desk: Desk, body: Body, view: Mapping[str, Any], kind: type[Complete | Correct]) -> Answer:
    form = forms.about(view)
    incident = await desk.store.incident(desk.team, form.number)
    if form.step not in {step.key for step in incident.steps}:
        return _said("Not found", wording.no_such_step(incident.label))
    answers = values.read_step(view, incident.plan(form.step))
    about = desk.about(body, form_id(view), form.number)
    return await _act(desk, kind(**about, step=form.step, answers=answers))


async def _cant(desk: Desk, body: Body, view: Mapping[str, Any]) -> Answer:
    form, wish = forms.about(view), values.read_cant(view)
    about = {**desk.about(body, form_id(view), form.number), "step": form.step, "why": wish.why}
    missing = {} if wish.why.strip() else {"why": "Say why, in a few words."}
    if wish.need not in ("hand_over", "more_time", "skip"):
        raise WrongAnswers({"need": "Choose what you need.", **missing})
    if wish.need == "skip":
        return await _act(desk, Skip(**about), missing)
    if wish.need == "more_time":
        missing |= {} if wish.minutes else {"minutes": "Say how long: 2, 5 or 10 minutes."}
        return await _act(desk, MoreTime(**about, minutes=wish.minutes or 0), missing)
    missing |= {} if wish.to else {"to": "Say to whom."}
    person = await desk.people.person(wish.to) if wish.to else None
    to = Actor(id=wish.to or "", name=person.name if person else None)
    known = person is not None and person.member and person.active
    return await _act(desk, HandOver(**about, to=to, to_member=known), missing)


async def _answer(desk: Desk, body: Body, view: Mapping[str, Any]) -> Answer:
    form = forms.about(view)
    about = desk.about(body, form_id(view), form.number)
    return await _act(desk, GiveAnswer(**about, step=form.step, answer=values.read_text(view)))


async def _waive(desk: Desk, body: Body, view: Mapping[str, Any]) -> Answer:
    form = forms.about(view)
    return await _act(
        desk, Waive(**desk.about(body, form_id(view), form.number), step=form.step, why=values.read_text(view))
    )


async def _note(desk: Desk, body: Body, view: Mapping[str, Any]) -> Answer:
    form = forms.about(view)
    about = desk.about(body, form_id(view), form.number)
    incident, user = await desk.store.incident(desk.team, form.number), desk.actor(body).id
    # The channel may have been left since the form was opened, and nobody is taken for a member on their word.
    member = objection(incident, Act.NOTE, user) is None or await desk.in_channel(incident, user)
    return await _act(desk, Note(**about, text=values.read_text(view), occurred_at=about["at"], member=member))


async def _close(desk: Desk, body: Body, view: Mapping[str, Any]) -> Answer:
    form = forms.about(view)
    return await _act(desk, Close(**desk.about(body, form_id(view), form.number), reason=values.read_text(view)))


async def _act(desk: Desk, command: Any, missing: Mapping[str, str] | None = None) -> Answer:
    if missing:
        raise WrongAnswers(dict(missing))
    result = await desk.intake.submit(command)
    return _said(result.title, result.answer) if result.refused else {}


def _said(title: str, text: str) -> Answer:
    """The form turns into a notice; a form that just closes would be silent."""
    return {"response_action": "update", "view": forms.notice(title or "Not possible", text)}


def form_id(view: Mapping[str, Any]) -> str:
    """A form counts once, and only when its submission was accepted: a corrected one is no repeat."""
    return f"form:{view.get('id')}"


_FORMS: dict[str, Callable[[Desk, Body, Mapping[str, Any]], Awaitable[Answer]]] = {
    ids.FORM_OPEN: _open,
    ids.FORM_SAME_KEY: _open,
    ids.FORM_COMPLETE: _complete,
    ids.FORM_CORRECT: _correct,
    ids.FORM_CANT: _cant,
    ids.FORM_ANSWER: _answer,
    ids.FORM_WAIVE: _waive,
    ids.FORM_NOTE: _note,
    ids.FORM_CLOSE: _close,
    ids.FORM_ROSTER: on_roster,
}
