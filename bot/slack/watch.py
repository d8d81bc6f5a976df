"""Watches what is said: alerts get an offer to open an incident, whoever pastes a key is told to delete it.

Live events and the look back both come here; a message counts once, whichever brings it first.
"""

import re
from typing import Any

import structlog

from bot import alerts
from bot.slack.listeners import Desk
from bot.slack.reading import Heard, moment_of
from bot.slack.text import plain
from bot.slack.warn import warn
from playbooks.commands import Open, Origin
from playbooks.entries import SYSTEM_ACTOR
from playbooks.incident import digest_of
from playbooks.model import Trigger
from playbooks.secrets import mentions
from storage.store import Tx

log = structlog.get_logger()
FITS = 2800  # of the 3,000 characters of an input, so that a permalink fits too
NO_WORDS = "(a message without text)"


async def overheard(desk: Desk, message: Heard) -> None:
    """A new message somewhere we are. Our own never count, nor do thread replies as alerts."""
    if not message.ts or message.bot_id == desk.bot_id or message.author == desk.bot_user:
        return
    text, _ = desk.masker.text(message.text)
    if message.channel == desk.places.alerts and not message.is_reply and _counts(desk, message, text):
        shown = await _open_by_itself(desk, message, text)
        if await desk.store.transact(lambda tx: _answer(tx, desk, message, text, shown)):
            log.info("an alert is answered", action="alert_answered", sender=message.bot_id or message.author)
        desk.intake.stir()
    await warn(desk, message)


def _counts(desk: Desk, message: Heard, text: str) -> bool:
    """Another bot's message always; a person's when it holds something key-like or a word that is watched for."""
    if message.bot_id is not None or message.senders & set(desk.watching.auto_open) or mentions(text):
        return True
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) for word in desk.watching.words)


def _answer(tx: Tx, desk: Desk, message: Heard, text: str, shown: dict[str, Any]) -> bool:
    """Whether this is the first time that the message is answered."""
    source, now = alerts.source_id(message.channel, message.ts), desk.clock.now()
    if tx.repeat(desk.team, source) is not None:
        return False
    tx.remember(desk.team, source, now, payload=remembered(desk, message, text))
    if "number" not in shown:  # what opened by itself says so already
        alerts.want(tx, desk.team, message.channel, message.ts, shown, now)
    return True


def remembered(desk: Desk, message: Heard, text: str) -> dict[str, Any]:
    """What the form will be filled with, and the digest of the whole; `text` is masked."""
    return {
        "text": plain(text, FITS) or NO_WORDS,
        "author": message.author,
        "name": desk.masker.text(message.author_name)[0] if message.author_name else None,
        "sha256": digest_of(text),
    }


async def _open_by_itself(desk: Desk, message: Heard, text: str) -> dict[str, Any]:
    """Opens when the sender is one that may; what the offer shows then."""
    trigger = _trigger(desk, message)
    if trigger is None:
        return {}
    now = desk.clock.now()
    command = Open(
        team=desk.team,
        at=now,
        by=SYSTEM_ACTOR,
        source_id=f"auto:{message.channel}:{message.ts}",
        source=desk.places.link(message.channel, message.ts),
        text=text or NO_WORDS,
        trigger=trigger,
        noticed_at=moment_of(message.ts, now),
        separately=True,  # nobody is there who could be asked
        origin=Origin(channel=message.channel, ts=message.ts, author=message.author, sha256=digest_of(text), auto=True),
    )
    result = await desk.intake.submit(command)
    return {"enough": True} if result.refused else {"number": result.number}


def _trigger(desk: Desk, message: Heard) -> Trigger | None:
    return next((desk.watching.auto_open[one] for one in message.senders if one in desk.watching.auto_open), None)
