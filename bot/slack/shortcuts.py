"""The two shortcuts: "Report an incident" from anywhere, "Open incident" on a message."""

from collections.abc import Mapping
from typing import Any

from bot.slack import forms, ids
from bot.slack.listeners import Desk
from bot.slack.reading import Heard, heard, moment_of
from bot.slack.warn import warn
from bot.slack.watch import remembered
from playbooks.commands import Origin

Body = Mapping[str, Any]


async def on_shortcut(desk: Desk, body: Body) -> None:
    """Opens the form; guests read who can. Raises nothing for a shortcut that nobody knows."""
    if body.get("callback_id") not in (ids.SHORTCUT_REPORT, ids.SHORTCUT_MESSAGE):
        return
    if refused := await desk.only_members(body):
        await desk.notice(body, refused)
        return
    if body.get("type") != "message_action":
        await desk.open_view(body, forms.open_form(noticed_at=desk.clock.now()))
        return
    message = heard(str((body.get("channel") or {}).get("id") or ""), _message(body))
    text, _ = desk.masker.text(message.text)
    await desk.open_view(body, form_from(desk, message, remembered(desk, message, text)))
    await warn(desk, message)


def _message(body: Body) -> Mapping[str, Any]:
    """The message, which a shortcut brings along even when it was deleted meanwhile."""
    found = body.get("message")
    return {"ts": body.get("message_ts"), **(found if isinstance(found, Mapping) else {})}


def form_from(desk: Desk, message: Heard, kept: Mapping[str, Any]) -> forms.View:
    """The form of a report with a message filled in: its text, shortened to fit, and its permalink."""
    link = desk.places.link(message.channel, message.ts)
    origin = Origin(
        channel=message.channel, ts=message.ts, author=str(kept["author"]), sha256=str(kept["sha256"]), auto=False
    )
    noticed_at = moment_of(message.ts, desk.clock.now())
    return forms.open_form(text=f"{kept['text']}\n{link}", noticed_at=noticed_at, source=link, origin=origin)
