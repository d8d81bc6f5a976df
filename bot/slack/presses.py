"""Buttons. A press either opens a form (checked by a read) or is an act (committed before it is acknowledged)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot import wording
from bot.errors import SlackTrouble
from bot.slack import forms, ids
from bot.slack.alert_presses import ALERT_PRESSES
from bot.slack.listeners import Desk, press_id
from bot.slack.roster_acts import on_edit
from bot.slack.values import origin_in
from playbooks.access import Act
from playbooks.commands import Join, TakeOver
from playbooks.errors import Refused
from playbooks.incident import Incident, SuspectKey
from playbooks.suspects import suspect_keys
from storage.errors import NotFound

Body = Mapping[str, Any]


async def on_press(desk: Desk, body: Body) -> None:
    """Answers every press; one that nobody knows is told so. The presser's Home tab follows at once."""
    try:
        await _answer_press(desk, body)
    finally:
        desk.homes.acted(desk.actor(body).id)


async def _answer_press(desk: Desk, body: Body) -> None:
    action = (body.get("actions") or [{}])[0]
    action_id = str(action.get("action_id") or "")
    if action_id in _ELSEWHERE:
        await _ELSEWHERE[action_id](desk, body)
        return
    if action_id in _QUIET or action.get("type") not in (None, "button"):
        return
    if action_id in (ids.REPORT_OPEN, ids.DOOR_OPEN) and (refused := await _kept_out(desk, body, action_id)):
        await desk.notice(body, refused)
        return
    if action_id == ids.REPORT_OPEN:
        text, _ = desk.masker.text(str(action.get("value") or ""))
        await desk.open_view(body, forms.open_form(text=text, noticed_at=desk.clock.now()))
        return
    if action_id == ids.DOOR_OPEN:
        await _through_the_door(desk, body)
        return
    press = _PRESSES.get(action_id)
    number, step = ids.target(str(action.get("value") or ""))
    if press is None or number is None or (step is None and action_id in _OF_A_STEP):
        await desk.notice(body, wording.unknown_button())
        return
    try:
        incident = await desk.store.incident(desk.team, number)
    except NotFound:
        await desk.notice(body, Refused(title="Not found", reason=wording.no_such_incident(number)))
        return
    await press(desk, body, incident, step)


async def _open(desk: Desk, body: Body, form: dict[str, Any]) -> None:
    channel, ts = _message(body)
    await desk.open_view(body, forms.pressed_in(form, channel, ts) if ts else form)


def _message(body: Body) -> tuple[str, str]:
    """The message in which the button stands; empty in a form."""
    return str((body.get("channel") or {}).get("id") or ""), str((body.get("message") or {}).get("ts") or "")


async def _complete(desk: Desk, body: Body, incident: Incident, step: str | None) -> None:
    if step and not await desk.refused(body, incident, Act.COMPLETE, step):
        await _open(desk, body, forms.step_form(incident, step, "complete", desk.clock.now()))


async def _correct(desk: Desk, body: Body, incident: Incident, step: str | None) -> None:
    if step and not await desk.refused(body, incident, Act.CORRECT, step):
        await _open(desk, body, forms.step_form(incident, step, "correct", desk.clock.now()))


async def _cant(desk: Desk, body: Body, incident: Incident, step: str | None) -> None:
    if step and not await desk.refused(body, incident, Act.HAND_OVER, step):
        await _open(desk, body, forms.cant_form(incident, step))


async def _answer(desk: Desk, body: Body, incident: Incident, step: str | None) -> None:
    if step and not await desk.refused(body, incident, Act.ANSWER, step):
        await _open(desk, body, forms.answer_form(incident, step))


async def _waive(desk: Desk, body: Body, incident: Incident, step: str | None) -> None:
    if step and not await desk.refused(body, incident, Act.WAIVE, step):
        await _open(desk, body, forms.waive_form(incident, step))


async def _note(desk: Desk, body: Body, incident: Incident, _: str | None) -> None:
    member = in_its_channel(body, incident)
    if not await desk.refused(body, incident, Act.NOTE, None, member=member):
        await desk.open_view(body, forms.note_form(incident))


