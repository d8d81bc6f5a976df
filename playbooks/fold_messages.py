"""What entries about captured messages do to the state."""

from playbooks.entries import Entry, Kind
from playbooks.incident import Captured, Incident


def origin(incident: Incident, entry: Entry) -> Incident:
    """An opening or joining entry that names the message it came from."""
    found = entry.data.get("origin")
    if not found:
        return incident
    known = incident.captured_at(found["channel"], found["ts"])
    if known is not None:
        return incident.capturing(known.model_copy(update={"origin": True}))
    by_itself = found["auto"] and entry.kind is Kind.OPENED  # what only joined opened nothing
    return incident.capturing(Captured(**{**found, "auto": by_itself}, seq=entry.seq, origin=True))


def pinned(incident: Incident, entry: Entry) -> Incident:
    data = entry.data
    known = incident.captured_at(data["channel"], data["ts"])
    kept = {"origin": known.origin, "auto": known.auto} if known else {}
    where = {name: data[name] for name in ("channel", "ts", "thread_ts", "author", "sha256")}
    return incident.capturing(Captured(**where, **kept, seq=entry.seq, pinned_by=(entry.actor.id,)))


def pinned_too(incident: Incident, entry: Entry) -> Incident:
    known = _known(incident, entry)
    return incident.capturing(known.model_copy(update={"pinned_by": (*known.pinned_by, entry.actor.id)}))


def unpinned(incident: Incident, entry: Entry) -> Incident:
    known = _known(incident, entry)
    left = tuple(user for user in known.pinned_by if user != entry.actor.id)
    return incident.capturing(known.model_copy(update={"pinned_by": left}))


def edited(incident: Incident, entry: Entry) -> Incident:
    changes = {"seq": entry.seq, "sha256": entry.data["sha256"], "edited_at": entry.occurred_at}
    return incident.capturing(_known(incident, entry).model_copy(update=changes))


def deleted(incident: Incident, entry: Entry) -> Incident:
    return incident.capturing(_known(incident, entry).model_copy(update={"gone": True, "seq": entry.seq}))


def _known(incident: Incident, entry: Entry) -> Captured:
    """Raises `ValueError` when the entry is about a message that was never captured."""
    known = incident.captured_at(entry.data["channel"], entry.data["ts"])
    if known is None:
        raise ValueError(f"entry {entry.seq} ({entry.kind}) is about a message that is not in the record")
    return known
