"""The forms and small notices, as views. Nothing is prefilled that was not masked before.

https://docs.slack.dev/reference/views. Limits: titles and buttons 24, `private_metadata` 3000.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from bot import wording, wording_steps
from bot.slack import ids
from bot.slack.blocks import Block, actions, button, context, plain_text, section
from bot.slack.forms_fields import asked, field_input, moment_input, one_of, option, some_of, text_input
from bot.slack.text import escape, said, size
from bot.slack.values import OpenValues, kept_report, metadata, read_open
from playbooks.answers import defaults
from playbooks.commands import Origin
from playbooks.errors import Refused, WrongAnswers
from playbooks.incident import Incident, label_of
from playbooks.model import Trigger

View = dict[str, Any]
Mode = Literal["complete", "correct"]

_TITLE = 24
_METADATA = 3000
_SENT = ("type", "title", "blocks", "submit", "close", "callback_id", "private_metadata")


@dataclass(frozen=True, kw_only=True)
class About:
    """What a form is about, as it carries it along."""

    number: int = 0
    step: str = ""
    mode: str = ""
    pressed: tuple[str, str] | None = None  # channel and ts of the message in which its button was pressed


def about(view: Mapping[str, Any]) -> About:
    """Never fails: number 0 is no incident."""
    kept = metadata(view)
    number = kept.get("number")
    known = isinstance(number, int) and not isinstance(number, bool) and 0 < number < 10**9
    return About(
        number=number if known and isinstance(number, int) else 0,
        step=str(kept.get("step") or ""),
        mode=str(kept.get("mode") or ""),
        pressed=_pressed(kept.get("pressed")),
    )


def _pressed(kept: object) -> tuple[str, str] | None:
    whole = isinstance(kept, list) and len(kept) == 2 and all(isinstance(part, str) for part in kept)
    return (kept[0], kept[1]) if whole and isinstance(kept, list) else None


def pressed_in(view: View, channel: str, ts: str) -> View:
    """The form, remembering the message in which its button was pressed."""
    return {**view, "private_metadata": json.dumps({**metadata(view), "pressed": [channel, ts]})}


# --- opening


def open_form(
    *,
    text: str = "",
    noticed_at: datetime,
    drill: bool = False,
    trigger: Trigger | None = None,
    keys: str = "",
    source: str = "",
    origin: Origin | None = None,
) -> View:
    """ "Report an incident". `origin` is the message it was opened from, `source` its permalink."""
    blocks = _report_inputs(text, trigger, keys, noticed_at, drill)
    return form(ids.FORM_OPEN, "Report an incident", "Open incident", blocks, _from(source, origin))


def _from(source: str, origin: Origin | None) -> dict[str, Any]:
    return {"source": _address(source), **({"origin": asdict(origin)} if origin else {})}


def _report_inputs(
    text: str, trigger: Trigger | None, keys: str, noticed_at: datetime, drill: bool, block: str = "in:"
) -> list[Block]:
    triggers = [option(one.value, one.label) for one in Trigger]
    drills = [option("drill", "Yes: practise, and revoke nothing", "Marked DRILL everywhere, left out of the figures")]
    select = {**one_of(triggers, trigger), "type": "static_select"}
    hint = "Names, IDs or hints, one a line. A full key is masked before it is kept."
    return [
        asked("what", "What happened?", text_input(text, multiline=True), block=block),
        asked("trigger", "Trigger", select, block=block),
        asked("keys", "Suspect keys", text_input(keys, multiline=True), optional=True, hint=hint, block=block),
        asked("noticed_at", "When was it noticed?", moment_input(noticed_at), block=block),
        asked("drill", "This is a drill", some_of(drills, ["drill"] if drill else []), optional=True, block=block),
    ]


def _address(source: str) -> str:
    """A permalink, or nothing."""
    return source if re.fullmatch(r"https?://[!-~]{1,1000}", source) else ""


def same_key_form(number: int, report: OpenValues) -> View:
    """Offers to join the open incident that names the same key; sending the form opens another one.

    The report (masked before) is carried along unseen, or, when it is too long for that, in inputs once more.
    """
    label = label_of(number)
    offer = section(
        f"*{label} is open and names the same key.* If it is the same matter, join it: your report goes into its "
        "timeline and you into its channel. If it is not, open another incident below."
    )
    join = actions(button(f"Join {label}", ids.JOIN_YES, ids.value(number), "primary"))
    keys = "\n".join(report.keys)
    kept = {
        "text": report.text,
        "trigger": report.trigger.value,
        "keys": keys,
        "noticed_at": int(report.noticed_at.timestamp()),
        "drill": report.drill,
    }
    data = {"number": number, **_from(report.source, report.origin)}
    blocks, title = [offer, join], "Same key?"
    if size(json.dumps({**data, "report": kept})) <= _METADATA:
        return form(ids.FORM_SAME_KEY, title, "Open incident", blocks, {**data, "report": kept})
    again = _report_inputs(report.text, report.trigger, keys, report.noticed_at, report.drill, "again:")
    return form(ids.FORM_SAME_KEY, title, "Open incident", [*blocks, *again], data)


def is_separate(view: Mapping[str, Any]) -> bool:
    """The offer to join was declined."""
    return view.get("callback_id") == ids.FORM_SAME_KEY


def report_in(view: Mapping[str, Any]) -> tuple[str, tuple[str, ...], bool]:
    """The text and the keys of the report that such a form carries along, and whether it is a drill."""
    try:
        report = read_open(view, datetime.min.replace(tzinfo=UTC))
    except WrongAnswers:
        return str(kept_report(view).get("text") or ""), (), kept_report(view).get("drill") is True
    return report.text, report.keys, report.drill


# --- steps


def step_form(incident: Incident, step: str, mode: Mode, now: datetime) -> View:
    """The step's questions with their defaults; to correct, with what was answered."""
    plan, state = incident.plan(step), incident.step(step)
    filled: Mapping[str, Any] = defaults(plan, t0=incident.t0, now=now)
    if mode == "correct" and state.evidence is not None:
        filled = state.evidence.answers
    blocks = [field_input(plan, field, filled.get(field.key)) for field in plan.fields]
    lead = [] if plan.fields else [section(said(plan.action or plan.title, 2000, lines=True))]
    if not plan.fields:
        lead.append(context("There is nothing to fill in."))
    callback, submit = (ids.FORM_COMPLETE, "Complete step") if mode == "complete" else (ids.FORM_CORRECT, "Correct")
    return _step_view(callback, incident, step, submit, [*lead, *blocks], mode)


