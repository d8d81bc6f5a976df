"""The pages that people follow: links lead somewhere, examples are real, what they name exists."""

import re
from pathlib import Path

import pytest
import typer.main

from bot.__main__ import app
from bot.clock import _BOOT
from bot.errors import USAGE
from bot.manifest import BOT_SCOPES
from bot.roster_file import read_roster
from bot.settings import Settings
from playbooks.loader import load_text

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
HOW_TO = ROOT / "docs" / "how-to"
OPERATED = [ROOT / "Dockerfile", *ROOT.glob("compose*.yaml"), *HOW_TO.glob("*.service")]
NOT_OURS = {"QUARTERDECK_TEST_CRASH", "QUARTERDECK_TEST_POSTGRES"}
IDS = [str(page.relative_to(ROOT)) for page in PAGES]


def prose(page: Path) -> str:
    """Without what stands between fences."""
    return re.sub(r"^ *```.*?^ *```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(page: Path) -> list[str]:
    found = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if link.startswith(("https://", "http://")):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_link_leads_to_a_page_and_a_heading(page: Path) -> None:
    assert broken(page) == []


def test_every_page_can_be_reached_from_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    pages = [str(page.relative_to(ROOT / "docs")) for page in PAGES[2:] if "decisions" not in page.parts]

    assert [page for page in pages if page != "README.md" and f"({page})" not in index] == []


def examples(what: str) -> list[str]:
    """The blocks below `<!-- a playbook -->`, `<!-- a roster -->`."""
    fence = rf"<!-- {what} -->\n+```yaml\n(.*?)^```"
    return [block for page in PAGES for block in re.findall(fence, page.read_text(), re.MULTILINE | re.DOTALL)]


def test_the_playbooks_in_the_pages_are_playbooks() -> None:
    (example,) = examples("a playbook")
    playbook = load_text(example, "own-playbook.md")

    assert playbook.id == "key-leak"
    assert "revoked_at" in {field.key for step in playbook.steps if step.key == "revoke" for field in step.fields}


def test_the_rosters_in_the_pages_are_rosters(tmp_path: Path) -> None:
    for example in examples("a roster"):
        (tmp_path / "roster.yaml").write_text(example)
        assert all(read_roster(tmp_path / "roster.yaml").values())
    assert examples("a roster")


@pytest.mark.parametrize("page", [*PAGES, *OPERATED], ids=lambda page: page.name)
def test_every_setting_that_is_named_exists(page: Path) -> None:
    named = set(re.findall(r"\b(?:QUARTERDECK|SLACK)_[A-Z_]*[A-Z]\b", page.read_text()))

    assert named - {name.upper() for name in Settings.model_fields} - NOT_OURS == set()


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_command_that_is_named_exists(page: Path) -> None:
    commands = set(typer.main.get_command(app).commands)
    named = set(re.findall(r"(?:^|`|bin/|exec quarterdeck )quarterdeck ([a-z]+)", page.read_text(), re.MULTILINE))

    assert named - commands == set()


def test_every_scope_is_explained_to_whoever_allows_it() -> None:
    page = (HOW_TO / "install-in-slack.md").read_text()

    assert set(re.findall(r"^\| `([a-z:.]+)` \|", page, re.MULTILINE)) == set(BOT_SCOPES)


def test_the_unit_gives_up_on_wrong_settings_alone() -> None:
    unit = (HOW_TO / "quarterdeck.service").read_text()

    assert f"RestartPreventExitStatus={USAGE}\n" in unit
    assert "Restart=on-failure\n" in unit


def test_the_unit_leaves_the_name_of_the_machines_start_to_be_read() -> None:
    """Without it a clock that was set while nothing ran would not show (docs/decisions/0009)."""
    unit = (HOW_TO / "quarterdeck.service").read_text().splitlines()

    assert _BOOT.is_relative_to("/proc/sys")
    assert [line for line in unit if line.startswith(("ProcSubset=", "InaccessiblePaths="))] == []
