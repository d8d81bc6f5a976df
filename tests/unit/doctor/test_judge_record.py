"""What the facts about record and machine mean."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.doctor import judge_record as judge
from bot.doctor.findings import Level
from storage.rows import Health
from storage.tables import VERSION

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WELL = Health(
    open_incidents=0,
    unsent=0,
    unsent_since=None,
    waiting_jobs=0,
    waiting_jobs_since=None,
    overdue_since=None,
    last_beat=NOW - timedelta(seconds=3),
)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def test_the_version_of_the_database() -> None:
    assert judge.version("x.db", VERSION).level is Level.OK
    assert judge.version("x.db", None).level is Level.OK
    older = judge.version("x.db", "0000")
    assert older.level is Level.WARNING
    assert "quarterdeck migrate" in older.advice


@pytest.mark.parametrize(
    ("free", "level", "figure"),
    [
        (5 * 1024**3, Level.OK, "5.0 GiB"),
        (1024**3, Level.OK, "1.0 GiB"),
        (1024**3 - 1, Level.WARNING, "1024 MiB"),
        (100 * 1024**2, Level.WARNING, "100 MiB"),
        (100 * 1024**2 - 1, Level.FAILED, "100 MiB"),
        (0, Level.FAILED, "0 MiB"),
    ],
)
def test_the_disk(free: int, level: Level, figure: str) -> None:
    found = judge.disk("/data", free)

    assert found.level is level
    assert found.said == f"{figure} free in /data."


def test_files_that_others_may_use() -> None:
    assert judge.permissions({Path("a.db"): 0o600}).level is Level.OK
    found = judge.permissions({Path("a.db"): 0o644, Path("a.db.lock"): 0o600, Path("a.db.secret"): 0o620})
    assert found.level is Level.WARNING
    assert found.advice == "chmod 600 a.db a.db.secret"


@pytest.mark.parametrize(
    ("facts", "level", "words"),
    [
        ({"is_set": True, "kept": False, "has_record": True}, Level.OK, "is set"),
        ({"is_set": False, "kept": True, "has_record": True}, Level.OK, "kept in x.secret"),
        ({"is_set": False, "kept": False, "has_record": False}, Level.OK, "first start makes one"),
        ({"is_set": False, "kept": False, "has_record": True}, Level.WARNING, "is gone"),
    ],
)
def test_the_secret(facts: dict[str, bool], level: Level, words: str) -> None:
    found = judge.secret(path=Path("x.secret"), **facts)

    assert found.level is level
    assert words in found.said


@pytest.mark.parametrize(
    ("changes", "level", "words"),
    [
        ({}, Level.OK, "Quarterdeck runs: its last sign of life is 3 s old."),
        ({"last_beat": ago(hours=3)}, Level.WARNING, "since 2026-11-21 09:00:00 UTC (3 h)"),
        ({"last_beat": ago(minutes=5), "open_incidents": 2}, Level.FAILED, "(5 min). 2 incidents are open."),
        ({"last_beat": None}, Level.WARNING, "never did on this record"),
        ({"last_beat": ago(minutes=-50)}, Level.WARNING, "of 2026-11-21 12:50:00 UTC, which is still to come"),
        ({"last_beat": ago(seconds=-3)}, Level.OK, "Quarterdeck runs"),
    ],
)
def test_whether_it_runs(changes: dict[str, Any], level: Level, words: str) -> None:
    found = judge.running(replace(WELL, **changes), NOW)

    assert found.level is level
    assert words in found.said


def test_nothing_behind() -> None:
    [found] = judge.behind(replace(WELL, overdue_since=ago(seconds=60), unsent=2, unsent_since=ago(seconds=9)), NOW)

    assert found.level is Level.OK
    assert found.said == "Nothing is overdue, 2 messages are on the way to Slack."


def test_what_is_overdue_fails_and_what_is_unsent_warns() -> None:
    late = replace(WELL, overdue_since=ago(seconds=90), unsent=1, unsent_since=ago(minutes=5), waiting_jobs=1)
    overdue, unsent = judge.behind(replace(late, waiting_jobs_since=ago(minutes=9)), NOW)

    assert overdue.level is Level.FAILED
    assert overdue.said == "The oldest prompt is overdue for 90 s."
    assert unsent.level is Level.WARNING
    assert unsent.said == "2 messages are waiting to reach Slack, the oldest for 9 min."
