"""docs/reference/record-tables.md names every table and every column, and none that is not there."""

import re
from pathlib import Path

from storage.tables import Base

PAGE = (Path(__file__).parents[2] / "docs/reference/record-tables.md").read_text()


def documented() -> dict[str, set[str]]:
    """Each section's columns; two tables may share a section."""
    found: dict[str, set[str]] = {}
    for section in PAGE.split("\n## ")[1:]:
        title, body = section.split("\n", 1)
        first_cells = re.findall(r"^\| (`.*?) \|", body, flags=re.MULTILINE)
        found[title] = {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}
    return found


def declared() -> dict[str, set[str]]:
    columns = {name: set(table.columns.keys()) for name, table in Base.metadata.tables.items()}
    columns["heartbeat and gaps"] = columns.pop("heartbeat") | columns.pop("gaps")
    return columns


def test_the_page_says_what_the_tables_are() -> None:
    assert documented() == declared()
