"""The Dockerfile as data: its stages, each a list of (instruction, the rest of the line)."""

import json
import re
from pathlib import Path
from typing import NamedTuple

from tests.acceptance.processes import ROOT


class Line(NamedTuple):
    """One instruction with its continuation lines joined."""

    word: str
    rest: str


Stage = list[Line]


def stages() -> list[Stage]:
    """In order; each begins with its FROM."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = [Line(*line.split(maxsplit=1)) for line in re.sub(r"\\\n\s*", "", text).splitlines() if line]
    begins = [i for i, line in enumerate(lines) if line.word == "FROM"]
    return [lines[a:b] for a, b in zip(begins, [*begins[1:], len(lines)], strict=True)]


def all_of(stage: Stage, word: str) -> list[str]:
    return [line.rest for line in stage if line.word == word]


def health_command() -> list[str]:
    """What the engine runs inside the container."""
    (check,) = all_of(stages()[-1], "HEALTHCHECK")
    command: list[str] = json.loads(check.partition(" CMD ")[2])
    return command


def admitted() -> set[str]:
    """What .dockerignore lets through to the build."""
    lines = Path(ROOT / ".dockerignore").read_text().splitlines()
    return {line.removeprefix("!") for line in lines if line.startswith("!")}
