"""One transaction on either database."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, text, update

from playbooks.entries import Entry
from playbooks.incident import Incident
from playbooks.outcome import Outcome
from playbooks.roster import ADMIN_LOG
from storage import codec, sql_captures, sql_clearing, sql_clock, sql_courier, sql_notes, sql_questions
from storage.dialects import Insert, hold_numbers, insert_into, put
from storage.errors import NotFound
from storage.rows import ADMIN_END, JobState, Note, Repeat, SurfaceRow, admin_end
from storage.store import Tx
from storage.tables import (
    conversations,
    entries,
    gaps,
    heartbeat,
    inbox,
    incidents,
    jobs,
    meta,
    suspect_keys,
)

_K = suspect_keys.c
_OPEN = text("open")  # literal, so that the partial index is used

# What every commit runs is put together once: that takes longer than running it.
_I, _B = incidents.c, inbox.c
_REPEAT = select(_B.number, _B.answer, _B.refused, _B.payload).where(
    _B.team == bindparam("team"), _B.source_id == bindparam("source_id")
)
_STATE = select(_I.schema_version, _I.state, _I.playbook).where(
    _I.team == bindparam("team"), _I.number == bindparam("number")
)
_HELD_STATE = _STATE.with_for_update()
_NEXT_STATE = (
    update(incidents)
    .where(_I.team == bindparam("of_team"), _I.number == bindparam("of_number"))
    .values(version=_I.version + 1)
)
_NEW_INCIDENT, _NEW_ENTRY, _NEW_IN_INBOX = insert(incidents), insert(entries), insert(inbox)


@cache
def _new_job(dialect: str) -> Insert:
    return insert_into(dialect, jobs).on_conflict_do_nothing(index_elements=["team", "number", "key"])


class SqlTx(Tx):
    """See `Tx`. Lives as long as the connection's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._read: dict[tuple[str, int], Incident] = {}

    def repeat(self, team: str, source_id: str) -> Repeat | None:
        found = self._db.execute(_REPEAT, {"team": team, "source_id": source_id}).first()
        return Repeat(**found._mapping) if found else None

    def incident(self, team: str, number: int) -> Incident:
        incident = read_incident(self._db, team, number, hold=True)
        self._read[team, number] = incident
        return incident

    def next_number(self, team: str) -> int:
        hold_numbers(self._db, team)
        highest = self._db.scalar(select(func.max(incidents.c.number)).where(incidents.c.team == team))
        return (highest or 0) + 1

    def open_with_key(
        self, team: str, fingerprints: Collection[str], vendor_ids: Collection[str], drill: bool
    ) -> int | None:
        same = _K.fingerprint.in_(fingerprints)
        counts = same if drill else and_(_K.claimed, same)
        return self._newest(team, drill, or_(counts, _K.vendor_id.in_(vendor_ids)))

    def open_with_name(self, team: str, texts: Collection[str], hints: Collection[str], drill: bool) -> int | None:
        names, wanted_hints = _names(texts), _names(hints)
        return self._newest(team, drill, or_(_K.name.in_(names), _K.hint.in_(wanted_hints)))

    def _newest(self, team: str, drill: bool, same: Any) -> int | None:
        found = select(func.max(_K.number)).where(_K.team == team, _OPEN, _K.drill == drill, same)
        newest: int | None = self._db.scalar(found)
        return newest

    def free_keys(self, team: str, fingerprints: Collection[str], number: int) -> tuple[str, ...]:
        claimed = select(_K.fingerprint).where(
            _K.team == team, _OPEN, _K.claimed, ~_K.drill, _K.number != number, _K.fingerprint.in_(fingerprints)
        )
        taken = set(self._db.scalars(claimed))
        return tuple(fingerprint for fingerprint in fingerprints if fingerprint not in taken)

    def open_from(self, team: str, channel: str, ts: str, drill: bool) -> int | None:
        return sql_captures.open_from(self._db, team, channel, ts, drill)

    def opened_by(self, team: str, author: str, since: datetime) -> list[int]:
        return sql_captures.opened_by(self._db, team, author, since)

    def commit(
        self,
        outcome: Outcome,
        *,
        source_id: str,
        now: datetime,
        answer: str = "",
        payload: dict[str, Any] | None = None,
    ) -> None:
        incident = outcome.incident
        before = self._read.get((incident.team, incident.number))
        self._write_incident(outcome, before, now)
        if before is None or (before.keys, before.is_open) != (incident.keys, incident.is_open):
            self._write_keys(incident)
        if incident.captured != (before.captured if before else ()):
            sql_captures.write(self._db, incident)
        if outcome.entries:
            self._db.execute(_NEW_ENTRY, [_entry_values(entry) for entry in outcome.entries])
        self._write_wishes(outcome, now)
        if source_id:
            self.remember(
                incident.team,
                source_id,
                now,
                number=incident.number,
                answer=answer,
                refused=outcome.refused is not None,
                payload=payload,
            )
        self._read[incident.team, incident.number] = incident

    def _write_incident(self, outcome: Outcome, before: Incident | None, now: datetime) -> None:
        incident = outcome.incident
        values = _incident_values(outcome, now)
        if before is None:
            playbook = codec.encode_playbook(incident.playbook)
            self._db.execute(_NEW_INCIDENT, {**values, "version": 1, "playbook": playbook})
        else:
            self._db.execute(_NEXT_STATE, {**values, "of_team": incident.team, "of_number": incident.number})

    def _write_keys(self, incident: Incident) -> None:
        self._db.execute(delete(suspect_keys).where(_K.team == incident.team, _K.number == incident.number))
        if incident.keys:
            self._db.execute(insert(suspect_keys), _key_values(incident))

    def _write_wishes(self, outcome: Outcome, now: datetime) -> None:
        team, number, seq = outcome.incident.team, outcome.incident.number, outcome.incident.seq
        again = [surface.key for surface in outcome.again]
        there = {row.key for row in sql_courier.surfaces_of(self._db, team, number, again)} if again else set()
        wanted = [*outcome.surfaces, *(surface for surface in outcome.again if surface.key in there)]
        sql_notes.want_surfaces(
            self._db, [sql_notes.surface_values(team, number, s.key, s.place, seq, now) for s in wanted]
        )
        if outcome.jobs:
            once = _new_job(self._db.dialect.name)
            fresh = {"progress": {}, "attempts": 0, "wanted_at": now, "state": JobState.WAITING.value}
            deeds = [{"key": job.key, "kind": job.kind, "args": job.args} for job in outcome.jobs]
            self._db.execute(once, [{"team": team, "number": number, **deed, **fresh} for deed in deeds])

    def want(self, team: str, key: str, place: str, payload: dict[str, Any] | None, now: datetime) -> SurfaceRow:
        sql_notes.want_surfaces(self._db, [sql_notes.surface_values(team, 0, key, place, 1, now, payload)])
        [row] = sql_courier.surfaces_of(self._db, team, 0, [key])
        return row

    def remember(
        self,
        team: str,
        source_id: str,
        now: datetime,
        *,
        number: int | None = None,
        answer: str = "",
        refused: bool = False,
        payload: dict[str, Any] | None = None,
    ) -> None:
        what = {"number": number, "answer": codec.plain(answer), "refused": refused, "payload": payload}
        self._db.execute(_NEW_IN_INBOX, {"team": team, "source_id": source_id, "at": now, **what})

    def note(self, *notes: Note) -> None:
        for note in notes:
            sql_notes.write_note(self._db, note)

    def keep_conversation(self, team: str, user: str, channel: str) -> None:
        put(self._db, conversations, {"team": team, "user_id": user}, {"channel": channel})

    def admin_log(self, team: str) -> list[Entry]:
        hold_numbers(self._db, f"{team} admin log")
        return sql_questions.timeline(self._db, team, ADMIN_LOG, None)

    def append_admin(self, team: str, *entries_: Entry) -> None:
        if entries_:
            self._db.execute(_NEW_ENTRY, [_entry_values(entry) for entry in entries_])
            self.set_meta(team, ADMIN_END, admin_end(entries_[-1]))

    def clear(self, team: str, number: int) -> int:
        return sql_clearing.clear(self._db, team, number)

    def heartbeat(self, team: str, now: datetime, gap_s: float) -> None:
        last = self._db.scalar(select(heartbeat.c.last_at).where(heartbeat.c.team == team))
        if last is not None and now - last > timedelta(seconds=gap_s):
            put(self._db, gaps, {"team": team, "started_at": last}, {"ended_at": now})
        put(self._db, heartbeat, {"team": team}, {"last_at": now})

    def move_clock(self, team: str, by: timedelta) -> list[int]:
        return sql_clock.move_clock(self._db, team, by)

    def may_repeat(self, team: str) -> None:
        sql_notes.may_repeat(self._db, team)

    def set_meta(self, team: str, key: str, value: str) -> None:
        put(self._db, meta, {"team": team, "key": key}, {"value": value})