async def _close(desk: Desk, body: Body, incident: Incident, _: str | None) -> None:
    if not await desk.refused(body, incident, Act.CLOSE, None):
        await desk.open_view(body, forms.close_form(incident))


async def _take_over(desk: Desk, body: Body, incident: Incident, step: str | None) -> None:
    if step is None:
        return
    desk.pressed(*_message(body))
    result = await desk.intake.submit(TakeOver(**desk.about(body, press_id(body), incident.number), step=step))
    if result.refused:
        await desk.open_view(body, forms.notice(result.title, result.answer))


async def _join(desk: Desk, body: Body, incident: Incident, _: str | None) -> None:
    """Pressed in the form that named an open incident with the same key."""
    view = body.get("view") or {}
    text, keys, drill = forms.report_in(view)
    masked = desk.masker.whole((keys, text))[0]
    if incident.is_open and not (drill == incident.drill and _same_key(incident, suspect_keys(*masked))):
        said = forms.refusal_notice(wording.another_matter(incident))
    else:
        about = desk.about(body, press_id(body), incident.number)
        about |= {"text": text, "keys": keys, "member": await desk.may_open(body), "origin": origin_in(view)}
        result = await desk.intake.submit(Join(**about))
        said = forms.notice(result.title if result.refused else "Joined", result.answer)
    try:
        await desk.gateway.update_view(str(view.get("id")), said)
    except SlackTrouble:  # the form was closed meanwhile
        await desk.open_view(body, said)


def _same_key(incident: Incident, keys: tuple[SuspectKey, ...]) -> bool:
    """As the offer was made: an equal name, hint, fingerprint or vendor id, whatever the case."""
    return bool(_names(incident.keys) & _names(keys))


def _names(keys: tuple[SuspectKey, ...]) -> set[str]:
    found = (part for key in keys for part in (key.text, key.hint, key.fingerprint, key.vendor_id) if part)
    return {part.strip().casefold() for part in found}


async def _through_the_door(desk: Desk, body: Body) -> None:
    """Opens the form that could not be opened before, as it was."""
    view = await _behind_the_door(desk, body)
    if view is None:
        await desk.notice(body, wording.unknown_button())
        return
    await desk.open_view(body, forms.renewed(view))


async def _behind_the_door(desk: Desk, body: Body) -> dict[str, Any] | None:
    [action, *_] = body.get("actions") or [{}]
    # By its id and not by where it is: somebody may press before the answer to its post has come.
    row = await desk.store.surface_delivered(desk.team, str(action.get("value") or ""))
    view = (row.payload or {}).get("view") if row else None
    return view if isinstance(view, dict) else None


async def _kept_out(desk: Desk, body: Body, action_id: str) -> Refused | None:
    """Guests and strangers get no form of a report; other forms and notices are kept for whoever they were for."""
    if action_id == ids.DOOR_OPEN:
        view = await _behind_the_door(desk, body)
        if view is None or view.get("callback_id") != ids.FORM_OPEN:
            return None
    return await desk.only_members(body)


def in_its_channel(body: Body, incident: Incident) -> bool:
    """Pressed or said in the incident's own channel, which only members can see."""
    channel = (body.get("channel") or {}).get("id") or body.get("channel_id")
    return incident.home.channel is not None and channel == incident.home.channel


_OF_A_STEP = {
    ids.STEP_COMPLETE,
    ids.STEP_CORRECT,
    ids.STEP_TAKE_OVER,
    ids.STEP_CANT,
    ids.ANSWER_GIVE,
    ids.ANSWER_WAIVE,
}
_ELSEWHERE = {**ALERT_PRESSES, ids.ROSTER_EDIT: on_edit}  # about no incident, or about one to be
_QUIET = {ids.LINK}  # a link button: Slack opens it by itself
_PRESSES: dict[str, Callable[[Desk, Body, Incident, str | None], Awaitable[None]]] = {
    ids.STEP_COMPLETE: _complete,
    ids.STEP_CORRECT: _correct,
    ids.STEP_TAKE_OVER: _take_over,
    ids.STEP_CANT: _cant,
    ids.ANSWER_GIVE: _answer,
    ids.ANSWER_WAIVE: _waive,
    ids.BOARD_NOTE: _note,
    ids.BOARD_CLOSE: _close,
    ids.JOIN_YES: _join,
}
