"""Imports point one way: playbooks <- storage <- bot; the simulator imports none of the three. Rules stay pure."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ALLOWED = {
    "playbooks": {"playbooks"},
    "storage": {"playbooks", "storage"},
    "bot": {"playbooks", "storage", "bot"},
    "simulator": {"simulator"},
}


def imported_rooms(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            names.add((node.module or "").split(".")[0])
    return names & set(ALLOWED)


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_a_room_imports_only_what_it_may(room: str) -> None:
    offenders = {
        str(file.relative_to(ROOT)): imported_rooms(file) - ALLOWED[room]
        for file in (ROOT / room).rglob("*.py")
        if imported_rooms(file) - ALLOWED[room]
    }

    assert offenders == {}


def test_nothing_waits_in_a_way_that_may_swallow_its_end() -> None:
    """`asyncio.wait_for` of Python 3.11 goes on as if not cancelled when what it waited for came at that moment
    (https://github.com/python/cpython/issues/86296); `asyncio.timeout` does not."""
    found = [str(file.relative_to(ROOT)) for file in (ROOT / "bot").rglob("*.py") if "wait_for(" in file.read_text()]

    assert found == []


IMPURE = {"asyncio", "httpx", "logging", "os", "random", "socket", "sqlite3", "subprocess", "threading", "time", "uuid"}
READERS = {"loader.py", "diagram.py"}  # read and write files of playbooks and docs; they decide nothing


def names_called(file: Path) -> set[str]:
    calls = [node.func for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
    return {getattr(func, "attr", getattr(func, "id", "")) for func in calls}


@pytest.mark.parametrize("file", sorted((ROOT / "playbooks").rglob("*.py")), ids=lambda file: file.name)
def test_rules_read_no_clock_and_touch_nothing(file: Path) -> None:
    imported = {
        name.name.split(".")[0]
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Import)
        for name in node.names
    }

    assert not imported & IMPURE
    assert not names_called(file) & {"now", "utcnow", "today", "sleep"}
    assert file.name in READERS or not names_called(file) & {"open", "read_text", "write_text", "read_bytes", "print"}


def test_only_one_place_reads_the_clock() -> None:
    readers = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "bot").rglob("*.py")
        if re.search(r"datetime\.now\(|time\.time\(|utcnow\(", file.read_text())
    }

    assert readers == {"bot/clock.py"}
