"""What is shipped is what runs: the wheel, in an environment of its own, far from the checkout and its tools."""

import json
import zipfile
from pathlib import Path

import pytest

from simulator.driver import Practice
from tests.acceptance.installing import build_wheel, install, run
from tests.acceptance.processes import ROOT, Bot, Installation, Workspace, quarterdeck, workspace

PACKAGES = ("bot", "playbooks", "simulator", "storage")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return install(wheel, tmp_path_factory.mktemp("elsewhere"))


def sources() -> set[str]:
    """Every file of the packages in the checkout."""
    files = (file for package in PACKAGES for file in (ROOT / package).rglob("*") if file.is_file())
    return {file.relative_to(ROOT).as_posix() for file in files if file.parent.name != "__pycache__"}


def test_the_wheel_holds_the_packages_whole_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    facts = {name for name in names if ".dist-info/" in name}

    assert names - facts == sources()
    assert {name.rpartition("/")[2] for name in facts} == {
        "METADATA", "WHEEL", "entry_points.txt", "LICENSE", "RECORD"
    }  # fmt: skip
    assert {"playbooks/library/key-leak.yaml", "storage/migrations/script.py.mako"} <= names


def test_nothing_comes_from_the_checkout_or_from_the_development_tools(installed: Installation) -> None:
    script = (
        "import importlib.metadata, json, bot, playbooks, simulator, storage\n"
        "files = [m.__file__ for m in (bot, playbooks, simulator, storage)]\n"
        "print(json.dumps([files, [d.name.lower() for d in importlib.metadata.distributions()]]))"
    )
    files, distributions = json.loads(run(installed.python, "-c", script, cwd=installed.folder))

    assert [file for file in files if not file.startswith(str(installed.folder.parent))] == []
    assert {"pytest", "mypy", "ruff", "hypothesis", "greenlet", "playwright", "hatchling"} & set(distributions) == set()
    assert "quarterdeck" in distributions


def test_every_module_can_be_imported(installed: Installation) -> None:
    script = (
        "import importlib, pkgutil, sys\n"
        "def all_of(package):\n"
        "    for found in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        if '__main__' not in found.name and '.migrations.env' not in found.name: yield found.name\n"
        "names = [n for p in sys.argv[1:] for n in all_of(importlib.import_module(p))]\n"
        "print(len([importlib.import_module(name) for name in names]))"
    )

    assert int(run(installed.python, "-c", script, *PACKAGES, cwd=installed.folder)) > 100


def test_the_commands_that_need_no_slack(installed: Installation) -> None:
    def said(*arguments: str) -> str:
        return run(*installed.command, *arguments, cwd=installed.folder)

    assert "Start Quarterdeck" in said("--help")
    assert said("manifest") == (ROOT / "slack-manifest.yaml").read_text()
    assert "key-leak: " in said("playbooks", "check")
    assert "12:05" in said("playbooks", "show", "--t0", "2026-11-21T12:00")


async def report(slack: Workspace) -> None:
    """Dana opens an incident, and the plan reaches its channel."""
    async with Practice(slack.facts["url"], slack.facts["people_token"]) as practice:
        dana = practice.person("Dana Ito")
        await dana.command("/incident", "a key in a gist")
        await dana.fill({"Trigger": "API key committed to a repository"})
        assert await dana.submit() is None
        await dana.sees("T+0 · ")


async def test_an_incident_from_the_report_to_the_verified_export(installed: Installation, tmp_path: Path) -> None:
    async with workspace(tmp_path, installed) as slack:
        environment = {**slack.environment(), "PYTHONPATH": ""}
        bot = await Bot.start(environment, of=installed)
        await report(slack)
        listed = await quarterdeck("incidents", environment=environment, of=installed)
        file = tmp_path / "INC-0001.json"
        written = [
            await quarterdeck(
                *("export", "INC-0001", "--format", form, "--output", str(file.with_suffix(f".{form}"))),
                environment=environment,
                of=installed,
            )
            for form in ("json", "pdf")
        ]
        verified = [await quarterdeck("verify", w, environment=environment, of=installed) for w in ("INC-0001", file)]
        assert await bot.stop() == 0

    assert "INC-0001" in listed[1]
    assert [code for code, *_ in (*written, *verified)] == [0, 0, 0, 0]
    assert file.with_suffix(".pdf").read_bytes().startswith(b"%PDF")  # its font and template came with the wheel
    assert json.loads(file.read_text())["incident"]
    assert list(installed.folder.iterdir()) == [installed.manifest]  # nothing was left where it ran
