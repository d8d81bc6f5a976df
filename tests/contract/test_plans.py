"""The questions that are asked all the time find their rows by an index, however many incidents the record has.

SQLite says which index it would take, and takes the same on an empty table as on a full one, because nothing is ever
analysed. PostgreSQL decides by what the tables hold; of it we ask only that every question could go by an index.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, event

from bot.showing import PRIORITY
from storage import sql_captures, sql_clearing, sql_courier, sql_questions
from storage.engine import open_engine
from storage.errors import NotFound
from storage.sql_tx import SqlTx, read_incident
from tests.contract.builders import NOW, TEAM

Question = Callable[[Connection], Any]
PK = "sqlite_autoindex_{}_1"
# Each question, and the index that SQLite finds every table's rows with.
HOT: dict[str, tuple[Question, set[str]]] = {
    "due": (lambda db: sql_questions.due(db, TEAM, NOW, 200), {"ix_incidents_due"}),
    "next due": (lambda db: sql_questions.next_due(db, TEAM, NOW), {"ix_incidents_due"}),
    "to send": (
        lambda db: sql_courier.to_send(db, TEAM, NOW, 200, [1], PRIORITY, ["dm:U1"], ["1.1"]),
        {"ix_surfaces_unsent"},
    ),
    "in doubt": (lambda db: sql_courier.in_doubt(db, TEAM, NOW, []), {"ix_surfaces_unsent"}),
    "jobs": (lambda db: sql_courier.jobs_to_do(db, TEAM, NOW, 5000, []), {"ix_jobs_waiting"}),
    "surfaces": (lambda db: sql_courier.surfaces_of(db, TEAM, 7, ["board"]), {"uq_surfaces_key"}),
    "jobs of": (lambda db: sql_courier.jobs_of(db, TEAM, 7, None), {"uq_jobs_key"}),
    "surface": (lambda db: sql_courier.surface(db, 7), {"INTEGER PRIMARY KEY"}),
    "message": (lambda db: sql_courier.surfaces_at(db, TEAM, "C7", "1.1"), {"ix_surfaces_message"}),
    "delivered": (lambda db: sql_courier.delivered(db, TEAM, "a"), {"uq_surfaces_delivery_id"}),
    "health": (
        lambda db: sql_questions.health(db, TEAM, NOW),
        {"ix_surfaces_unsent", "ix_jobs_waiting", "ix_incidents_due", "ix_incidents_status", PK.format("heartbeat")},
    ),
    "open": (lambda db: sql_questions.incidents_of(db, TEAM, True, 1000, 7), {"ix_incidents_status"}),
    "newest": (lambda db: sql_questions.incidents_of(db, TEAM, False, 20, None), {PK.format("incidents")}),
    "open lines": (lambda db: sql_questions.summaries(db, TEAM, True, 1000), {"ix_incidents_status"}),
    "owing": (lambda db: sql_questions.owing(db, TEAM, 1000), {"ix_incidents_due"}),
    "place": (lambda db: sql_questions.number_in(db, TEAM, "C7"), {"ix_incidents_channel"}),
    "timeline": (lambda db: sql_questions.timeline(db, TEAM, 7, None), {PK.format("entries")}),
    "conversations": (lambda db: sql_questions.conversations_of(db, TEAM), {PK.format("conversations")}),
    "followed": (lambda db: sql_captures.followed_at(db, TEAM, "C7", "1.1"), {PK.format("captures")}),
    "clearable": (
        lambda db: sql_clearing.clearable(db, TEAM, NOW, range(1, 201)),
        {PK.format("incidents"), "uq_surfaces_key", "uq_jobs_key"},
    ),
    "state": (lambda db: read_incident(db, TEAM, 7, hold=True), {PK.format("incidents")}),
    "repeat": (lambda db: SqlTx(db).repeat(TEAM, "a"), {PK.format("inbox")}),
    "next number": (lambda db: SqlTx(db).next_number(TEAM), {PK.format("incidents")}),
    "same key": (lambda db: SqlTx(db).open_with_key(TEAM, ["a"], ["b"], False), {"ix_suspect_keys_open"}),
    "same name": (lambda db: SqlTx(db).open_with_name(TEAM, ["a"], ["b"], False), {"ix_suspect_keys_open"}),
    "free keys": (lambda db: SqlTx(db).free_keys(TEAM, ["a"], 7), {"ix_suspect_keys_open"}),
    "same message": (
        lambda db: SqlTx(db).open_from(TEAM, "C7", "1.1", False),
        {"ix_incidents_status", PK.format("captures")},
    ),
    "opened by": (
        lambda db: SqlTx(db).opened_by(TEAM, "U7", NOW - timedelta(hours=1)),
        {"ix_captures_auto", PK.format("incidents")},
    ),
}


def plan(url: str, question: Question) -> list[str]:
    """What the database would do for it, line by line."""
    engines, asked = open_engine(url), list[tuple[str, Any]]()
    with engines.reader.connect() as db:
        event.listen(db, "before_cursor_execute", lambda *said: asked.append((said[2], said[3])))
        with suppress(NotFound):
            question(db)
        statements, explain = asked[:], "EXPLAIN QUERY PLAN"
        if not engines.address.is_sqlite:
            explain = "EXPLAIN"
            db.exec_driver_sql("SET enable_seqscan = off")
        lines = [row[-1] for what, given in statements for row in db.exec_driver_sql(f"{explain} {what}", given)]
    engines.dispose()
    return lines


def indexes(lines: list[str]) -> set[str]:
    """What is gone through without one is among them as SQLite says it; a list of ids that was given is no table."""
    tables = [one for one in lines if one.startswith(("SEARCH", "SCAN")) and "VIRTUAL TABLE" not in one]
    uses = [re.split(r"USING (?:COVERING )?(?:INDEX )?", line) for line in tables]
    return {use[-1].split(" (")[0] for use in uses}


def test_sqlite_goes_by_the_index_that_is_meant(make_url: Callable[[str], str]) -> None:
    url = make_url("sqlite")

    assert {name: indexes(plan(url, question)) for name, (question, _) in HOT.items()} == {
        name: meant for name, (_, meant) in HOT.items()
    }


def test_postgresql_could_go_by_an_index_everywhere(make_postgres: str) -> None:
    through_all = {name: plan(make_postgres, question) for name, (question, _) in HOT.items()}

    assert {name: lines for name, lines in through_all.items() if "Seq Scan" in "".join(lines)} == {}
