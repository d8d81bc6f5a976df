"""The few lines in which SQLite and PostgreSQL differ. Everything else is the same statement on both."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Connection, Table, Text, all_, bindparam, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

Insert = sqlite.Insert | postgresql.Insert

# serialization failure, deadlock, unique violation: two writers met, and the later one may look again
_MET = {"40001", "40P01", "23505"}


def insert_into(dialect: str, table: Table) -> Insert:
    """An insert that knows ON CONFLICT."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def put(connection: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Insert the row, or give it these values when its key is there."""
    statement = insert_into(connection.dialect.name, table).values(**key, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=dict(values)))


def none_of(dialect: str, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether the column is none of the ids in the parameter `name`, which `ids_for` makes.

    One parameter, however many they are: thousands would be put into the statement anew each time.
    """
    if dialect == "sqlite":
        return column.not_in(select(func.json_each(bindparam(name, type_=Text)).table_valued("value").c.value))
    return column != all_(bindparam(name, type_=ARRAY(BigInteger)))


def ids_for(dialect: str, ids: Collection[int]) -> str | list[int]:
    """The ids as `none_of` takes them."""
    return json.dumps(list(ids)) if dialect == "sqlite" else list(ids)


def hold_numbers(connection: Connection, team: str) -> None:
    """Let nobody else take a number until the end. On SQLite there is only one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:team))"), {"team": team})


def two_writers_met(error: DBAPIError) -> bool:
    """True when the same transaction may succeed if it runs again."""
    return getattr(error.orig, "sqlstate", None) in _MET