def read_incident(connection: Connection, team: str, number: int, *, hold: bool = False) -> Incident:
    """Raises `NotFound`. `hold` keeps other writers away; SQLite has none and leaves the clause out."""
    found = connection.execute(_HELD_STATE if hold else _STATE, {"team": team, "number": number}).first()
    if found is None:
        raise NotFound(f"There is no incident {number} in this workspace.")
    return codec.decode_again(*found)


def _incident_values(outcome: Outcome, now: datetime) -> dict[str, Any]:
    incident = outcome.incident
    return {
        "team": incident.team,
        "number": incident.number,
        "status": incident.status.value,
        "trigger": incident.trigger.value,
        "drill": incident.drill,
        "text": codec.plain(incident.text),
        "t0": incident.t0,
        "closed_at": incident.closed_at,
        "next_due_at": outcome.next_due,
        "channel": incident.home.channel,
        "seq": incident.seq,
        "head": incident.head,
        "schema_version": codec.STATE_SCHEMA,
        "state": codec.encode_state(incident),
        "updated_at": now,
    }


def _key_values(incident: Incident) -> list[dict[str, Any]]:
    claimed: set[str | None] = {None}
    rows = []
    for position, key in enumerate(incident.keys):
        rows.append(
            {
                "team": incident.team,
                "number": incident.number,
                "position": position,
                "fingerprint": key.fingerprint,
                "vendor_id": key.vendor_id,
                "name": codec.name_of(key.text),
                "hint": codec.name_of(key.hint),
                "claimed": key.claimed and key.fingerprint not in claimed,  # a key given twice is claimed once
                "open": incident.is_open,
                "drill": incident.drill,
            }
        )
        claimed |= {key.fingerprint} if key.claimed else set()
    return rows


def _entry_values(entry: Entry) -> dict[str, Any]:
    return {
        "team": entry.team,
        "number": entry.incident,
        "seq": entry.seq,
        "body": codec.encode_entry(entry),
        "prev_hash": entry.prev_hash,
        "hash": entry.hash,
    }


def _names(texts: Collection[str]) -> list[str]:
    return [name for name in map(codec.name_of, texts) if name]
