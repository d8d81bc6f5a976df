"""The report, for people and for machines."""

import json
import re
from pathlib import Path

from bot.doctor.findings import CHECKS, all_well, as_json, as_text, failed, fine, skipped, warning

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "doctor.md"
TOKEN = "xoxb-" + "1234567890-abcdef"


def test_warnings_alone_are_well_enough() -> None:
    assert all_well([fine("disk", "x"), warning("disk", "x", "y"), skipped("disk", "x")])
    assert not all_well([fine("disk", "x"), failed("disk", "x")])


def test_one_line_each_and_a_sum() -> None:
    text = as_text([fine("disk", "Much."), warning("clock", "Late.", "Set it."), fine("slack", "There.")])

    assert text.split("\n") == [
        "ok       disk            Much.",
        "warning  clock           Late. Set it.",
        "ok       slack           There.",
        "",
        "2 ok, 1 warning.",
    ]


def test_the_same_for_machines() -> None:
    value = json.loads(as_json([failed("disk", "Full.", "Make room.")]))

    assert value == {
        "ok": False,
        "findings": [{"check": "disk", "level": "failed", "said": "Full.", "advice": "Make room."}],
    }


def test_no_token_gets_out() -> None:
    findings = [failed("settings", f"It is {TOKEN}."), failed("database", "postgresql://me:secret-word@host/x")]

    assert not re.search("abcdef|secret-word", as_text(findings) + as_json(findings))


def test_every_check_is_documented_and_nothing_else() -> None:
    documented = re.findall(r"^\| `([^`]+)` \|", PAGE.read_text(), re.MULTILINE)

    assert tuple(documented) == CHECKS
