"""🚨 on a message: whoever put it there is offered the form, filled in with that message, by a direct message."""

from collections.abc import Mapping
from typing import Any

import structlog

from bot import wording
from bot.errors import SlackTrouble
from bot.slack.fetching import fetched
from bot.slack.listeners import Desk
from bot.slack.reading import Heard
from bot.slack.shortcuts import form_from
from bot.slack.watch import remembered, warn
from playbooks.objections import ONLY_MEMBERS_OPEN
from storage.store import Tx

log = structlog.get_logger()


async def alarmed(desk: Desk, event: Mapping[str, Any]) -> None:
    """A 🚨 was added; each one counts, also the second of a person who took the first away."""
    item, user = event.get("item") or {}, str(event.get("user") or "")
    channel, ts = str(item.get("channel") or ""), str(item.get("ts") or "")
    await offer(desk, channel, ts, user, f"reaction:{channel}:{ts}:{user}:rotating_light:{event.get('event_ts')}")


async def found_alarm(desk: Desk, message: Heard, user: str) -> None:
    """A 🚨 found by a look back: offered unless any 🚨 of this person on it was."""
    if await desk.store.transact(lambda tx: tx.repeat(desk.team, _known(message.channel, message.ts, user))) is None:
        await offer(desk, message.channel, message.ts, user, f"found:{message.channel}:{message.ts}:{user}:siren")


async def offer(desk: Desk, channel: str, ts: str, user: str, source: str) -> None:
    """Guests and strangers read who can open; nothing is lost when the message cannot be read any more."""
    person = await desk.people.person(user)
    message = await _message(desk, channel, ts)
    await warn(desk, message)
    text, _ = desk.masker.text(message.text)
    link = desk.places.link(channel, ts)
    payload: dict[str, Any] = {"view": form_from(desk, message, remembered(message, text)), "link": link}
    kind = "offer"
    if person is not None and not person.member:
        kind, payload = "told", {"text": wording.refusal(ONLY_MEMBERS_OPEN)}

    def want(tx: Tx) -> None:
        if tx.repeat(desk.team, source) is None:
            tx.remember(desk.team, source, desk.clock.now())
            if tx.repeat(desk.team, _known(channel, ts, user)) is None:
                tx.remember(desk.team, _known(channel, ts, user), desk.clock.now())
            tx.want(desk.team, f"{kind}:{source}", f"dm:{user}", payload, desk.clock.now())

    await desk.store.transact(want)
    desk.intake.stir()


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
