"""What the docs must hold: a setting, a crash point or a command that they do not name fails here."""

import re
from pathlib import Path
from unittest.mock import Mock

import typer.main

from bot.__main__ import app
from bot.crashpoints import POINTS
from bot.jobs import Jobs
from bot.manifest import manifest_yaml
from bot.settings import Settings
from bot.showing import LAST, PRIORITY
from bot.slack.grammar import COMMANDS
from playbooks.loader import library
from playbooks.rules_slack import _FIRST_SHOWN

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"


def first_cells(page: str) -> set[str]:
    return set(re.findall(r"^\| `([^`]+)` \|", (REFERENCE / page).read_text(), re.MULTILINE))


def test_every_setting_and_crash_point_is_documented_and_nothing_else() -> None:
    assert first_cells("settings.md") == {name.upper() for name in Settings.model_fields} | set(POINTS)


def rows(page: str) -> dict[str, list[str]]:
    lines = re.findall(r"^\| `(\w+)` \| (.+) \|$", (REFERENCE / page).read_text(), re.MULTILINE)
    return {kind: rest.split(" | ") for kind, rest in lines}


def test_every_kind_of_surface_and_job_is_documented_and_nothing_else() -> None:
    documented = rows("surfaces.md")
    jobs = set(Jobs(*[Mock()] * 7)._kinds)
    ranks = {kind: int(cells[-1]) for kind, cells in documented.items() if kind not in jobs}

    assert ranks == {"help": LAST, **PRIORITY}  # what has no rank of its own goes last
    assert set(documented) - set(ranks) == jobs


def test_every_first_showing_that_is_an_entry_is_documented() -> None:
    shown = {kind: cells[2].strip("`") for kind, cells in rows("surfaces.md").items() if len(cells) == 4}

    assert {kind: entry for kind, entry in shown.items() if not entry.startswith("none")} == _FIRST_SHOWN


def test_every_command_is_documented_and_nothing_else() -> None:
    named = {
        cell.replace("\\|", "|").split(" ")[1 if cell.startswith("quarterdeck") else 0]
        for cell in first_cells("commands.md")
    }
    group = typer.main.get_command(app)

    assert named == set(group.commands) | set(COMMANDS)


def test_the_shipped_manifest_is_what_the_command_prints() -> None:
    assert (ROOT / "slack-manifest.yaml").read_text() == manifest_yaml()


def test_the_words_that_are_watched_for_are_documented_and_no_others() -> None:
    page = (REFERENCE.parent / "how-to" / "watch-alerts.md").read_text()
    said = re.search(r"watches for:\n(.+?)\. They count", page, re.DOTALL)

    assert said
    assert re.findall("“(.+?)”", said[1]) == list(library()["key-leak"].watch_words)
