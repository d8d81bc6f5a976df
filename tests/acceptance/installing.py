"""The wheel, built and installed as an operator does it: away from the checkout, with the locked dependencies only."""

import os
import subprocess
from pathlib import Path

from tests.acceptance.processes import ROOT, Installation

UV = ROOT / ".tools" / "bin" / "uv"
EXTRAS = ("export",)


def clean_environment() -> dict[str, str]:
    """Nothing that leads back to the checkout or to somebody's Slack."""
    ours = ("SLACK_", "QUARTERDECK_", "PYTHON", "VIRTUAL_ENV", "UV_PROJECT")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def run(*command: str | Path, cwd: Path, **more: str) -> str:
    """What it printed. Fails with all that it said."""
    environment = {**clean_environment(), **more}
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout


def build_wheel(folder: Path) -> Path:
    """Builds it with the locked build tools of the development environment; asks no network."""
    assert UV.exists(), f"{UV} is missing. Run: make setup"
    python = ROOT / ".venv" / "bin" / "python"
    run(UV, "build", "--wheel", "--offline", "--no-build-isolation", "--python", python, "--out-dir", folder, cwd=ROOT)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path, folder: Path) -> Installation:
    """A fresh environment below `folder`, and an empty folder to run in.

    Needs the network only when uv's cache has lost what `make setup` put there.
    """
    venv, place = folder / "venv", folder / "place"
    extras = [word for extra in EXTRAS for word in ("--extra", extra)]
    locked = ("sync", "--frozen", "--no-dev", "--no-install-project", *extras)
    run(UV, *locked, cwd=ROOT, UV_PROJECT_ENVIRONMENT=str(venv))
    run(UV, "pip", "install", "--offline", "--no-deps", "--python", venv / "bin" / "python", wheel, cwd=folder)
    place.mkdir()
    command = venv / "bin" / "quarterdeck"
    manifest = place / "manifest.yaml"
    manifest.write_text(run(command, "manifest", cwd=place))
    return Installation(str(venv / "bin" / "python"), (str(command),), place, manifest)
