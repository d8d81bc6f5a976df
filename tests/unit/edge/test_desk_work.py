"""What the command line says of the record."""

from pathlib import Path

import pytest

from bot.desk_work import incident_lines, migrate_database
from bot.errors import Stop
from bot.settings import Settings
from storage.lock import hold
from storage.migrations import current, migrate
from storage.sql_store import open_store
from storage.tables import incidents
from tests.contract.builders import TEAM, opened
from tests.contract.schema import run

MANY = 1500


async def test_every_incident_is_listed_however_many_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(quarterdeck_database_url=f"sqlite:///{tmp_path / 'record.db'}")
    migrate(settings.database_url)
    store = open_store(settings.database_url)
    await opened(store)
    await store.set_meta("", "team", TEAM)
    await store.close()
    copied = ", ".join("n" if column.name == "number" else column.name for column in incidents.columns)
    numbers = f"WITH RECURSIVE more(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM more WHERE n < {MANY})"
    run(settings.database_url, f"INSERT INTO incidents {numbers} SELECT {copied} FROM incidents, more")
    monkeypatch.setattr("bot.desk_work.load_settings", lambda: settings)

    lines = await incident_lines()

    assert [line.split()[0] for line in (lines[0], lines[-1])] == [f"INC-{MANY}", "INC-0001"]
    assert len(lines) == MANY


def test_nothing_is_migrated_under_the_feet_of_one_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(quarterdeck_database_url=f"sqlite:///{tmp_path / 'record.db'}")
    monkeypatch.setattr("bot.desk_work.load_settings", lambda: settings)

    with hold(settings.database_url), pytest.raises(Stop, match="is already running on"):
        migrate_database()
    assert current(settings.database_url) is None

    assert migrate_database().endswith("before it was at none.")
    with hold(settings.database_url):
        assert migrate_database() == f"The database is at version {current(settings.database_url)}."
