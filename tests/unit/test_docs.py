"""What the docs must hold: a setting, a crash point or a command that they do not name fails here."""

import re
from pathlib import Path

import typer.main

from bot.__main__ import app
from bot.crashpoints import POINTS
from bot.manifest import manifest_yaml
from bot.settings import Settings
from bot.slack.grammar import COMMANDS

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"


def first_cells(page: str) -> set[str]:
    return set(re.findall(r"^\| `([^`]+)` \|", (REFERENCE / page).read_text(), re.MULTILINE))


def test_every_setting_and_crash_point_is_documented_and_nothing_else() -> None:
    assert first_cells("settings.md") == {name.upper() for name in Settings.model_fields} | set(POINTS)


def test_every_command_is_documented_and_nothing_else() -> None:
    named = {
        cell.replace("\\|", "|").split(" ")[1 if cell.startswith("quarterdeck") else 0]
        for cell in first_cells("commands.md")
    }
    group = typer.main.get_command(app)

    assert named == set(group.commands) | set(COMMANDS)


def test_the_shipped_manifest_is_what_the_command_prints() -> None:
    assert (ROOT / "slack-manifest.yaml").read_text() == manifest_yaml()
