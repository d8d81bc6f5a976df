"""What a surface shows, from the state alone: a pure function of the incident, the surface's key and the sending."""

from collections.abc import Callable, Mapping
from typing import Any

from bot import wording
from bot.slack import ids
from bot.slack.alert_messages import alert, offer
from bot.slack.blocks import actions, button, section
from bot.slack.board import board
from bot.slack.messages import (
    Context,
    Message,
    Topic,
    announcement,
    brief,
    closing,
    joined,
    message,
    missed,
    receipt,
    reopened,
    topic,
)
from bot.slack.prompts import ask_message, step_message
from bot.slack.text import said
from playbooks.incident import Incident

__all__ = ["Context", "Message", "Topic", "render", "render_notice"]

Shown = Message | Topic | None


def render(incident: Incident, key: str, context: Context) -> Shown:
    """None when there is nothing to show (any more): a prompt of a step that ended before it was ever posted.

    `key` as `playbooks.effects` gives it; one that nobody knows shows nothing.
    """
    kind = key.split(":", 1)[0]
    if kind in _WHOLE:
        return _WHOLE[kind](incident, context)
    return _KEYED[kind](incident, key, context) if kind in _KEYED else None


_WHOLE: dict[str, Callable[[Incident, Context], Shown]] = {
    "announcement": announcement,
    "topic": topic,
    "board": board,
    "receipt": receipt,
    "joined": joined,
}
_KEYED: dict[str, Callable[[Incident, str, Context], Shown]] = {
    "brief": brief,
    **dict.fromkeys(("prompt", "nudge", "escalation", "reminder"), step_message),
    "ask": ask_message,
    "scorecard": closing,
    "reopened": reopened,
    "missed": missed,
}


def render_notice(kind: str, payload: Mapping[str, Any], context: Context) -> Message | None:
    """A message that belongs to no incident: `door` (payload: `view`), `secret` (`tokens`, `link`), `help`, `alert`
    (see `bot.alerts`), `offer` (`view`, `link`), `told` (`text`, mrkdwn as `bot.wording` gives it)."""
    match kind:
        case "door":
            return _door(payload, context)
        case "alert":
            return alert(payload, context)
        case "offer":
            return offer(payload, context)
        case "told":
            text = str(payload.get("text") or "")
            return message([text], [section(text)], context)
        case "secret":
            tokens = [str(token) for token in payload.get("tokens") or ()]
            lines = wording.secret_found(tokens, str(payload.get("link") or ""))
            report = [actions(button("Report an incident", ids.REPORT_OPEN))] if payload.get("link") else []
            return message(lines, [section("\n".join(lines)), *report], context)
        case "help":
            text = wording.help_text()
            return message([text], [section(text)], context)
    return None


def _door(payload: Mapping[str, Any], context: Context) -> Message:
    """The form itself stays in the record; the button only says which message it is."""
    view = payload.get("view") or {}
    title = said(str((view.get("title") or {}).get("text") or "the form"), 60)
    line = wording.door(title, is_form="submit" in view)
    open_it = actions(button("Open it", ids.DOOR_OPEN, context.delivery_id, "primary"))
    return message([line], [section(line), open_it], context)
