"""Keeps the bot's process alive in the practice, and does to it what the workspace asks for.

What is asked comes as one JSON object a line from the workspace's stdout, how the bot is goes to its stdin; both are
described in docs/reference/simulator.md.
"""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx

from bot.errors import USAGE, Stop
from bot.settings import Settings

START_S = 15.0
LOOK_S = 0.1
AGAIN_S = 2.0  # before it is started anew when it could not: Slack may be hurt on purpose just then


class Keeper:
    """One bot at a time. `tell` hears each change of its state, `say` is for the person at the terminal."""

    def __init__(
        self, settings: Settings, environment: dict[str, str], tell: Callable[[dict[str, Any]], None], welcome: str
    ) -> None:
        self._settings, self._environment, self._tell = settings, environment, tell
        self._welcome = welcome
        self._speed = settings.quarterdeck_speed
        self._bot: Process | None = None
        self._wanted = True
        self._asked = False
        self._changed = asyncio.Event()

    async def keep(self, stopping: asyncio.Event) -> None:
        """Until `stopping`. Raises `Stop` when the first bot does not come up."""
        waiting = asyncio.create_task(stopping.wait())
        try:
            while not stopping.is_set():
                await (self._live(waiting) if self._wanted else self._rest(waiting))
        finally:
            waiting.cancel()
            await self._end()

    def do(self, ask: dict[str, Any]) -> None:
        """Do what the workspace asks; it has checked it, so what makes no sense any more is left alone."""
        kind = ask.get("ask")
        if kind == "kill":
            self._signal(signal.SIGKILL)
        elif kind == "stop":
            self._wanted = False
            self._ask_to_end()
        elif kind == "start":
            self._wanted = True
            self._changed.set()
        elif kind == "speed":
            self._speed = float(ask["speed"])
            self._ask_to_end()
            self._say_how("starting" if self._wanted else "stopped")

    def _ask_to_end(self) -> None:
        self._asked = self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> bool:
        """Whether there was a bot to hear it."""
        if self._bot is None or self._bot.returncode is not None:
            return False
        self._bot.send_signal(number)
        return True

    async def _rest(self, waiting: asyncio.Task[Any]) -> None:
        """While it is stopped on purpose."""
        self._say_how("stopped")
        self._changed.clear()
        changed = asyncio.create_task(self._changed.wait())
        await asyncio.wait({waiting, changed}, return_when=asyncio.FIRST_COMPLETED)
        changed.cancel()

    async def _live(self, waiting: asyncio.Task[Any]) -> None:
        """One bot from its start to its end, and why it ended."""
        environment = {**self._environment, "QUARTERDECK_SPEED": f"{self._speed:g}"}
        self._asked = False
        self._bot = bot = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "run", env=environment)
        self._say_how("starting")
        ended = asyncio.create_task(bot.wait())
        if await _is_ready(self._settings, ended, waiting):
            self._greet(bot.pid)
        await asyncio.wait({waiting, ended}, return_when=asyncio.FIRST_COMPLETED)
        if waiting.done() or self._asked:
            return await self._end()
        return await self._after(await ended, waiting)

    async def _after(self, code: int, waiting: asyncio.Task[Any]) -> None:
        """It ended, and nobody had asked it to."""
        if code < 0:
            say(f"Quarterdeck was killed ({signal.Signals(-code).name}); starting it again.")
        elif self._welcome or code == USAGE:  # no bot ever came up, or none will: a setting is wrong, a port taken
            raise Stop(f"Quarterdeck ended by itself with exit code {code}; what it said stands above.")
        else:
            say(f"Quarterdeck ended by itself with exit code {code}; starting it again in {AGAIN_S:g} s.")
            await asyncio.wait({waiting}, timeout=AGAIN_S)

    def _greet(self, pid: int) -> None:
        self._say_how("running")
        say(f"{self._welcome}Quarterdeck runs as process {pid}. Try: kill -9 {pid}")
        self._welcome = ""

    def _say_how(self, state: str) -> None:
        pid = self._bot.pid if self._bot and self._bot.returncode is None and state != "stopped" else None
        self._tell({"bot": state, "pid": pid, "speed": self._speed})

    async def _end(self) -> None:
        if self._bot is not None:
            if self._bot.returncode is None:
                self._bot.terminate()
            await self._bot.wait()


async def _is_ready(settings: Settings, ended: asyncio.Task[int], waiting: asyncio.Task[Any]) -> bool:
    """Waits until Slack's side reaches it; False when it ends, or is to end, before that."""
    url = f"http://{settings.quarterdeck_http_host}:{settings.quarterdeck_http_port}/readyz"
    async with httpx.AsyncClient() as http:
        for _ in range(int(START_S / LOOK_S)):
            await asyncio.wait({ended, waiting}, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
            if ended.done() or waiting.done():
                return False
            with suppress(httpx.HTTPError):
                if (await http.get(url)).json().get("slack") == "ok":
                    return True
    return True


async def listen(workspace: Process, do: Callable[[dict[str, Any]], None]) -> None:
    """Hear what the workspace asks for until it is gone; whatever else it says goes to the terminal."""
    while workspace.stdout and (line := await workspace.stdout.readline()):
        try:
            ask = json.loads(line)
        except ValueError:
            say(line.decode(errors="replace").rstrip())
        else:
            do(ask)


def say(text: str) -> None:
    """To the person at the terminal."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
