"""Whether two reports of one key met: in one incident, unless somebody was asked and said no."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from playbooks.entries import SYSTEM, Entry, Kind
from tests.scenario.told import Told

if TYPE_CHECKING:
    from tests.scenario.chaos import Chaos

BETWEEN_S = 1.0  # what happens at one moment may be written down in either order
CLOSES = {Kind.CLOSED, Kind.FALSE_ALARM}


def met(told: Told) -> Iterator[str]:
    """No incident was opened while another of its sort was open that names the same key."""
    for later in told.incidents:
        opened = told.entries[later.number][0]
        for earlier in told.incidents:
            alike = earlier.drill == later.drill and earlier.number < later.number
            if not alike or not _is_open(told.entries[earlier.number], opened.at.timestamp()):
                continue
            names, keys = (_same(told.entries[earlier.number][0], opened, part) for part in ("text", "fingerprint"))
            if keys or (names and later.number not in told.declined):
                yield f"{later.label} was opened although {earlier.label} names the same key"


def _is_open(entries: list[Entry], at: float) -> bool:
    """Certainly, at that moment."""
    marks = [e for e in entries if e.kind in CLOSES or e.kind in (Kind.OPENED, Kind.REOPENED)]
    ends = [*(e.at.timestamp() for e in marks[1:]), float("inf")]
    spans = [(e.at.timestamp(), end) for e, end in zip(marks, ends, strict=True) if e.kind not in CLOSES]
    return any(begins + BETWEEN_S < at < end - BETWEEN_S for begins, end in spans)


def _same(one: Entry, other: Entry, part: str) -> bool:
    return bool(_parts(one.data, part) & _parts(other.data, part))


def _parts(data: dict[str, Any], part: str) -> set[str]:
    return {str(key[part]).casefold() for key in data["keys"] if key.get(part)}


def invited(chaos: "Chaos", told: Told) -> Iterator[str]:
    """Whoever joined is in the incident's channel, and was told so once."""
    ids = {(row.number, row.key): row.delivery_id for row in told.rows}
    for incident in told.incidents:
        joined = {e.actor.id for e in told.entries[incident.number] if e.kind is Kind.JOINED} - {SYSTEM}
        for user in sorted(joined):
            if incident.home.channel and user not in chaos.workspace.channel(incident.home.channel).members:
                yield f"{user} joined {incident.label} and is not in its channel"
            told_so = [post for post in told.posts if post.id == ids.get((incident.number, f"joined:dm:{user}"))]
            if user != incident.detector and not told_so:
                yield f"{user} joined {incident.label} and was not told"
