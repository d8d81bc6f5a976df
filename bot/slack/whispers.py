"""What is said to one person beside the message that they acted on: a way that takes no token.

A `response_url` comes with every press in a message, with commands and with message shortcuts; with a press in a form
or on the Home tab, and with a global shortcut, it does not.
https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
import structlog

log = structlog.get_logger()
PATIENCE_S = 5


class Whispers:
    """Tried once and never waited for: the acknowledgement goes first. What must be seen is kept elsewhere too."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http
        self._under_way: set[asyncio.Task[None]] = set()

    def say(self, body: Mapping[str, Any], text: str) -> None:
        """`text` is mrkdwn, as `bot.wording` gives it. Nothing happens where Slack gave no address."""
        if url := body.get("response_url"):
            task = asyncio.create_task(self._say(str(url), text))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _say(self, url: str, text: str) -> None:
        answer = {"response_type": "ephemeral", "replace_original": False, "text": text}
        try:
            async with asyncio.timeout(PATIENCE_S), self._http.post(url, json=answer) as reply:
                why = None if reply.status == 200 else f"HTTP {reply.status}"
        except (aiohttp.ClientError, TimeoutError, OSError, RuntimeError) as error:  # the last: we are just closing
            why = type(error).__name__
        if why:
            log.warning("somebody could not be told at once", action="whisper_lost", why=why)
