"""Without any Slack variable: the practice workspace and the bot, each a process of its own, under one roof.

The bot is started again when it dies, as a supervisor would do it: kill it in the middle of an incident, from a shell
or from the page, and see what happens. Its record, `data/practice.db`, begins anew with the workspace: a new one knows
nothing of the old.
"""

import asyncio
import json
import os
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.bootstrap import load_playbook
from bot.errors import Stop
from bot.manifest import manifest_yaml
from bot.practice_keeper import START_S, Keeper, listen
from bot.roster_file import read_roster
from bot.settings import Settings
from bot.web.server import bound
from storage.errors import StorageError
from storage.lock import hold

FACTS = Path("data/practice.json")
PREVIOUS = Path("data/practice-previous.db")


async def practice(settings: Settings) -> None:
    """Runs until SIGINT or SIGTERM. Raises `Stop` when the workspace does not start or the bot refuses to."""
    stopping = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    _check(settings)
    _begin_anew(settings)
    with tempfile.TemporaryDirectory(prefix="quarterdeck-practice-") as folder:
        async with _workspace(Path(folder)) as (process, facts):
            _publish(facts)
            environment = _environment(settings, facts, Path(folder))
            keeper = Keeper(settings, environment, _teller(process), _welcome(settings, facts["url"]))
            await _keep(process, keeper, stopping)


def _check(settings: Settings) -> None:
    """Says what the bot would stumble over before anything is opened. Raises `WrongSettings`.

    Whoever answers at our address already would be taken for the bot.
    """
    load_playbook(settings)
    read_roster(settings.quarterdeck_roster)
    bound(settings.quarterdeck_http_host, settings.quarterdeck_http_port).close()


async def _keep(workspace: Process, keeper: Keeper, stopping: asyncio.Event) -> None:
    """Keep the bot, with an ear for what the workspace asks for."""
    hearing = asyncio.create_task(listen(workspace, keeper.do))
    try:
        await keeper.keep(stopping)
    finally:
        hearing.cancel()


def _teller(process: Process) -> Callable[[dict[str, Any]], None]:
    def tell(state: dict[str, Any]) -> None:
        if process.stdin is not None and not process.stdin.is_closing():
            process.stdin.write(json.dumps(state).encode() + b"\n")

    return tell


@asynccontextmanager
async def _workspace(folder: Path) -> AsyncIterator[tuple[Process, dict[str, Any]]]:
    manifest = folder / "manifest.yaml"
    manifest.write_text(manifest_yaml())
    command = ["-m", "simulator", "serve", "--port", "0", "--supervised", "--manifest", str(manifest)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdin=PIPE, stdout=PIPE, start_new_session=True
    )
    try:
        yield process, json.loads(await _first_line(process))
    finally:
        await _stop(process)


async def _first_line(process: Process) -> bytes:
    try:
        async with asyncio.timeout(START_S):
            line = await process.stdout.readline() if process.stdout else b""
    except TimeoutError:
        line = b""
    if not line:
        raise Stop(f"The practice workspace did not start within {START_S:g} s; what it said stands above.")
    return line


async def _stop(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
        await process.wait()


def _environment(settings: Settings, facts: dict[str, Any], folder: Path) -> dict[str, str]:
    """The bot's own, with the practice workspace's tokens and its company as roster."""
    roster = folder / "roster.yaml"
    roster.write_text(json.dumps(facts["roster"]))
    return {
        **os.environ,
        "SLACK_BOT_TOKEN": facts["bot_token"],
        "SLACK_APP_TOKEN": facts["app_token"],
        "SLACK_API_URL": facts["api_url"],
        "QUARTERDECK_PACING": os.environ.get("QUARTERDECK_PACING", "off"),  # this workspace has no limits
        "QUARTERDECK_ROSTER": str(settings.quarterdeck_roster or roster),
        "QUARTERDECK_DATABASE_URL": settings.database_url,
    }


def _begin_anew(settings: Settings) -> None:
    """Raises `Stop` when another Quarterdeck runs on the record, which is left alone then."""
    if settings.quarterdeck_database_url is not None:
        return
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with hold(settings.database_url):  # let go before the bot starts, which takes it for itself
            for end in ("", "-wal", "-shm"):
                _put_aside(Path(f"{file}{end}"), Path(f"{PREVIOUS}{end}"))
    except StorageError as error:
        raise Stop(str(error)) from None


def _put_aside(file: Path, previous: Path) -> None:
    """The record of the practice before this one is kept; the one before that is not."""
    previous.unlink(missing_ok=True)
    if file.exists():
        file.rename(previous)


def _publish(facts: dict[str, Any]) -> None:
    """How to reach the workspace, for whoever acts in it from another shell; for this user's eyes only."""
    FACTS.parent.mkdir(parents=True, exist_ok=True)
    FACTS.unlink(missing_ok=True)
    FACTS.touch(mode=0o600)
    FACTS.write_text(json.dumps(facts))


def _welcome(settings: Settings, page: str) -> str:
    record = settings.database_url.removeprefix("sqlite:///")
    return "\n".join(
        [
            f"Open {page}/ in your browser. Nothing leaves this machine, no real key is touched.",
            "",
            "You are Dana, who found a key: type /incident there. At the top left you become anybody else,",
            "and a second window is a second person. From a shell: .venv/bin/python -m simulator act --help",
            f"The record is {record}, that of the last practice {PREVIOUS}.",
            "`make drill` plays it all by itself. Your own Slack: “Put it into your Slack” in README.md. Stop: Ctrl-C.",
            "",
            "",
        ]
    )
