"""The real processes: practice workspace, `quarterdeck run` and the bare Bolt app."""

import asyncio
import contextlib
import json
import os
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psutil

ROOT = Path(__file__).parents[1]
START_S = 30.0
MB = 1_000_000
LONGEST_LINE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Slack:
    """The practice workspace. `facts` is what it said at its start."""

    facts: dict[str, Any]
    http: aiohttp.ClientSession

    async def call(self, method: str, **args: Any) -> dict[str, Any]:
        """One Web API call as the bot would make it."""
        token = {"Authorization": f"Bearer {self.facts['bot_token']}"}
        async with self.http.post(self.facts["api_url"] + method, json=args, headers=token) as answer:
            body: dict[str, Any] = await answer.json()
        if not body["ok"]:
            raise RuntimeError(f"{method}: {body['error']}")
        return body

    async def look(self, path: str) -> Any:
        """Something of the people's side."""
        async with self.http.get(self.facts["url"] + path, headers=self.people_token) as answer:
            return await answer.json()

    @property
    def people_token(self) -> dict[str, str]:
        return {"X-Practice-Token": self.facts["people_token"]}


@dataclass(kw_only=True)
class Bot:
    """One `quarterdeck run` that is ready, or the bare app; `start_s` after its start it said so."""

    process: Process
    http: str
    start_s: float
    complaints: list[str] = field(default_factory=list)

    def mb(self) -> float:
        """Resident memory, in millions of bytes."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / MB

    def files(self) -> int:
        """Open files and sockets."""
        return int(psutil.Process(self.process.pid).num_fds())

    def cpu_s(self) -> float:
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)


@asynccontextmanager
async def slack(*, limits: str = "none") -> AsyncIterator[Slack]:
    """`limits` is `none` or `slack`."""
    command = ["-m", "simulator", "serve", "--port", "0", "--limits", limits]
    command += ["--manifest", str(ROOT / "slack-manifest.yaml")]
    async with _process(command, _environment(), stdout=PIPE) as process:
        facts = json.loads(await _line(process.stdout))
        async with aiohttp.ClientSession() as http:
            yield Slack(facts=facts, http=http)


@asynccontextmanager
async def bot(
    workspace: Slack, database: str, folder: Path, *, mode: str = "socket", pacing: str = "off", speed: float = 1
) -> AsyncIterator[Bot]:
    """`mode` is `socket` or `http`; `pacing` is only `on` where the workspace has limits."""
    facts, roster = workspace.facts, folder / "roster.yaml"
    roster.write_text(json.dumps(facts["roster"]))
    door = {"SLACK_APP_TOKEN": facts["app_token"]}
    if mode == "http":
        door = {"SLACK_SIGNING_SECRET": facts["signing_secret"]}
    environment = {
        **_environment(),
        **door,
        "SLACK_BOT_TOKEN": facts["bot_token"],
        "SLACK_API_URL": facts["api_url"],
        "QUARTERDECK_DATABASE_URL": database,
        "QUARTERDECK_ROSTER": str(roster),
        "QUARTERDECK_HTTP_PORT": "0",
        "QUARTERDECK_LOG_FORMAT": "json",
        "QUARTERDECK_PACING": pacing,
        "QUARTERDECK_SPEED": str(speed),
    }
    started = time.perf_counter()
    async with _process([*_profiled(), "-m", "bot", "run"], environment, cwd=folder, stderr=PIPE) as process:
        running = await _ready(process, started)
        reading = asyncio.create_task(_read(process, running.complaints))
        try:
            yield running
        finally:
            reading.cancel()
            for line in running.complaints[:5]:
                print(f"the bot said: {line}", file=sys.stderr)


@asynccontextmanager
async def bare_app(secret: str, folder: Path) -> AsyncIterator[Bot]:
    """The bare Bolt app, which has nothing open and nobody to write to."""
    started = time.perf_counter()
    environment = {**_environment(), "SLACK_SIGNING_SECRET": secret}
    command = ["-m", "benchmarks.bare_app", str(folder / "bare.db")]
    async with _process(command, environment, stdout=PIPE) as process:
        address = (await _line(process.stdout)).strip()
        yield Bot(process=process, http=address, start_s=time.perf_counter() - started)


async def _ready(process: Process, started: float) -> Bot:
    said = []
    while line := await _line(process.stderr):
        said.append(line)
        if '"action": "ready"' in line:
            return Bot(process=process, http=json.loads(line)["http"], start_s=time.perf_counter() - started)
    raise RuntimeError("Quarterdeck did not start:\n" + "".join(said))


async def _read(process: Process, complaints: list[str]) -> None:
    """Keeps the pipe empty; what is logged above INFO does not belong into a benchmark."""
    assert process.stderr is not None
    async for line in process.stderr:
        text = line.decode().rstrip()
        if '"level": "info"' not in text:
            complaints.append(text)


async def _line(stream: asyncio.StreamReader | None) -> str:
    assert stream is not None
    return (await asyncio.wait_for(stream.readline(), START_S)).decode()


@asynccontextmanager
async def _process(
    command: list[str],
    environment: dict[str, str],
    *,
    cwd: Path = ROOT,
    stdout: int = DEVNULL,
    stderr: int | None = None,
) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, env=environment, cwd=cwd, stdout=stdout, stderr=stderr, limit=LONGEST_LINE
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


def _environment() -> dict[str, str]:
    """With bytecode, as an installation has it: compiling everything would be half of a start, and 5 MB that stay."""
    foreign = ("SLACK_", "QUARTERDECK_", "PYTHONDONTWRITEBYTECODE")
    ours = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**ours, "PYTHONPATH": str(ROOT)}


def _profiled() -> list[str]:
    """`BENCH_PROFILE=file` runs the bot under cProfile, for whoever looks for a cause."""
    wanted = os.environ.get("BENCH_PROFILE")
    return ["-m", "cProfile", "-o", wanted] if wanted else []
