"""What commands say of a file that is damaged, or no record of ours: a sentence, the right code, no traceback."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from storage.migrations import migrate
from storage.tables import VERSION_TABLE
from tests.acceptance.processes import quarterdeck, workspace
from tests.contract.test_at_rest import write
from tests.contract.test_damaged_file import header, pages_in_the_middle
from tests.unit.stories import closed_story

COMMANDS = (["run"], ["export", "INC-0001"], ["verify", "INC-0001"], ["doctor"])


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (header, "is not a SQLite database, or its beginning is damaged"),
        (pages_in_the_middle, "is damaged. Stop Quarterdeck, put it aside and restore a backup: docs/how-to/"),
        (newer, "is at version 9999"),
    ],
)
async def test_commands_say_it(damage: Callable[[Path], None], sentence: str, tmp_path: Path) -> None:
    file = tmp_path / "record.db"
    migrate(f"sqlite:///{file}")
    await write(f"sqlite:///{file}", closed_story())
    damage(file)
    async with workspace(tmp_path) as slack:
        said = {command[0]: await quarterdeck(*command, environment=slack.environment()) for command in COMMANDS}
        said["backup"] = await quarterdeck("backup", str(tmp_path / "copy.db"), environment=slack.environment())

    copied = damage is newer  # a backup is a copy, whatever its version
    assert {name: code for name, (code, _, _) in said.items() if code != 1} == ({"backup": 0} if copied else {})
    assert [name for name, (_, out, complaint) in said.items() if "Traceback" in out + complaint] == []
    assert [n for n, (_, out, complaint) in said.items() if sentence not in out + complaint and n != "backup"] == []
    assert (tmp_path / "copy.db").exists() == copied
