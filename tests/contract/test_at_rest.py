"""Whatever is changed in a stored record is found out and named: every column, and bytes all over them."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from playbooks.commands import Pin
from playbooks.model import Field, Playbook, Role, Step
from playbooks.verify import Verdict
from storage.at_rest import verify_at_rest
from storage.errors import NotFound
from storage.migrations import migrate
from storage.sql_store import open_store
from storage.tables import VERSION_TABLE
from tests.contract.schema import run
from tests.unit.stories import SAM, TEAM, Story, closed_story

STRIDE = 13
TEXTS = {
    "incidents": (
        "status",
        "trigger",
        "text",
        "t0",
        "closed_at",
        "next_due_at",
        "channel",
        "head",
        "state",
        "playbook",
    ),
    "entries": ("body", "prev_hash", "hash"),
    "suspect_keys": ("fingerprint", "vendor_id", "name", "hint"),
    "captures": ("channel", "ts", "author"),
}
NUMBERS = {
    "incidents": ("drill", "seq", "schema_version"),
    "entries": ("seq",),
    "suspect_keys": ("position", "claimed", "open", "drill"),
    "captures": ("origin", "auto", "followed"),
}


def small_story() -> Story:
    steps = (
        Step(key="report", title="Report", at=0, role=Role.DETECTOR),
        Step(key="revoke", title="Revoke", at=5, role=Role.SECURITY_LEAD, fields=(Field(key="how", label="Wie, é"),)),
    )
    playbook = Playbook(id="small", title="Small", provider="Anthropic", version=1, steps=steps)
    story = Story(playbook=playbook, roster={Role.SECURITY_LEAD: (SAM,)}).open("a key — gone", keys=("Prod-Gateway",))
    story.note("seen", by=SAM)
    story.do(Pin, by=SAM, channel="C1", ts="1.5", text="14 views", posted_at=story.now, author=SAM)
    return story


async def write(url: str, story: Story) -> None:
    store = open_store(url)
    for number, outcome in enumerate(story.outcomes):

        def commit(tx: Any, outcome: Any = outcome, number: int = number) -> None:
            if number:
                tx.incident(outcome.incident.team, outcome.incident.number)
            tx.commit(outcome, source_id="", now=story.now)

        await store.transact(commit)
    await store.close()


@pytest.mark.parametrize("tell", [small_story, closed_story])
async def test_what_was_written_verifies(url: str, tell: Callable[[], Story]) -> None:
    story = tell()
    await write(url, story)
    verdict = verify_at_rest(url, TEAM, 1)

    assert (verdict.ok, verdict.sentence[:18]) == (True, "INC-0001 verifies:"), verdict.sentence
    with pytest.raises(NotFound):
        verify_at_rest(url, TEAM, 2)


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (
            "UPDATE incidents SET status = 'closed'",
            'incident.status: the record says "closed", its entries give "open"',
        ),
        ("UPDATE incidents SET drill = NOT drill", "incident.drill"),
        ("UPDATE incidents SET next_due_at = NULL", "incident.next_due_at: the record says nothing"),
        ("UPDATE incidents SET t0 = '2026-11-21 12:00:01'", "incident.t0"),
        ('UPDATE incidents SET state = replace(state, \'"status":"open"\', \'"status":"ope"\')', "state.status"),
        ("UPDATE incidents SET state = state || ' '", "the state or the playbook of the incident is not written as"),
        ("UPDATE incidents SET state = substr(state, 1, 50)", "the state of the incident is no JSON"),
        ("UPDATE incidents SET playbook = substr(playbook, 1, 50)", "the playbook of the incident is no JSON"),
        (
            "UPDATE entries SET body = replace(body, ',', ', ') WHERE seq = 2",
            "entry 2 (announced): its body is not",
        ),
        ("UPDATE entries SET body = substr(body, 2) WHERE seq = 2", "entry 2 cannot be read"),
        ("UPDATE entries SET body = replace(body, '\"note\"', '\"nope\"')", "cannot be read"),
        ("UPDATE entries SET body = replace(body, '\"v\"\\:1', '\"v\"\\:2') WHERE seq = 1", "entry 1 cannot be read"),
        ("DELETE FROM suspect_keys", "suspect_keys: the record says 0, its entries give 1"),
        ("UPDATE suspect_keys SET name = 'other'", "suspect_keys[0].name"),
        ("UPDATE suspect_keys SET open = NOT open", "suspect_keys[0].open"),
        ("DELETE FROM captures", "captures: the record says 0, its entries give 1"),
        ("UPDATE captures SET followed = NOT followed", "captures[0].followed"),
    ],
)
async def test_what_was_changed_is_named(url: str, damage: str, named: str) -> None:
    await write(url, small_story())
    run(url, damage)
    verdict = verify_at_rest(url, TEAM, 1)

    assert not verdict.ok
    assert named in verdict.sentence
    assert verdict.sentence.startswith("INC-0001 does not verify: ")
    assert len(verdict.sentence.splitlines()) == 1


async def test_a_record_from_before_captured_messages_is_brought_along(url: str) -> None:
    await write(url, closed_story())
    older = "UPDATE incidents SET state = replace(state, ',\"captured\"\\:[]}', '}')"
    undo = ("DROP TABLE captures", "ALTER TABLE surfaces DROP COLUMN maybe_repeat")
    run(url, *undo, older, f"UPDATE {VERSION_TABLE} SET version_num = '0001'")

    migrate(url)
    verdict = verify_at_rest(url, TEAM, 1)
    assert verdict.ok, verdict.sentence


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    """A small record in a file of its own."""
    made = tmp_path / "made.db"
    migrate(f"sqlite:///{made}")
    await write(f"sqlite:///{made}", small_story())
    return made


def flips(file: Path) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    """What to change: a name for it, and the statement with its values."""
    with closing(sqlite3.connect(file)) as database:
        for table, columns in TEXTS.items():
            for column in columns:
                rows = database.execute(f"SELECT rowid, CAST({column} AS BLOB) FROM {table}").fetchall()
                for row, value in rows:
                    for place in range(0, len(value or b""), STRIDE):
                        for bit in (0x01, 0x80):
                            changed = value[:place] + bytes([value[place] ^ bit]) + value[place + 1 :]
                            change = f"UPDATE {table} SET {column} = CAST(? AS TEXT) WHERE rowid = ?"
                            yield f"{table}.{column} row {row} byte {place} ^ {bit}", change, (changed, row)
        for table, columns in NUMBERS.items():
            for column in columns:
                for (row,) in database.execute(f"SELECT max(rowid) FROM {table}"):
                    change = f"UPDATE {table} SET {column} = {column} + 1 WHERE rowid = ?"
                    yield f"{table}.{column} row {row} + 1", change, (row,)


async def test_no_flipped_byte_goes_unseen(file: Path, tmp_path: Path) -> None:
    unseen, count = [], 0
    url = f"sqlite:///{tmp_path / 'flipped.db'}"
    shutil.copy(file, tmp_path / "flipped.db")
    with closing(sqlite3.connect(tmp_path / "flipped.db", isolation_level=None)) as database:
        before = "\n".join(database.iterdump())
        for what, change, values in flips(file):
            count += 1
            table, column = what.split(" ")[0].split(".")
            [kept] = database.execute(f"SELECT CAST({column} AS BLOB) FROM {table} WHERE rowid = ?", values[-1:])
            kind = "TEXT" if column in TEXTS[table] else "INTEGER"
            assert database.execute(change, values).rowcount == 1
            verdict: Verdict = verify_at_rest(url, TEAM, 1)
            if verdict.ok or len(verdict.sentence.splitlines()) != 1:
                unseen.append(f"{what}: {verdict.sentence}")
            back = f"UPDATE {table} SET {column} = CAST(? AS {kind}) WHERE rowid = ?"
            database.execute(back, (*kept, values[-1]))
        assert "\n".join(database.iterdump()) == before
    assert unseen == []
    assert count > 500
    assert verify_at_rest(url, TEAM, 1).ok
