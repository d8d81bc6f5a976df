"""Whatever stands in a file: a playbook or `InvalidPlaybook`, soon, and never anything else."""

from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbooks.errors import InvalidPlaybook
from playbooks.loader import LARGEST, load_text
from playbooks.model import Playbook

SHIPPED = (resources.files("playbooks") / "library" / "key-leak.yaml").read_text()
LINES = SHIPPED.splitlines()
VALUES = st.text(max_size=30) | st.sampled_from(
    [
        *("", "null", "true", "-1", "0", "1e999", ".nan", "9" * 5000, "010", "'5'", "10:30", "2026-11-21", "yes"),
        *("[", "{}", "[]", "[[a], {b: c}]", "*x", "&x 5", "!!int 5", "|", ">-", "? x", "- -", "<<: *x", "@", "%", "#"),
        *('"\\ud800"', '"\\0"', '"\\U00110000"', "\t", "\u2028", "\ufeff", "---", "...", "x" * 3000, "{keys} {"),
        *("now", "t0-9999d", "now+٣d", "detector", "choice", "tick", "date"),
    ]
)
EDITS = st.lists(
    st.tuples(st.sampled_from(["delete", "repeat", "value", "line", "indent", "swap"]), st.integers(0, 10_000), VALUES),
    min_size=1,
    max_size=6,
)


def edited(edits: list[tuple[str, int, str]]) -> str:
    lines = list(LINES)
    for kind, number, value in edits:
        at = number % len(lines)
        key, colon, _ = lines[at].partition(":")
        changed = {
            "delete": [],
            "repeat": [lines[at], lines[at]],
            "value": [f"{key}{colon} {value}"],
            "line": [value],
            "indent": [" " * (number % 9) + lines[at].strip()],
            "swap": [lines[-at], lines[at]],
        }[kind]
        lines[at : at + 1] = changed
    return "\n".join(lines)


def outcome(text: str) -> Playbook | list[str]:
    try:
        return load_text(text, "x.yaml")
    except InvalidPlaybook as error:
        return [str(problem) for problem in error.problems]


@settings(max_examples=150)
@given(EDITS)
def test_a_changed_playbook_loads_or_is_refused(edits: list[tuple[str, int, str]]) -> None:
    result = outcome(edited(edits))

    if isinstance(result, list):
        assert result
    else:
        assert Playbook.model_validate_json(result.model_dump_json(), strict=True) == result


@settings(max_examples=150)
@given(st.text(max_size=200) | st.text(st.sampled_from("[]{}:,-?!&*|>'\"\\%@ \n\tab0"), max_size=60))
def test_any_text_loads_or_is_refused(text: str) -> None:
    outcome(text)


@pytest.mark.parametrize(
    "unit", ["[", "{a: ", "- ", "? ", "a:\n", "&a ", "- &a b\n", "- {a: b}\n", "x ", "'", "\n", "#"]
)
def test_a_hostile_file_is_refused(unit: str) -> None:
    assert isinstance(outcome((unit * LARGEST)[: LARGEST // 4]), list)
