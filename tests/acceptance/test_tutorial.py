"""The tutorial, typed as it is written: every command after a dollar sign, in the practice workspace."""

import asyncio
import re
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.acceptance.installing import clean_environment
from tests.acceptance.processes import ROOT, START_S

PATIENCE_S = 30


def commands() -> list[str]:
    blocks = re.findall(
        r"^```console\n(.*?)^```", (ROOT / "docs" / "tutorial.md").read_text(), re.MULTILINE | re.DOTALL
    )
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def a_free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@asynccontextmanager
async def practice(folder: Path) -> AsyncIterator[None]:
    """`make run` in a folder that looks like the checkout, and faster than the tutorial says."""
    (folder / ".venv").symlink_to(Path(sys.executable).parents[1])
    fast = {"QUARTERDECK_SPEED": "60", "QUARTERDECK_HTTP_PORT": str(a_free_port())}
    process = await asyncio.create_subprocess_exec(
        ".venv/bin/quarterdeck", "run", cwd=folder, env=clean_environment() | fast, stdout=PIPE, stderr=DEVNULL
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_S):
            while b"runs as process" not in await process.stdout.readline():
                assert process.returncode is None
        yield
    finally:
        process.send_signal(signal.SIGINT)
        await process.wait()


async def typed(command: str, functions: str, folder: Path) -> str:
    """What it answered. A person who finds nothing to press yet tries again."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            shell = await asyncio.create_subprocess_exec(
                "bash", "-c", f"{functions}\n{command}", cwd=folder, env=clean_environment(), stdout=PIPE, stderr=PIPE
            )
            said, complaint = await shell.communicate()
            if shell.returncode == 0:
                return (said + complaint).decode()


async def test_the_tutorial_works_as_it_is_written(tmp_path: Path) -> None:
    functions, *rest = commands()
    async with practice(tmp_path):
        said = {command: await typed(command, functions, tmp_path) for command in rest}

    assert "scorecard follows" in said['act "Sam Okafor" command /incident close INC-0001 practised']
    assert said['act "Sam Okafor" download INC-0001.md'].startswith("# DRILL · INC-0001")
    assert "INC-0001 verifies" in said[".venv/bin/quarterdeck verify INC-0001.json"]
    assert len(said) > 20
