"""A first post without an answer is in doubt as long as Slack may still be finishing it, and no longer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.arrivals import Arrivals
from bot.doubts import Doubts
from bot.errors import Unclear
from bot.lateness import Lateness
from bot.metrics import Metrics
from storage.memory_store import MemoryStore
from storage.rows import Attempted

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Told:
    """A clock that is told."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at


class Empty:
    """A Slack in which nothing stands, and that answers."""

    answering, ended_at = True, None

    async def delivered_lately(self, *_: Any) -> tuple[dict[str, str], bool]:
        return {}, True

    async def delivered(self, *_: Any) -> dict[str, str]:
        return {}


@pytest.mark.parametrize(("hung", "over_s"), [(True, 15), (False, 10.5)])
async def test_a_post_that_was_given_up_early_is_waited_for_as_any_other(hung: bool, over_s: float) -> None:
    store, clock, slack = MemoryStore(), Told(), Empty()
    lateness = Lateness(store, clock)
    doubts = Doubts(store, slack, slack, Arrivals(store, None, None, lateness, clock), lateness, clock, Metrics())
    row = await store.transact(lambda tx: tx.want("T1", "secret:1", "dm:U1", {}, NOON))
    await store.note(Attempted(id=row.id, at=NOON, channel="D1"))
    clock.at += timedelta(seconds=5.5)
    await doubts.lost(row, Unclear("chat.postMessage", "TimeoutError", hung=hung))

    for second in (over_s - 0.1, over_s):
        clock.at = NOON + timedelta(seconds=second)
        await doubts.settle(await store.surface(row.id))
        fresh = await store.surface(row.id)
        assert (fresh.attempted_at is None) is (second == over_s)
