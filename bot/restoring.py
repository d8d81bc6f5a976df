"""The first start on a restored backup: what is sent now may have been sent before, and says so.

What happened after the backup is in Slack and not in the record. Messages that are overdue now may stand there already;
nobody can tell by the record, so each goes out marked "may be a repeat": never is worse than twice.
"""

import structlog

from bot.bootstrap import Deck
from storage.backup import MADE_AT

log = structlog.get_logger()


async def begin_after_restore(deck: Deck) -> None:
    """Does nothing on a record that is no backup, or was begun with already."""
    made_at = await deck.store.meta("", MADE_AT)
    if not made_at:
        return
    log.warning("the record was restored from a backup", action="record_restored", since=made_at)
    await deck.ticker.turn()  # what came due meanwhile is wanted now; what comes later was never sent
    await deck.store.transact(lambda tx: tx.may_repeat(deck.identity.team))
    await deck.store.set_meta("", MADE_AT, "")
