"""🚨 on a message: whoever put it there is offered the form, filled in with that message, by a direct message."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog

from bot import wording
from bot.errors import SlackTrouble
from bot.slack.fetching import fetched
from bot.slack.listeners import Desk
from bot.slack.reading import Heard, moment_of
from bot.slack.shortcuts import form_from
from bot.slack.warn import warn
from bot.slack.watch import remembered
from playbooks.objections import ONLY_MEMBERS_OPEN
from storage.rows import Repeat
from storage.store import Tx

log = structlog.get_logger()


async def alarmed(desk: Desk, event: Mapping[str, Any]) -> None:
    """A 🚨 was added; each one counts, also the second of a person who took the first away."""
    item, user = event.get("item") or {}, str(event.get("user") or "")
    channel, ts, event_ts = str(item.get("channel") or ""), str(item.get("ts") or ""), str(event.get("event_ts") or "")
    at = moment_of(event_ts, desk.clock.now())
    await _offer(desk, channel, ts, user, f"reaction:{channel}:{ts}:{user}:rotating_light:{event_ts}", at)


async def found_alarm(desk: Desk, message: Heard, user: str) -> None:
    """A 🚨 found by a look back: offered unless any 🚨 of this person on it was."""
    known = _known(message.channel, message.ts, user)
    if await desk.store.transact(lambda tx: tx.repeat(desk.team, known)) is None:
        await _offer(desk, message.channel, message.ts, user, f"found:{known}", None)


async def _offer(desk: Desk, channel: str, ts: str, user: str, source: str, at: datetime | None) -> None:
    """`at` is when the 🚨 was added, None for one that was found. Nothing is lost when the message cannot be read."""
    kind, payload = await _what_to_say(desk, channel, ts, user)
    now = desk.clock.now()

    def want(tx: Tx) -> None:
        if tx.repeat(desk.team, source) is not None:
            return
        tx.remember(desk.team, source, now)
        known = tx.repeat(desk.team, _known(channel, ts, user))
        if known is not None and _same(known, at):
            return
        if known is None:
            found_at = {"found_at": now.timestamp()} if at is None else {}
            tx.remember(desk.team, _known(channel, ts, user), now, payload=found_at)
        tx.want(desk.team, f"{kind}:{source}", f"dm:{user}", payload, now)

    await desk.store.transact(want)
    desk.intake.stir()


def _same(known: Repeat, at: datetime | None) -> bool:
    """Whether this 🚨 was offered: one that is found always was, one that is told late when it was found before."""
    found_at = (known.payload or {}).get("found_at")
    return at is None or (found_at is not None and at.timestamp() <= float(found_at))


async def _what_to_say(desk: Desk, channel: str, ts: str, user: str) -> tuple[str, dict[str, Any]]:
    """Guests and strangers read who can open, everybody else gets the form."""
    person = await desk.people.person(user)
    message = await _message(desk, channel, ts)
    await warn(desk, message)
    if person is not None and not person.member:
        return "told", {"text": wording.refusal(ONLY_MEMBERS_OPEN)}
    text, _ = desk.masker.text(message.text)
    view = form_from(desk, message, remembered(desk, message, text))
    return "offer", {"view": view, "link": desk.places.link(channel, ts)}


def _known(channel: str, ts: str, user: str) -> str:
    return f"offered:{channel}:{ts}:{user}"


async def _message(desk: Desk, channel: str, ts: str) -> Heard:
    """As it is now; without words when Slack cannot be asked or it is gone, since the permalink says where it was."""
    try:
        found = await fetched(desk, channel, ts)
    except SlackTrouble as error:
        log.warning("a message could not be read", action="message_unread", why=str(error))
        found = None
    return found or Heard(
        channel=channel, ts=ts, thread_ts=None, author="unknown", author_name=None, bot_id=None, text=""
    )
