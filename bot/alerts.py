"""The threaded offer under an alert: how it is known, where it hangs, and what it shows.

What it shows is what was wanted last: the question (nothing), `opening` (the form is with somebody), `dismissed`, or
the `number` of the incident that was opened from it (a `drill` leaves the question standing). The alert's own words
are kept with the happening, and stay.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from storage.store import Tx


def source_id(channel: str, ts: str) -> str:
    """By which a message is known, whether it comes live, is repeated, or is found by a look back."""
    return f"message:{channel}:{ts}"


def is_known(tx: Tx, team: str, channel: str, ts: str) -> bool:
    """Whether there is an offer under that message."""
    return tx.repeat(team, source_id(channel, ts)) is not None


def want(tx: Tx, team: str, channel: str, ts: str, shown: Mapping[str, Any], now: datetime) -> None:
    """Want the offer under that message, showing that."""
    tx.want(team, f"alert:{channel}:{ts}", f"thread:{channel}:{ts}", dict(shown), now)
