"""Whether the answer that a step still owed was asked for as often as promised, and not once it was there."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from playbooks.entries import Entry, Kind
from playbooks.incident import Incident
from tests.scenario.prompted import missed
from tests.scenario.told import Posted, Told

EVERY = timedelta(minutes=15)
PATIENCE_S = 300.0
SENDING_S = 15.0  # a call may hang that long, and what it says was true when it set out
GIVEN = {Kind.ANSWERED, Kind.WAIVED}


def owed(told: Told) -> Iterator[str]:
    """Every quarter of an hour from the submission on until it was given or waived; no sooner, and not afterwards."""
    ids = {row.delivery_id: row.number for row in told.rows if row.kind == "ask"}
    for incident in told.incidents:
        first: dict[str, Posted] = {}
        for post in told.posts:
            if ids.get(post.id) == incident.number:
                first.setdefault(post.id, post)
        asked = list(first.values())
        spans = list(_owing(told.entries[incident.number], told.until))
        for post in asked:
            if not any(begins <= post.began <= ends + SENDING_S for begins, ends in spans):
                yield f"{incident.label}: {post.text[:60]!r} went out at {post.ts} although nothing was owed"
        for begins, ends in spans:
            within = [post for post in asked if begins <= post.began <= ends + SENDING_S]
            yield from _too_soon(incident, begins, within)
            yield from _too_seldom(incident, [begins, *(post.at for post in within), ends], told)


def _owing(entries: list[Entry], until: float) -> Iterator[tuple[float, float]]:
    since: float | None = None
    for e in entries:
        owes = e.kind is Kind.SUBMITTED or (e.kind is Kind.CORRECTED and e.data.get("owing", False))
        if owes and since is None:
            since = e.at.timestamp()
        elif since is not None and (
            e.kind in GIVEN or (e.kind is Kind.CORRECTED and not owes and e.step == "escalate")
        ):
            yield since, e.at.timestamp()
            since = None
    if since is not None:
        yield since, until


def _too_soon(incident: Incident, begins: float, within: list[Posted]) -> Iterator[str]:
    before = begins
    for post in within:
        if post.began < before + EVERY.total_seconds() - 0.01:
            yield f"{incident.label}: asked at {post.ts}, {post.began - before:.0f} s after the time before"
        before = post.at


def _too_seldom(incident: Incident, moments: list[float], told: Told) -> Iterator[str]:
    for since, then in pairwise(moments):
        if then - since - missed(told.away, since, then) > EVERY.total_seconds() + PATIENCE_S:
            yield f"{incident.label}: owed for {then - since:.0f} s from {since:.0f} on and not asked for"
