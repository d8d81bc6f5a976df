"""Real processes: the practice workspace and `quarterdeck run`, killed and started as a test says."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
START_S = 30


@dataclass(frozen=True)
class Installation:
    """Which Quarterdeck is started, and in which folder; the checkout's unless a test says otherwise."""

    python: str = sys.executable
    command: tuple[str, ...] = (sys.executable, "-m", "bot")
    folder: Path = ROOT
    manifest: Path = ROOT / "slack-manifest.yaml"


CHECKOUT = Installation()


class Workspace:
    """The practice workspace as its own process; it remembers whatever happens to the bot."""

    def __init__(self, process: Process | None, facts: dict[str, Any], folder: Path) -> None:
        self.process = process
        self.facts = facts
        self.folder = folder

    def environment(self, **more: str) -> dict[str, str]:
        """What the bot is started with."""
        roster = self.folder / "roster.yaml"
        roster.write_text(json.dumps(self.facts["roster"]))
        ours = {k: v for k, v in os.environ.items() if not k.startswith(("SLACK_", "QUARTERDECK_"))}
        return {
            **ours,
            "SLACK_BOT_TOKEN": self.facts["bot_token"],
            "SLACK_APP_TOKEN": self.facts["app_token"],
            "SLACK_API_URL": self.facts["api_url"],
            "QUARTERDECK_DATABASE_URL": self.database,
            "QUARTERDECK_ROSTER": str(roster),
            "QUARTERDECK_HTTP_PORT": "0",
            "QUARTERDECK_LOG_FORMAT": "json",
            "QUARTERDECK_PACING": "off",  # at a speed of hundreds nothing would keep up with Slack's limits
            **more,
        }

    @property
    def database(self) -> str:
        return f"sqlite:///{self.folder / 'record.db'}"


@asynccontextmanager
async def workspace(folder: Path, of: Installation = CHECKOUT) -> AsyncIterator[Workspace]:
    command = ["-m", "simulator", "serve", "--port", "0", "--manifest", str(of.manifest)]
    process = await asyncio.create_subprocess_exec(of.python, *command, stdout=PIPE, cwd=of.folder)
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), START_S)
        yield Workspace(process, json.loads(line), folder)
    finally:
        process.terminate()
        await process.wait()


class Bot:
    """One `quarterdeck run`. `log` holds every line it wrote."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.log: list[str] = []
        self.http = ""
        self._ready = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def begin(cls, environment: dict[str, str], *, of: Installation = CHECKOUT) -> "Bot":
        """Starts it and waits for nothing."""
        process = await asyncio.create_subprocess_exec(*of.command, "run", env=environment, stderr=PIPE, cwd=of.folder)
        return cls(process)

    @classmethod
    async def start(
        cls, environment: dict[str, str], *, crash: str = "", of: Installation = CHECKOUT, within_s: float = START_S
    ) -> "Bot":
        """Starts it and waits until it is ready, or dead where the test said so; neither in time, it is killed."""
        bot = await cls.begin({**environment, **({"QUARTERDECK_TEST_CRASH": crash} if crash else {})}, of=of)
        try:
            await asyncio.wait_for(bot._ready.wait(), within_s)
        except BaseException:
            await bot.kill()
            raise
        return bot

    async def _read(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.log.append(line.decode().rstrip())
            if '"action": "ready"' in self.log[-1]:
                self.http = json.loads(self.log[-1])["http"]
                self._ready.set()
        await self.process.wait()
        self._ready.set()

    async def says(self, action: str) -> None:
        """Waits until the log has it."""
        async with asyncio.timeout(START_S):
            while not any(f'"action": "{action}"' in line for line in self.log):  # noqa: ASYNC110 - because a log tells nobody
                await asyncio.sleep(0.05)

    @property
    def dead(self) -> bool:
        return self.process.returncode is not None

    async def died(self, seconds: float) -> bool:
        """Whether it dies within that time."""
        try:
            await asyncio.wait_for(self.process.wait(), seconds)
        except TimeoutError:
            return False
        await self._reading
        return True

    async def kill(self) -> None:
        if not self.dead:
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()
        await self._reading

    async def stop(self) -> int:
        """Asks it to end, as a supervisor does; gives the exit code."""
        if not self.dead:
            self.process.terminate()
        await asyncio.wait_for(self.process.wait(), START_S)
        await self._reading
        return self.process.returncode or 0


async def quarterdeck(
    *arguments: str, environment: dict[str, str], cwd: Path | None = None, of: Installation = CHECKOUT
) -> tuple[int, str, str]:
    """Runs a command to its end: exit code, what it printed, what it complained."""
    process = await asyncio.create_subprocess_exec(
        *of.command, *arguments, env=environment, stdout=PIPE, stderr=PIPE, cwd=cwd or of.folder
    )
    out, complaint = await asyncio.wait_for(process.communicate(), START_S)
    return process.returncode or 0, out.decode(), complaint.decode()
