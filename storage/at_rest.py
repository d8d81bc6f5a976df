"""A record as it lies there, for verification: what is stored is compared with what Quarterdeck would have written.

Nothing is taken for granted here: values are read as they are, whatever type they should have.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Dialect, Table, Text, select, type_coerce

from playbooks.entries import Entry
from playbooks.incident import Incident, label_of
from playbooks.ladder import next_due
from playbooks.outcome import Outcome
from playbooks.verify import Misfit, Verdict, brief, chained, fits, said, same
from storage import codec, sql_captures
from storage.engine import open_engine
from storage.errors import NotFound, translated
from storage.sql_tx import _entry_values, _incident_values, _key_values
from storage.tables import captures, entries, incidents, suspect_keys

Row = Mapping[str, Any]
_UNKNOWABLE = ("version", "updated_at")  # how often and when it was written does not follow from the entries
_JSON = ("state", "playbook")


def verify_at_rest(url: str, team: str, number: int) -> Verdict:
    """Compares every column of the incident, its entries, its keys and its captured messages.

    Raises `NotFound`, `DatabaseUnavailable`.
    """
    tables = (incidents, entries, suspect_keys, captures)
    with one_moment(url) as connection:
        found, lines, keys, messages = (rows(connection, table, team, number) for table in tables)
    if not found:
        raise NotFound(f"There is no incident {number} in this workspace.")
    return _judge(label_of(number), found[0], lines, (keys, messages), connection.dialect)


@contextmanager
def one_moment(url: str) -> Iterator[Connection]:
    """To read texts as they lie there, all of one moment."""
    engines = open_engine(url)
    try:
        with translated(engines.address.where), engines.reader.connect() as connection:
            if engines.address.is_sqlite:
                connection.connection.driver_connection.text_factory = _as_it_is  # type: ignore[union-attr]  # because it is open
            else:
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection
    finally:
        engines.dispose()


def _as_it_is(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")


def rows(connection: Connection, table: Table, team: str, number: int) -> list[Row]:
    """Every column as text."""
    raw = [type_coerce(column, Text).label(column.name) for column in table.c]
    mine = select(*raw).where(table.c.team == team, table.c.number == number)
    return [dict(row._mapping) for row in connection.execute(mine.order_by(*table.primary_key.columns))]


def _judge(
    label: str, found: Row, lines: Sequence[Row], derived: tuple[Sequence[Row], Sequence[Row]], dialect: Dialect
) -> Verdict:
    """`derived` are the rows of `suspect_keys` and of `captures`."""
    try:
        timeline = [entry_at_rest(line, dialect) for line in lines]
        incident = chained(timeline)
        _same_incident(found, incident, dialect)
        _same_rows(suspect_keys, derived[0], _key_values(incident), dialect)
        _same_rows(captures, _by_place(derived[1]), _by_place(sql_captures.rows(incident)), dialect)
    except Misfit as misfit:
        return said(f"{label} does not verify: {misfit}.")
    return fits(incident)


def entry_at_rest(line: Row, dialect: Dialect) -> Entry:
    """Raises `Misfit` when it is not written as Quarterdeck writes it."""
    where = f"entry {line['seq']}"
    try:
        entry = codec.decode_entry(line["body"], line["prev_hash"], line["hash"])
        made = _raw(entries, _entry_values(entry), dialect)
    except Exception as error:  # what a damaged body may hold is without limit, and each kind fails its own way
        raise Misfit(f"{where} cannot be read ({brief(error)})") from None
    if line["body"] != made["body"]:
        raise Misfit(f"{where} ({entry.kind}): its body is not written as Quarterdeck writes it")
    same(line, made, "the column", "the body", f"{where} ({entry.kind})")
    return entry


def _same_incident(found: Row, incident: Incident, dialect: Dialect) -> None:
    outcome = Outcome(incident=incident, next_due=next_due(incident))
    values = {**_incident_values(outcome, incident.t0), "playbook": codec.encode_playbook(incident.playbook)}
    made = _raw(incidents, {name: values[name] for name in values if name not in _UNKNOWABLE}, dialect)
    plain = [name for name in made if name not in _JSON]
    same({n: found[n] for n in plain}, {n: made[n] for n in plain}, "the record", "its entries give", "incident")
    for name in _JSON:
        _same_json(found[name], made[name], name)
    # In the order in which the answers came, which the entries do not keep.
    again = codec.decode_incident(found["schema_version"], found["state"], found["playbook"])
    if (codec.encode_state(again), codec.encode_playbook(again.playbook)) != (found["state"], found["playbook"]):
        raise Misfit("the state or the playbook of the incident is not written as Quarterdeck writes it")


def _same_json(found: Any, made: str, what: str) -> None:
    try:
        value = json.loads(found)
    except (ValueError, TypeError, RecursionError) as error:
        raise Misfit(f"the {what} of the incident is no JSON ({brief(error)})") from None
    same(value, json.loads(made), "the record", "its entries give", what)


def _by_place(messages: Sequence[Row]) -> list[Row]:
    """In an order that does not depend on the database's idea of letters."""
    return sorted(messages, key=lambda row: (str(row["channel"]), str(row["ts"])))


def _same_rows(table: Table, found: Sequence[Row], values: Sequence[Row], dialect: Dialect) -> None:
    made = [_raw(table, row, dialect) for row in values]
    if len(found) != len(made):
        raise Misfit(f"{table.name}: the record says {len(found)}, its entries give {len(made)}")
    for position, (is_, should) in enumerate(zip(found, made, strict=True)):
        same(is_, should, "the record", "its entries give", f"{table.name}[{position}]")


def _raw(table: Table, values: Row, dialect: Dialect) -> dict[str, Any]:
    """The values as the database keeps them."""
    raw = {}
    for name, value in values.items():
        process = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        raw[name] = process(value) if process else value
    return raw
