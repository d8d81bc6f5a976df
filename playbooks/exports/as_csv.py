"""The timeline for spreadsheets and data tools: one row an entry. docs/reference/exports.md describes the columns.

RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180): every cell in quotes, so that separators and line breaks inside it
survive. UTF-8 with a byte order mark, because Excel takes a file without one for the machine's old code page.
"""

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime

from playbooks.entries import Entry
from playbooks.exports.ordered import ordered
from playbooks.exports.phrases import phrase
from playbooks.exports.plain_cells import defused
from playbooks.fold import fold
from playbooks.incident import Incident

HEADER = (
    *("incident", "seq", "at_utc", "occurred_at_utc", "actor_id", "actor", "kind", "step", "what", "text"),
    *("data", "source", "prev_hash", "hash"),
)
BYTE_ORDER_MARK = "\ufeff"


def as_csv(entries: Sequence[Entry]) -> str:
    """The entries as rows below `HEADER`. Raises `ValueError` when they make no incident."""
    incident = fold(entries)
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows([defused(cell) for cell in _cells(entry, incident)] for entry in entries)
    return BYTE_ORDER_MARK + out.getvalue()


def _cells(entry: Entry, incident: Incident) -> tuple[str, ...]:
    return (
        incident.label,
        str(entry.seq),
        _moment(entry.at),
        _moment(entry.occurred_at),
        entry.actor.id,
        entry.actor.name or incident.name(entry.actor.id),
        entry.kind.value,
        entry.step or "",
        phrase(entry, incident),
        entry.text,
        json.dumps(ordered(entry.data), ensure_ascii=False, allow_nan=False),
        entry.source,
        entry.prev_hash,
        entry.hash,
    )


def _moment(at: datetime) -> str:
    """`2026-11-21 12:06:00.250`, UTC: what spreadsheets take for a moment, and no more digits than they can read."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")
