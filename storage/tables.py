"""The tables, as they are. docs/reference/record-tables.md says the same in prose.

The models describe and validate nothing (SQLModel does not check `table=True` models); statements are written against
the tables themselves, because the ORM's own work would be the larger half of a commit. Every key and index carries
the workspace. Moments are UTC, JSON is text, and what is one of a few words is kept as that word.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Dialect, Index, Integer, MetaData, Text, false, text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from storage.errors import NoMoment

VERSION = "0003"  # the newest migration; a test holds it equal to what Alembic finds
VERSION_TABLE = "quarterdeck_version"  # its name tells our databases from other programs'
UNSENT = text("state = 'live' AND wanted > shown")  # word for word in index and query, or SQLite won't use the index
WAITING = text("state = 'waiting'")
CLAIMS = text("claimed AND open AND NOT drill")


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. SQLite drops the time zone, so it is taken off and put back here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], Any] | None:
        """Raises `NoMoment`: SQLite takes any text, and a loop must not end for what somebody wrote by hand."""
        read = super().result_processor(dialect, coltype)

        def moment(value: Any) -> Any:
            try:
                return read(value) if read else value
            except (TypeError, ValueError) as error:
                raise NoMoment(f"{value!r:.50}") from error

        return moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A JSON value as text, so that it comes back exactly as it was put in. None is NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - because SQLAlchemy calls it so
        return None if value is None else json.dumps(value, separators=(",", ":"), allow_nan=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - because SQLAlchemy calls it so
        return None if value is None else json.loads(value)


class Base(SQLModel):
    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def _id() -> Any:
    # SQLite numbers rows by itself only when the column is exactly INTEGER PRIMARY KEY.
    return Field(default=None, sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True))


class IncidentTable(Base, table=True):
    __tablename__ = "incidents"
    __table_args__ = (
        Index("ix_incidents_due", "team", "next_due_at", sqlite_where=text("next_due_at IS NOT NULL"),
              postgresql_where=text("next_due_at IS NOT NULL")),
        Index("ix_incidents_channel", "team", "channel"),
        Index("ix_incidents_status", "team", "status", "number"),
    )  # fmt: skip

    team: str = Field(primary_key=True, sa_type=Text)
    number: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    version: int = Field(sa_type=Integer)  # one more with every commit
    status: str = Field(sa_type=Text)
    trigger: str = Field(sa_type=Text)
    drill: bool = Field(sa_type=Boolean)
    text: str = Field(sa_type=Text)
    t0: datetime = Field(sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    next_due_at: datetime | None = Field(default=None, sa_type=Moment)
    channel: str | None = Field(default=None, sa_type=Text)
    seq: int = Field(sa_type=Integer)
    head: str = Field(sa_type=Text)
    schema_version: int = Field(sa_type=Integer)  # of `state`
    state: str = Field(sa_type=Text)
    playbook: str = Field(sa_type=Text)  # as it was at T0; written once
    updated_at: datetime = Field(sa_type=Moment)


class EntryTable(Base, table=True):
    __tablename__ = "entries"

    team: str = Field(primary_key=True, sa_type=Text)
    number: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    seq: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    body: str = Field(sa_type=Text)  # the canonical JSON that the hash covers
    prev_hash: str = Field(sa_type=Text)
    hash: str = Field(sa_type=Text)


class SuspectKeyTable(Base, table=True):
    __tablename__ = "suspect_keys"
    __table_args__ = (
        Index("uq_suspect_keys_claimed", "team", "fingerprint", unique=True, sqlite_where=CLAIMS,
              postgresql_where=CLAIMS),
        Index("ix_suspect_keys_open", "team", "number", sqlite_where=text("open"), postgresql_where=text("open")),
    )  # fmt: skip

    team: str = Field(primary_key=True, sa_type=Text)
    number: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    position: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    fingerprint: str | None = Field(default=None, sa_type=Text)
    vendor_id: str | None = Field(default=None, sa_type=Text)
    name: str | None = Field(default=None, sa_type=Text)  # in small letters, as it is compared
    hint: str | None = Field(default=None, sa_type=Text)  # likewise
    claimed: bool = Field(sa_type=Boolean)
    open: bool = Field(sa_type=Boolean)
    drill: bool = Field(sa_type=Boolean)


class CaptureTable(Base, table=True):
    __tablename__ = "captures"
    __table_args__ = (
        Index("ix_captures_auto", "team", "author", sqlite_where=text("auto"), postgresql_where=text("auto")),
        Index("ix_captures_incident", "team", "number"),
    )

    team: str = Field(primary_key=True, sa_type=Text)
    channel: str = Field(primary_key=True, sa_type=Text)
    ts: str = Field(primary_key=True, sa_type=Text)
    number: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    author: str = Field(sa_type=Text)
    origin: bool = Field(sa_type=Boolean)
    auto: bool = Field(sa_type=Boolean)
    followed: bool = Field(sa_type=Boolean)


class SurfaceTable(Base, table=True):
    __tablename__ = "surfaces"
    __table_args__ = (
        Index("uq_surfaces_key", "team", "number", "key", unique=True),
        Index("uq_surfaces_delivery_id", "team", "delivery_id", unique=True),
        Index("ix_surfaces_message", "team", "channel", "ts"),
        Index("ix_surfaces_unsent", "team", "id", sqlite_where=UNSENT, postgresql_where=UNSENT),
    )

    id: int | None = _id()
    team: str = Field(sa_type=Text)
    number: int = Field(sa_type=Integer)
    key: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    place: str = Field(sa_type=Text)
    wanted: int = Field(sa_type=Integer)
    shown: int = Field(sa_type=Integer)
    delivery_id: str = Field(sa_type=Text)
    channel: str | None = Field(default=None, sa_type=Text)
    thread_ts: str | None = Field(default=None, sa_type=Text)
    ts: str | None = Field(default=None, sa_type=Text)
    attempted_at: datetime | None = Field(default=None, sa_type=Moment)
    not_before: datetime | None = Field(default=None, sa_type=Moment)
    payload: Any = Field(default=None, sa_type=Json, nullable=True)
    wanted_at: datetime = Field(sa_type=Moment)
    state: str = Field(sa_type=Text)
    maybe_repeat: bool = Field(sa_type=Boolean, sa_column_kwargs={"server_default": false()})


class JobTable(Base, table=True):
    __tablename__ = "jobs"
    __table_args__ = (
        Index("uq_jobs_key", "team", "number", "key", unique=True),
        Index("ix_jobs_waiting", "team", "id", sqlite_where=WAITING, postgresql_where=WAITING),
    )

    id: int | None = _id()
    team: str = Field(sa_type=Text)
    number: int = Field(sa_type=Integer)
    key: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    args: Any = Field(sa_type=Json, nullable=False)
    progress: Any = Field(sa_type=Json, nullable=False)
    attempts: int = Field(sa_type=Integer)
    attempted_at: datetime | None = Field(default=None, sa_type=Moment)
    not_before: datetime | None = Field(default=None, sa_type=Moment)
    wanted_at: datetime = Field(sa_type=Moment)
    state: str = Field(sa_type=Text)


class InboxTable(Base, table=True):
    __tablename__ = "inbox"

    team: str = Field(primary_key=True, sa_type=Text)
    source_id: str = Field(primary_key=True, sa_type=Text)
    at: datetime = Field(sa_type=Moment)
    number: int | None = Field(default=None, sa_type=Integer)
    answer: str = Field(sa_type=Text)
    refused: bool = Field(sa_type=Boolean)
    payload: Any = Field(default=None, sa_type=Json, nullable=True)


class ConversationTable(Base, table=True):
    __tablename__ = "conversations"

    team: str = Field(primary_key=True, sa_type=Text)
    user_id: str = Field(primary_key=True, sa_type=Text)
    channel: str = Field(sa_type=Text)


class HeartbeatTable(Base, table=True):
    __tablename__ = "heartbeat"

    team: str = Field(primary_key=True, sa_type=Text)
    last_at: datetime = Field(sa_type=Moment)


class GapTable(Base, table=True):
    __tablename__ = "gaps"

    team: str = Field(primary_key=True, sa_type=Text)
    started_at: datetime = Field(primary_key=True, sa_type=Moment)
    ended_at: datetime = Field(sa_type=Moment)


class MetaTable(Base, table=True):
    __tablename__ = "meta"

    team: str = Field(primary_key=True, sa_type=Text)
    key: str = Field(primary_key=True, sa_type=Text)
    value: str = Field(sa_type=Text)


_tables = Base.metadata.tables
incidents, entries, suspect_keys = _tables["incidents"], _tables["entries"], _tables["suspect_keys"]
captures = _tables["captures"]
surfaces, jobs, inbox = _tables["surfaces"], _tables["jobs"], _tables["inbox"]
conversations, heartbeat, gaps, meta = (_tables[name] for name in ("conversations", "heartbeat", "gaps", "meta"))
