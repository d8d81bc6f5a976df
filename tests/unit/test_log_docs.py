"""docs/reference/logs.md names every action and field that a log line may have, and nothing else."""

import ast
import re
from pathlib import Path

from bot.observability import of_incident

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "logs.md").read_text()
LEVELS = {"info": "info", "warning": "warning", "error": "error", "exception": "error"}
METHODS = {*LEVELS, "debug", "critical", "msg", "log", "warn"}


def log_calls() -> list[ast.Call]:
    files = [file for room in ("bot", "storage", "playbooks") for file in (ROOT / room).rglob("*.py")]
    calls = [node for file in files for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Attribute) and logs(call.func)]


def logs(func: ast.Attribute) -> bool:
    """`log.warning(…)` or `structlog.get_logger().exception(…)`."""
    name = func.value.func if isinstance(func.value, ast.Call) else func.value
    return func.attr in METHODS and getattr(name, "id", getattr(name, "attr", "")) in ("log", "_log", "get_logger")


CALLS = log_calls()


def method(call: ast.Call) -> str:
    assert isinstance(call.func, ast.Attribute)
    return call.func.attr


def given(call: ast.Call) -> dict[str, ast.expr]:
    return {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}


def rows(heading: str) -> list[list[str]]:
    section = re.search(rf"^## {heading}$(.*?)(^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert section
    return [re.split(r" \| ", row) for row in re.findall(r"^\| (`.*) \|$", section[1], re.MULTILINE)]


def test_every_line_has_an_action_that_is_written_out() -> None:
    without = [ast.unparse(call) for call in CALLS if not isinstance(given(call).get("action"), ast.Constant)]

    assert without == []
    assert len(CALLS) > 20


def test_every_action_is_documented_with_its_level_and_nothing_else() -> None:
    said = {(str(ast.literal_eval(given(call)["action"])), LEVELS[method(call)]) for call in CALLS}

    assert {(cells[0].strip("`"), cells[1]) for cells in rows("Actions")} == said
    assert all(len(cells) == 4 for cells in rows("Actions"))


def test_no_action_is_used_for_two_things() -> None:
    actions = [ast.literal_eval(given(call)["action"]) for call in CALLS]

    assert len(actions) == len(set(actions))


def test_every_field_is_documented_and_nothing_else() -> None:
    fields = {name for call in CALLS for name in given(call)} - {"action", "exc_info"} | set(of_incident(1))

    assert {cells[0].strip("`") for cells in rows("Fields")} == fields


def test_an_incident_is_named_the_same_everywhere() -> None:
    assert of_incident(7) == {"incident": "INC-0007"}
    assert of_incident(0) == {}