def cant_form(incident: Incident, step: str) -> View:
    """ "I can't": each need asks for another answer, so only the submission can say what is missing."""
    plan = incident.plan(step)
    skippers = " or ".join(role.value.replace("_", " ") for role in plan.skip_roles)
    needs = [
        option("hand_over", "Hand over", "Somebody else owns the step from now on"),
        option("more_time", "More time", "The next level hears of it later; due stays"),
        option("skip", "Skip", f"Only {skippers} can skip this step" if skippers else "It is not needed this time"),
    ]
    minutes = [option(str(count), f"{count} min") for count in (2, 5, 10)]
    blocks = [
        asked("need", "What do you need?", one_of(needs)),
        asked("to", "To whom?", {"type": "users_select"}, optional=True, hint="To hand over."),
        asked("minutes", "How long?", one_of(minutes), optional=True, hint="For more time."),
        asked("why", "Why?", text_input(multiline=True)),
    ]
    return _step_view(ids.FORM_CANT, incident, step, "Send", blocks)


def answer_form(incident: Incident, step: str) -> View:
    """The one answer that a submitted step still owes."""
    pending = incident.plan(step).pending
    key = pending.field if pending else "answer"
    label, hint = "Answer", None
    if pending:
        label, hint = incident.field(step, key).label, incident.field(step, key).hint
    return _step_view(ids.FORM_ANSWER, incident, step, "Save", [asked(key, label, text_input(), hint=hint)])


def waive_form(incident: Incident, step: str) -> View:
    what = f"Without it: {wording_steps.owed_name(incident, step)}. You will not be asked again."
    return _step_view(
        ids.FORM_WAIVE, incident, step, "Waive", [context(what), asked("why", "Why?", text_input(multiline=True))]
    )


def _step_view(callback: str, incident: Incident, step: str, submit: str, blocks: list[Block], mode: str = "") -> View:
    title = f"{incident.plan(step).mark} · {incident.label}"
    data = {"number": incident.number, "step": step, **({"mode": mode} if mode else {})}
    first = [context(escape(incident.plan(step).title)), *_drill(incident)]
    return form(callback, title, submit, [*first, *blocks], data)


def _drill(incident: Incident) -> list[Block]:
    return [context(f"*{wording_steps.DRILL}* · {wording_steps.DRILL_RULE}")] if incident.drill else []


# --- the whole incident


def note_form(incident: Incident) -> View:
    blocks = [*_drill(incident), asked("text", "What is to be noted?", text_input(multiline=True))]
    return form(ids.FORM_NOTE, f"Note · {incident.label}", "Add note", blocks, {"number": incident.number})


def close_form(incident: Incident) -> View:
    hint = "The scorecard is posted and the clock stops. Notes, corrections and exports stay possible."
    blocks = [*_drill(incident), asked("reason", "How did it end?", text_input(multiline=True), hint=hint)]
    return form(ids.FORM_CLOSE, f"Close {incident.label}", "Close incident", blocks, {"number": incident.number})


# --- notices


def notice(title: str, text: str) -> View:
    """A few words with nothing to send. `text` is mrkdwn, as `bot.wording` gives it."""
    fits = size(title) <= _TITLE
    lines = text if fits else f"*{said(title, 150)}*\n{text}"
    short = title if fits else "Not possible"
    blocks = [{**section(lines or "."), "block_id": "notice"}]
    return {"type": "modal", "title": plain_text(short or "Notice", _TITLE), "close": _close("Close"), "blocks": blocks}


def refusal_notice(refused: Refused) -> View:
    return notice(refused.title, wording.refusal(refused))


def title_and_notice(view: Mapping[str, Any]) -> tuple[str, str]:
    """The title of a form or notice, and the words of a notice, which a form has not."""
    words = "" if "submit" in view else view["blocks"][0]["text"]["text"]
    return view["title"]["text"], words


def renewed(view: Mapping[str, Any]) -> View:
    """A form that could not be opened, as it was, without what Slack adds to a form that is open."""
    return {key: view[key] for key in _SENT if key in view}


def form(callback: str, title: str, submit: str, blocks: list[Block], data: Mapping[str, Any]) -> View:
    """A form that carries `data` along unseen."""
    marked = [{"block_id": f"b{position}", **block} for position, block in enumerate(blocks)]
    return {
        "type": "modal",
        "callback_id": callback,
        "title": plain_text(title, _TITLE),
        "submit": plain_text(submit, _TITLE),
        "close": _close("Cancel"),
        "private_metadata": json.dumps(data),
        "blocks": marked,
    }


def _close(label: str) -> Block:
    return plain_text(label, _TITLE)
