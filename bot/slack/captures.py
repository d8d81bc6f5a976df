"""📌 on a message puts it into the record; what becomes of a message that is in it is recorded too.

Live events and the look back (`bot.lookback`) both come here. Everything is committed before it returns.
"""

from collections.abc import Mapping
from typing import Any

import structlog

from bot import wording
from bot.errors import Rejected
from bot.observability import of_incident
from bot.slack.fetching import fetched
from bot.slack.listeners import Desk
from bot.slack.reading import Heard, moment_of
from bot.slack.warn import warn
from playbooks.commands import MessageDeleted, MessageEdited, Pin, Unpin
from playbooks.entries import Actor
from playbooks.incident import label_of

Event = Mapping[str, Any]
PUSHPIN = "pushpin"
log = structlog.get_logger()


async def pinned(desk: Desk, event: Event) -> None:
    """📌 in an incident's own channel or thread; anywhere else it is a decoration.

    Raises `SlackTrouble` when Slack does not show the message in time: the event is to be brought again.
    https://docs.slack.dev/reference/events/reaction_added
    """
    channel, ts, user = _what(event)
    number = await desk.store.number_in(desk.team, channel)
    if not ts or (number is None and channel != desk.places.alerts):
        return
    try:
        message = await fetched(desk, channel, ts)
    except Rejected as error:  # asking again would not help
        about = of_incident(number or 0)
        log.warning("a pinned message cannot be read", action="pin_unread", why=str(error), **about)
        return
    if message is None or message.gone:
        if number is not None:
            key = f"told:gone:{channel}:{ts}:{user}"
            await _tell(desk, key, user, {"text": wording.pinned_but_gone(label_of(number))})
        return
    pins = message.reacted(PUSHPIN)
    if pins.everybody and user not in pins.users:
        return  # taken away again; that event may have come before this one
    member, number = number is not None, number or await served_by(desk, message)
    if number is not None:
        source = f"reaction:{channel}:{ts}:{user}:{PUSHPIN}:added:{event.get('event_ts')}"
        await take_pin(desk, number, message, user, member=member, source_id=source)


async def unpinned(desk: Desk, event: Event) -> None:
    """A 📌 was removed. Raises `SlackTrouble` like `pinned`.

    https://docs.slack.dev/reference/events/reaction_removed
    """
    channel, ts, user = _what(event)
    numbers = await desk.store.followed_at(desk.team, channel, ts)
    if numbers and await _stands(desk, channel, ts, user):
        return  # put back; that event may have come before this one
    for number in numbers:
        source = f"reaction:{channel}:{ts}:{user}:{PUSHPIN}:removed:{event.get('event_ts')}:{number}"
        await take_unpin(desk, number, channel, ts, user, source_id=source)


async def _stands(desk: Desk, channel: str, ts: str, user: str) -> bool:
    """Whether this person's 📌 is on the message now."""
    try:
        message = await fetched(desk, channel, ts)
    except Rejected:  # it cannot be read, so the event has the last word
        return False
    return message is not None and user in message.reacted(PUSHPIN).users


async def message_edited(desk: Desk, message: Heard, event_ts: str) -> None:
    """A message says something else now; our own change all the time, and that is no news."""
    if is_ours(desk, message):
        return
    for number in await desk.store.followed_at(desk.team, message.channel, message.ts):
        source = f"edited:{message.channel}:{message.ts}:{event_ts}:{number}"
        await take_edit(desk, number, message, event_ts, source_id=source)
    await warn(desk, message)


async def message_deleted(desk: Desk, channel: str, ts: str, event_ts: str) -> None:
    """A message is there no more; its thread may be."""
    for number in await desk.store.followed_at(desk.team, channel, ts):
        await take_deletion(desk, number, channel, ts, source_id=f"deleted:{channel}:{ts}:{event_ts}:{number}")
    for row in await desk.store.surfaces_at(desk.team, channel, ts):
        await desk.losses.message(row)


async def take_pin(desk: Desk, number: int, message: Heard, user: str, *, member: bool, source_id: str = "") -> None:
    """Pins it for `user`. Who may not is told so; the author of a key in it is told to delete it."""
    text, _ = desk.masker.text(message.text)
    about = _about(desk, number, message.channel, message.ts, user, source_id)
    pin = Pin(
        **about,
        text=text,
        posted_at=moment_of(message.ts, about["at"]),
        author=_actor(desk, message.author, message.author_name),
        thread_ts=message.thread_ts if message.is_reply else None,
        member=member,
    )
    result = await desk.intake.submit(pin)
    await warn(desk, message)
    if result.refused:
        await _tell(desk, refusal_key(message.channel, message.ts, user), user, {"text": result.answer})


async def take_unpin(desk: Desk, number: int, channel: str, ts: str, user: str, *, source_id: str = "") -> None:
    await desk.intake.submit(Unpin(**_about(desk, number, channel, ts, user, source_id)))


async def take_edit(desk: Desk, number: int, message: Heard, edited_ts: str, *, source_id: str = "") -> None:
    """`edited_ts` is when, in Slack's own writing; only its author can edit a message."""
    text, _ = desk.masker.text(message.text)
    about = _about(desk, number, message.channel, message.ts, message.author, source_id)
    edited_at = moment_of(edited_ts, about["at"])
    await desk.intake.submit(MessageEdited(**about, text=text, edited_at=edited_at))
    await warn(desk, message)


async def take_deletion(desk: Desk, number: int, channel: str, ts: str, *, source_id: str = "") -> None:
    """By nobody in particular: Slack does not say who."""
    about = _about(desk, number, channel, ts, None, source_id)
    await desk.intake.submit(MessageDeleted(**about))


async def served_by(desk: Desk, message: Heard) -> int | None:
    """The incident that is worked on in the thread in which this message stands."""
    for row in await desk.store.surfaces_at(desk.team, message.channel, message.thread_ts or message.ts):
        if row.key == "announcement" and (await desk.store.incident(desk.team, row.number)).home.thread:
            return row.number
    return None


def is_ours(desk: Desk, message: Heard) -> bool:
    return bool({desk.bot_user, desk.bot_id} & message.senders)


def refusal_key(channel: str, ts: str, user: str) -> str:
    """The message that tells somebody once that they may not pin that."""
    return f"told:pin:{channel}:{ts}:{user}"


async def _tell(desk: Desk, key: str, user: str, payload: dict[str, Any]) -> None:
    now = desk.clock.now()
    await desk.store.transact(lambda tx: tx.want(desk.team, key, f"dm:{user}", payload, now))
    desk.intake.stir()


def _what(event: Event) -> tuple[str, str, str]:
    item = event.get("item") or {}
    return str(item.get("channel") or ""), str(item.get("ts") or ""), str(event.get("user") or "")


def _about(desk: Desk, number: int, channel: str, ts: str, user: str | None, source_id: str) -> dict[str, Any]:
    facts = {"team": desk.team, "at": desk.clock.now(), "number": number, "channel": channel, "ts": ts}
    by = {"by": _actor(desk, user)} if user is not None else {}
    return {**facts, **by, "source_id": source_id, "source": desk.places.link(channel, ts)}


def _actor(desk: Desk, user: str, name: str | None = None) -> Actor:
    return Actor(id=user, name=name or desk.people.name(user))
