"""docs/promises.md: each line names a test that is there, or says that none shows it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "promises.md").read_text()
LINES = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| under |")]


def named(line: str) -> list[str]:
    return re.findall(r"`(tests/\S+?::\w+)`", line)


@pytest.mark.parametrize("line", LINES, ids=[line.split(" | ")[0].removeprefix("| ") for line in LINES])
def test_the_line_says_what_shows_it(line: str) -> None:
    shown_by = line.rstrip(" |").split(" | ")[-1]

    assert named(line) or shown_by in ("not tested", "measured by `make bench`, not tested")


@pytest.mark.parametrize("test", sorted({test for line in LINES for test in named(line)}))
def test_the_test_is_there(test: str) -> None:
    file, _, name = test.partition("::")

    assert re.search(rf"^(async )?def {name}\(", (ROOT / file).read_text(), re.MULTILINE)


def test_it_says_under_which_fault_it_does_not() -> None:
    assert PAGE.count("**Not**") + PAGE.count("**Not.**") > 5
