"""The bot's process as seen from the workspace: whoever started both keeps it, is asked over stdout, tells over stdin.

One JSON object a line, each way: `{"ask": "speed", "speed": 10}`; `{"bot": "running", "pid": 4711, "speed": 10}`.
"""

import asyncio
import json
import sys
from collections.abc import Callable

from simulator.errors import NotPossible
from simulator.model import Json

ASKS = ("kill", "stop", "start", "speed")
FASTEST = 3600


class Supervision:
    """What is known of the bot's process, and the way to ask for something to happen to it.

    `supervised` is False where nobody keeps the bot for the workspace; then every ask is refused. `told` is called
    after each change.
    """

    def __init__(self, told: Callable[[], None]) -> None:
        self._told = told
        self._send: Callable[[str], None] | None = None
        self.bot: Json = {"supervised": False, "bot": "unknown", "pid": None, "speed": None}

    def begin(self, send: Callable[[str], None]) -> None:
        """From now on asks go out through `send`, one line each."""
        self._send = send
        self.bot = {"supervised": True, "bot": "starting", "pid": None, "speed": None}

    def hear(self, line: str) -> None:
        """Take in what the keeper tells. Raises ValueError when it is no JSON object."""
        news = json.loads(line)
        if not isinstance(news, dict):
            raise ValueError(f"not an object: {line!r}")
        self.bot = {**self.bot, **{key: news[key] for key in ("bot", "pid", "speed") if key in news}}
        self._told()

    def ask(self, ask: str, speed: float | None = None) -> Json:
        """Pass it on; what came of it is told later. Raises NotPossible with a sentence when it makes no sense."""
        if self._send is None:
            raise NotPossible("Nobody keeps the bot for this workspace. Start both with `make run` to control it here.")
        self._check(ask, speed)
        wanted = {"ask": ask} | ({"speed": speed} if ask == "speed" else {})
        self._send(json.dumps(wanted) + "\n")
        return wanted

    def _check(self, ask: str, speed: float | None) -> None:
        if ask not in ASKS:
            raise NotPossible(f"The bot cannot be asked to {ask!r}; there are {', '.join(ASKS)}.")
        stopped = self.bot["bot"] == "stopped"
        if ask in ("kill", "stop") and stopped:
            raise NotPossible("The bot is stopped already. Start it first.")
        if ask == "start" and not stopped:
            raise NotPossible("The bot is not stopped, so it cannot be started.")
        if ask == "speed" and not _is_speed(speed):
            raise NotPossible(f"Choose a speed above 0 and up to {FASTEST}.")


def _is_speed(speed: object) -> bool:
    return isinstance(speed, int | float) and not isinstance(speed, bool) and 0 < speed <= FASTEST


async def supervised(supervision: Supervision) -> None:
    """Talk with the keeper over this process's stdin and stdout until it is gone. The facts must have been printed."""
    supervision.begin(_say)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async for line in reader:
        supervision.hear(line.decode())


def _say(line: str) -> None:
    sys.stdout.write(line)
    sys.stdout.flush()
