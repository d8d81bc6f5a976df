"""Where Slack differs from what the record of an incident says of its captured messages. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from bot.slack.captures import PUSHPIN
from bot.slack.reading import Heard
from playbooks.entries import Kind
from playbooks.incident import Captured

Place = tuple[str, str]
"""A message by its channel and `ts`."""


@dataclass(frozen=True, kw_only=True)
class Missed:
    """What happened in Slack and is not in the record: `user` put the 📌 there or took it away."""

    kind: Kind
    place: Place
    user: str = ""
    message: Heard | None = None


def differences(
    captured: Collection[Captured],
    found: Mapping[Place, Heard | None],
    pinnable: Collection[Place],
    digest: Callable[[Heard], str],
) -> Iterator[Missed]:
    """`found` is what Slack shows now, None what it shows no more; what is missing there was not looked at.

    Only at places in `pinnable` does a 📌 count. New pins come first, so that a message that changes hands stays
    captured; edits come last, because what nobody pins any more is not followed.
    """
    known = {(one.channel, one.ts): one for one in captured}
    seen = {place: message for place, message in found.items() if message is not None and not message.gone}
    for place in pinnable:
        if place in seen:
            yield from _new_pins(place, seen[place], known.get(place))
    for place, one in known.items():
        if one.followed and place in found:
            yield from _changes(place, one, seen.get(place), digest)


def _new_pins(place: Place, message: Heard, known: Captured | None) -> Iterator[Missed]:
    for user in message.reacted(PUSHPIN).users:
        if known is None or user not in known.pinned_by:
            yield Missed(kind=Kind.PINNED, place=place, user=user, message=message)


def _changes(place: Place, known: Captured, message: Heard | None, digest: Callable[[Heard], str]) -> Iterator[Missed]:
    if message is None:
        yield Missed(kind=Kind.MESSAGE_DELETED, place=place)
        return
    pins = message.reacted(PUSHPIN)
    for user in known.pinned_by if pins.everybody else ():
        if user not in pins.users:
            yield Missed(kind=Kind.UNPINNED, place=place, user=user)
    if digest(message) != known.sha256:
        yield Missed(kind=Kind.MESSAGE_EDITED, place=place, message=message)
