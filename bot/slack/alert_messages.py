"""What hangs under an alert, and the private offer after a 🚨: from what was wanted last, and nothing else."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.slack import ids
from bot.slack.blocks import Block, actions, button, section
from bot.slack.messages import Context, Message, message
from bot.slack.text import clock, link, mention
from bot.wording_steps import DRILL
from playbooks.entries import SYSTEM
from playbooks.incident import label_of

QUESTION = "Is this an incident? Opening one starts the fifteen minutes and prompts the owners."
ENOUGH = "This sender opened five incidents by itself within the hour, so this one waits for a person."


def alert(payload: Mapping[str, Any], context: Context) -> Message:
    """The offer under an alert. The buttons stay while there is something to decide: a drill decides nothing."""
    line = _line(payload)
    buttons: list[Block] = []
    settled = "number" in payload and not payload.get("drill")
    if not settled:
        buttons.append(button("Open incident", ids.ALERT_OPEN, "alert", "primary"))
    if not settled and "dismissed" not in payload:
        buttons.append(button("Not an incident", ids.ALERT_DISMISS, "alert"))
    return message([line], [section(line), *([actions(*buttons)] if buttons else [])], context)


def _line(payload: Mapping[str, Any]) -> str:
    when = clock(datetime.fromtimestamp(payload.get("at") or 0, tz=UTC))
    if number := payload.get("number"):
        by, detector = str(payload.get("by") or SYSTEM), str(payload.get("detector") or "")
        said = _opened(int(number), by, detector, when, joined=bool(payload.get("joined")))
        return f"{DRILL} · {said} {QUESTION}" if payload.get("drill") else said
    if who := payload.get("dismissed"):
        return f"Not an incident, says {mention(str(who))} ({when})."
    if who := payload.get("opening"):
        return f"{mention(str(who))} pressed “Open incident” ({when}) and has the form. {QUESTION}"
    return f"{ENOUGH} {QUESTION}" if payload.get("enough") else QUESTION


def _opened(number: int, by: str, detector: str, when: str, *, joined: bool) -> str:
    if by == SYSTEM and joined:
        why = "the same key or message, or its sender opened five within the hour"
        return f"This joined {label_of(number)} by itself ({when}): {why}. Another matter? `/incident` reports it."
    if by == SYSTEM:
        return f"This opened {label_of(number)} by itself ({when}): its sender is trusted to."
    if joined:
        return f"{label_of(number)} is open for this{_opener(detector)}; {mention(by)} joined with it ({when})."
    return f"{label_of(number)} was opened from this by {mention(by)} ({when})."


def _opener(detector: str) -> str:
    return f", opened by {mention(detector)}" if detector and detector != SYSTEM else ""


def offer(payload: Mapping[str, Any], context: Context) -> Message:
    """To whoever put a 🚨 on a message: the form, filled in with it."""
    where = link(str(payload.get("link") or ""), "this message")
    line = f"You put a 🚨 on {where}. Opening an incident starts the fifteen minutes and prompts the owners."
    open_it = button("Open incident", ids.DOOR_OPEN, context.delivery_id, "primary")
    return message([line], [section(line), actions(open_it)], context)
