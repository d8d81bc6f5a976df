"""Imports point one way: playbooks <- storage <- bot; the simulator imports none of the three."""

import ast
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
