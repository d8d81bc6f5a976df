"""Messages that ask a person for a step: prompt, nudge, escalation, reminder, and the ask for an answer to come.

Whatever the reason a message was posted for, once there is nothing more to ask it says how the step ended.
"""

from dataclasses import dataclass

from bot import wording_steps as words
from bot.slack import ids
from bot.slack.aids import aids
from bot.slack.blocks import SECTION, Block, actions, button, header, section
from bot.slack.messages import Context, Message, home_of, message
from bot.slack.text import escape, mention, said, shorten
from playbooks.incident import Incident, Post, StepState
from playbooks.ladder import called_in_channel
from playbooks.model import Step
from playbooks.states import StepStatus

PART = 1200  # of a merged list, whatever stands in it
IN_A_LIST = 300  # of what is to be done, where several prompts share a message
_RUNGS = ("prompt", "nudge", "role", "lead", "alerts")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A surface of a step: `escalation:revoke:dm:U7` taken apart. `user` is None in a channel."""

    incident: Incident
    key: str
    kind: str
    step: StepState
    number: int = 0
    user: str | None = None

    @property
    def plan(self) -> Step:
        return self.incident.plan(self.step.key)

    @property
    def post(self) -> Post | None:
        return self.step.posts.get(self.key)

    @property
    def in_alerts(self) -> bool:
        return self.key.endswith(":alerts")

    @property
    def in_public(self) -> bool:
        """Everybody in the alerts channel may read it: no free text, no evidence."""
        return self.in_alerts or (self.user is None and self.incident.home.thread)

    @property
    def reader(self) -> str | None:
        """Who is called by name: whoever it is sent to, or in the channel an owner who has no direct messages."""
        in_channel = self.key.endswith(":channel") and called_in_channel(self.step)
        return self.step.owner if in_channel else self.user

    @property
    def to_owner(self) -> bool:
        return self.reader is not None and self.reader == self.step.owner


@dataclass(frozen=True, kw_only=True)
class Part:
    """One prompt inside a merged list; the first of its blocks begins with its head."""

    delivery_id: str
    lines: list[str]
    blocks: list[Block]


def asked(incident: Incident, key: str) -> Asked | None:
    """None for a key that belongs to no step of this incident."""
    kind, *rest = key.split(":")
    step = next((step for step in incident.steps if rest and step.key == rest[0]), None)
    if step is None:
        return None
    number = int(rest[1]) if len(rest) > 1 and rest[1].isdecimal() else 0
    user = key.split(":dm:", 1)[1] if ":dm:" in key else None
    return Asked(incident=incident, key=key, kind=kind, step=step, number=number, user=user)


def step_message(incident: Incident, key: str, context: Context) -> Message | None:
    """A prompt, nudge, escalation or reminder. None when it was never posted and has nothing to ask any more."""
    ask = asked(incident, key)
    if ask is None or (not context.posted and (ask.step.status.ended or not _still_wanted(ask))):
        return None
    title = _title(ask)
    if ask.step.status.ended:
        body = [words.outcome_of(incident, ask.step, evidence=not ask.in_public)]
        blocks = [section("\n".join([*_notices(ask, context), *body]))]
    elif not _still_wanted(ask):
        body = [_no_more(ask)]
        blocks = [section(body[0])]
    else:
        body = [_lead(ask), *_what_to_do(ask)]
        blocks = [
            section("\n".join([*_notices(ask, context), *body])),
            *_guidance(ask),
            _buttons(ask),
            *(aids(incident, ask.plan, public=ask.in_public) if ask.kind == "prompt" else []),
        ]
    return message([escape(title), *_notices(ask, context), *body], [header(title), *blocks], context)


def list_part(incident: Incident, key: str, context: Context) -> Part | None:
    """The same for a merged list: the head, in short what is asked, the buttons."""
    ask = asked(incident, key)
    if ask is None or (not context.posted and (ask.step.status.ended or not _still_wanted(ask))):
        return None
    title, notices, buttons = _title(ask), _notices(ask, context), []
    if ask.step.status.ended:
        body = [words.outcome_of(incident, ask.step)]
    elif not _still_wanted(ask):
        notices, body = [], [_no_more(ask)]
    else:
        body, buttons = [_lead(ask), *_what_to_do(ask, IN_A_LIST), _more(ask)], [_buttons(ask)]
    text = section(shorten("\n".join(line for line in (f"*{escape(title)}*", *notices, *body) if line), PART))
    lines = [escape(title), *(line for line in notices if line != words.DRILL_RULE), shorten(body[0], IN_A_LIST)]
    return Part(delivery_id=context.delivery_id, lines=lines, blocks=[text, *buttons])


def _no_more(ask: Asked) -> str:
    return f"{words.name_of(ask.incident, ask.step.owner)} owns this step now, nothing more for you to do."


def _more(ask: Asked) -> str:
    """Where the guidance stands that a list has no room for."""
    where = home_of(ask.incident)
    return f"All of it, with the guidance, is in {where}." if where else ""


def _title(ask: Asked) -> str:
    kinds = {
        "prompt": "",
        "nudge": "Nudge · ",
        "escalation": "Escalation · ",
        "reminder": f"Reminder {ask.number} of {ask.incident.playbook.reminders} · ",
        "ask": "Still to come · ",
    }
    drill = f" · {words.DRILL}" if ask.incident.drill else ""
    return f"{kinds[ask.kind]}{words.head(ask.incident, ask.step.key)}{drill}"


def _notices(ask: Asked, context: Context) -> list[str]:
    """What is said right after the head: why it comes late, that it may come twice, that it is a drill."""
    late = ask.post if ask.post and ask.post.late_why else context
    lines = [words.late_line(late.late_s, late.late_why)] if late.late_why else []
    lines += ["This may be a repeat."] if context.maybe_repeat or (ask.post and ask.post.repeat) else []
    return lines + ([words.DRILL_RULE] if ask.incident.drill and not ask.step.status.ended else [])


# --- is it still for this person?


def _still_wanted(ask: Asked) -> bool:
    """After a change of owner the former owner hears nothing more, and the ladder begins again from the prompt.

    What the present rung carries is always wanted: the ladder waits until it is there.
    """
    if ask.key in ask.step.level_keys:
        return True
    if ask.user is None:
        return ask.kind == "prompt" or _rank(ask.step.level) >= _rank(_level(ask))
    if ask.kind == "prompt":
        return ask.to_owner or _is_deputy(ask)
    if ask.kind == "escalation":
        return ask.to_owner or _rank(ask.step.level) >= _rank(_level(ask))
    return ask.to_owner and (ask.kind == "nudge" or _rank(ask.step.level) >= _rank(_level(ask)))


def _is_deputy(ask: Asked) -> bool:
    """The deputy's prompt goes out with the nudge to the owner of that moment; a former owner's was before it."""
    nudge = ask.step.posts.get(f"nudge:{ask.step.key}:dm:{ask.step.owner}")
    return nudge is not None and ask.post is not None and ask.post.wanted_at >= nudge.wanted_at


def _level(ask: Asked) -> str:
    if ask.kind == "reminder":
        return f"reminder:{ask.number}"
    if ask.kind == "escalation":
        in_role = ask.user in ask.incident.people(ask.plan.role)
        return "alerts" if ask.in_alerts else "role" if in_role else "lead"
    return ask.kind


def _rank(level: str | None) -> int:
    if level is not None and level.startswith("reminder:"):
        return len(_RUNGS) + int(level.split(":")[1])
    return _RUNGS.index(level) if level in _RUNGS else 0


# --- what it says


def _lead(ask: Asked) -> str:
    sentence = _whose(ask)
    return sentence if sentence.startswith("<") else sentence[:1].upper() + sentence[1:]


def _whose(ask: Asked) -> str:
    """Whose it is and since when."""
    owner, due = words.name_of(ask.incident, ask.step.owner), words.moment_near(ask.incident, ask.step.due_at)
    now = f"due now ({due})" if ask.step.status is not StepStatus.OVERDUE else f"due since {due}"
    you = f"{mention(ask.reader)}, " if ask.reader else ""
    if ask.to_owner:
        handed = _handed(ask)
        return {
            "prompt": f"{you}this is yours, {now}{handed}.",
            "nudge": f"{you}this is yours and was due at {due}. Nobody has answered yet.",
            "reminder": f"{you}this is yours and still open, {now}.",
        }.get(ask.kind, f"{you}nobody has answered this step, {now}.")
    if ask.kind == "escalation":
        rest = "It has no owner." if ask.step.owner is None else f"{owner} owns it and has not answered."
        return f"{you}this step is {now}. {rest} " + (
            "Take it over." if ask.in_alerts else "Complete it, or take over."
        )
    if ask.user:
        return f"{you}{owner} owns this, {now}, and has not answered. Complete it, or take it over."
    whose = "No owner: take it over" if ask.step.owner is None else f"{owner} owns this"
    return f"{whose}, {now}."


def _handed(ask: Asked) -> str:
    giver = ask.step.handed_by
    return f", handed over by {words.name_of(ask.incident, giver)}" if giver else ""


def _what_to_do(ask: Asked, limit: int = 2000) -> list[str]:
    if ask.in_alerts:
        return []
    keys = words.keys_of(ask.incident) if not ask.in_public else ""
    action = said(ask.plan.action or "", limit, lines=True)
    return [f"{'Key' if len(ask.incident.keys) == 1 else 'Keys'}: {keys}" if keys else "", action]


def _guidance(ask: Asked) -> list[Block]:
    """Only where the step is asked for the first time: nudges and reminders lead back to it by their head."""
    if ask.kind != "prompt":
        return []
    texts = (ask.plan.guidance, ask.plan.by_trigger.get(ask.incident.trigger))
    return [section(said(text, SECTION, lines=True)) for text in texts if text]


def _buttons(ask: Asked) -> Block:
    carried = ids.value(ask.incident.number, ask.step.key)
    complete = button("Complete step", ids.STEP_COMPLETE, carried, "primary")
    take_over = button("Take over", ids.STEP_TAKE_OVER, carried)
    if ask.in_alerts:
        return actions(take_over)
    if ask.kind == "escalation":
        return actions(complete, take_over)
    return actions(complete, take_over, button("I can't", ids.STEP_CANT, carried))


# --- the answer that is still to come


def answer_label(plan: Step) -> str:
    """Of the button that leads to the form for it."""
    return "Enter ticket ID" if plan.pending and plan.pending.field == "ticket_id" else "Enter answer"


def ask_message(incident: Incident, key: str, context: Context) -> Message | None:
    """Asks for what a submitted step still owes. None when it was given before this was ever posted."""
    ask = asked(incident, key)
    if ask is None or (ask.step.status is not StepStatus.SUBMITTED and not context.posted):
        return None
    title, notices = _title(ask), _notices(ask, context)
    if ask.step.status is not StepStatus.SUBMITTED or ask.plan.pending is None:
        body = words.outcome_of(incident, ask.step)
        return message([escape(title), body], [header(title), section(body)], context)
    owed = words.owed_name(incident, ask.step.key)
    sent = f" at {words.moment_near(incident, ask.step.done_at)}" if ask.step.done_at else ""
    body = f"This was submitted{sent} without the {owed}. Enter it as soon as you have it, or waive it."
    carried = ids.value(incident.number, ask.step.key)
    give = button(answer_label(ask.plan), ids.ANSWER_GIVE, carried, "primary")
    buttons = actions(give, button("Waive", ids.ANSWER_WAIVE, carried))
    lines = [*notices, body]
    return message([escape(title), *lines], [header(title), section("\n".join(lines)), buttons], context)
