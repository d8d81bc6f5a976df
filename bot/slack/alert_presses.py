"""The buttons of the offer under an alert: "Open incident" opens the form, "Not an incident" is an act."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import structlog

from bot import alerts, wording
from bot.slack import ids
from bot.slack.listeners import Desk
from bot.slack.reading import Heard
from bot.slack.shortcuts import form_from
from playbooks.errors import Refused
from playbooks.objections import ONLY_MEMBERS_OPEN
from storage.store import Tx

Body = Mapping[str, Any]
log = structlog.get_logger()


async def _open(desk: Desk, body: Body) -> None:
    if refused := await desk.only_members(body):
        await desk.notice(body, refused)
        return
    channel, ts = _alert(body)
    kept = await desk.store.transact(lambda tx: tx.repeat(desk.team, alerts.source_id(channel, ts)))
    if kept is None or not kept.payload:
        await desk.notice(body, wording.unknown_button())
        return
    await desk.open_view(body, form_from(desk, _heard(channel, ts, kept.payload), kept.payload))
    await desk.store.transact(lambda tx: _show(tx, desk, body, "opening"))
    desk.intake.stir()


async def _dismiss(desk: Desk, body: Body) -> None:
    member = await desk.may_open(body)
    if not member:  # unknown means no here: nothing is lost by asking somebody else
        await desk.notice(body, ONLY_MEMBERS_OPEN if member is False else wording.unknown_person())
        return
    if refused := await desk.store.transact(lambda tx: _dismissed(tx, desk, body)):
        await desk.notice(body, refused)
        return
    log.info("an alert is no incident", action="alert_dismissed", by=desk.actor(body).id)
    desk.intake.stir()


def _dismissed(tx: Tx, desk: Desk, body: Body) -> Refused | None:
    """Says so, unless an incident was opened from it or somebody said so before."""
    source, now = f"dismissed:{':'.join(_alert(body))}", desk.clock.now()
    if (known := tx.repeat(desk.team, source)) and known.payload:
        said = datetime.fromtimestamp(known.payload["at"], tz=UTC)
        return wording.dismissed_before(str(known.payload["by"]), said)
    if refused := _show(tx, desk, body, "dismissed"):
        return refused
    tx.remember(desk.team, source, now, payload={"by": desk.actor(body).id, "at": int(now.timestamp())})
    return None


def _show(tx: Tx, desk: Desk, body: Body, what: str) -> Refused | None:
    channel, ts = _alert(body)
    if number := tx.open_from(desk.team, channel, ts, False):  # a drill settles nothing
        return wording.opened_before(number)
    now = desk.clock.now()
    shown = {what: desk.actor(body).id, "at": int(now.timestamp())}
    alerts.want(tx, desk.team, channel, ts, shown, now)
    return None


def _alert(body: Body) -> tuple[str, str]:
    """The alert under which the pressed offer hangs."""
    message = body.get("message") or {}
    return str((body.get("channel") or {}).get("id") or ""), str(message.get("thread_ts") or "")


def _heard(channel: str, ts: str, kept: Mapping[str, Any]) -> Heard:
    return Heard(
        channel=channel,
        ts=ts,
        thread_ts=None,
        author=str(kept.get("author")),
        author_name=kept.get("name"),
        bot_id=None,
        text=str(kept.get("text")),
    )


ALERT_PRESSES: dict[str, Callable[[Desk, Body], Awaitable[None]]] = {
    ids.ALERT_OPEN: _open,
    ids.ALERT_DISMISS: _dismiss,
}
