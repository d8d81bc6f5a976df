"""The first shape of the record."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

moment = sa.DateTime(timezone=True)
row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    incidents()
    entries_and_keys()
    surfaces()
    jobs()
    the_rest()


def where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def text(name: str, nullable: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), nullable=nullable)


def integer(name: str, nullable: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), nullable=nullable, autoincrement=False)


def yes_no(name: str) -> "sa.Column[bool]":
    return sa.Column(name, sa.Boolean(), nullable=False)


def at(name: str, nullable: bool = False) -> "sa.Column[datetime]":
    return sa.Column(name, moment, nullable=nullable)


def table(name: str, key: tuple[str, ...], *columns: "sa.Column[Any]") -> None:
    op.create_table(name, *columns, sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"))


def incidents() -> None:
    table(
        "incidents", ("team", "number"),
        text("team"), integer("number"), integer("version"), text("status"), text("trigger"), yes_no("drill"),
        text("text"), at("t0"), at("closed_at", True), at("next_due_at", True), text("channel", True),
        integer("seq"), text("head"),
        integer("schema_version"), text("state"), text("playbook"), at("updated_at"),
    )
    op.create_index("ix_incidents_due", "incidents", ["team", "next_due_at"], **where("next_due_at IS NOT NULL"))
    op.create_index("ix_incidents_channel", "incidents", ["team", "channel"])
    op.create_index("ix_incidents_status", "incidents", ["team", "status", "number"])


def entries_and_keys() -> None:
    table(
        "entries", ("team", "number", "seq"),
        text("team"), integer("number"), integer("seq"), text("body"), text("prev_hash"), text("hash"),
    )
    table(
        "suspect_keys", ("team", "number", "position"),
        text("team"), integer("number"), integer("position"), text("fingerprint", True), text("vendor_id", True),
        text("name", True), text("hint", True), yes_no("claimed"), yes_no("open"), yes_no("drill"),
    )
    claims = where("claimed AND open AND NOT drill")
    op.create_index("uq_suspect_keys_claimed", "suspect_keys", ["team", "fingerprint"], unique=True, **claims)
    op.create_index("ix_suspect_keys_open", "suspect_keys", ["team", "number"], **where("open"))


def surfaces() -> None:
    table(
        "surfaces", ("id",),
        sa.Column("id", row_id, nullable=False), text("team"), integer("number"), text("key"), text("kind"),
        text("place"), integer("wanted"), integer("shown"), text("delivery_id"), text("channel", True),
        text("thread_ts", True), text("ts", True), at("attempted_at", True), at("not_before", True),
        text("payload", True), at("wanted_at"), text("state"),
    )
    op.create_index("uq_surfaces_key", "surfaces", ["team", "number", "key"], unique=True)
    op.create_index("uq_surfaces_delivery_id", "surfaces", ["team", "delivery_id"], unique=True)
    op.create_index("ix_surfaces_message", "surfaces", ["team", "channel", "ts"])
    op.create_index("ix_surfaces_unsent", "surfaces", ["team", "id"], **where("state = 'live' AND wanted > shown"))


def jobs() -> None:
    table(
        "jobs", ("id",),
        sa.Column("id", row_id, nullable=False), text("team"), integer("number"), text("key"), text("kind"),
        text("args"), text("progress"), integer("attempts"), at("attempted_at", True), at("not_before", True),
        at("wanted_at"), text("state"),
    )
    op.create_index("uq_jobs_key", "jobs", ["team", "number", "key"], unique=True)
    op.create_index("ix_jobs_waiting", "jobs", ["team", "id"], **where("state = 'waiting'"))


def the_rest() -> None:
    table(
        "inbox", ("team", "source_id"),
        text("team"), text("source_id"), at("at"), integer("number", True), text("answer"), yes_no("refused"),
        text("payload", True),
    )
    table("conversations", ("team", "user_id"), text("team"), text("user_id"), text("channel"))
    table("heartbeat", ("team",), text("team"), at("last_at"))
    table("gaps", ("team", "started_at"), text("team"), at("started_at"), at("ended_at"))
    table("meta", ("team", "key"), text("team"), text("key"), text("value"))
