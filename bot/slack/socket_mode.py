"""Socket Mode, with a watchdog for the client's known trap.

When a handshake fails once (a spent ticket), the SDK's client tries the same address for ever and never asks for a
new one (slackapi/python-slack-sdk#1446). The watchdog forgets the address and connects afresh.
"""

import asyncio
import contextlib

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.clock import Clock
from bot.errors import NoSlack

log = structlog.get_logger()
PATIENCE_S = 10.0
_AGAIN = "Copy an App-Level Token (xapp-…) from Basic Information again."
_ADVICE = {
    **dict.fromkeys(("invalid_auth", "not_authed", "token_revoked", "account_inactive"), _AGAIN),
    "missing_scope": "Give the App-Level Token the scope connections:write.",
    "not_allowed_token_type": _AGAIN,
    "socket_mode_not_enabled": "Switch Socket Mode on in the app's settings.",
}
LOOK_S = 2.0


def app_token_refused(error: str) -> tuple[str, str]:
    """What Slack answered to the app token, and what to do about it."""
    return f'Slack answered "{error}".', _ADVICE.get(error, "Try again in a minute.")


class Socket:
    def __init__(self, bolt: AsyncApp, app_token: str, clock: Clock) -> None:
        self._handler = AsyncSocketModeHandler(bolt, app_token)
        self._clock = clock
        self._connecting: asyncio.Task[None] | None = None

    async def check_token(self) -> None:
        """Raises `NoSlack` when Slack refuses the app token; with any other trouble the client goes on trying."""
        client = self._handler.client
        try:
            answer = await client.web_client.apps_connections_open(app_token=client.app_token)
        except SlackApiError as error:
            code = error.response.get("error")
            if code in _ADVICE:
                raise NoSlack(f"SLACK_APP_TOKEN: {' '.join(app_token_refused(code))}") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("no socket yet", action="socket_not_yet", why=str(error))
        else:
            client.wss_uri = answer["url"]  # good for one connection, the first

    async def start(self) -> None:
        """Begins to connect; the SDK's client keeps trying by itself."""
        self._connecting = asyncio.create_task(self._handler.connect_async())  # type: ignore[no-untyped-call]  # because Bolt leaves it untyped

    async def connected(self) -> bool:
        return bool(await self._handler.client.is_connected())

    async def wait_connected(self, seconds: float) -> bool:
        """True as soon as the first connection stands, False when it does not in that time."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._connecting or asyncio.sleep(0)), seconds)
        return await self.connected()

    async def watch(self) -> None:
        """For ever: after ten seconds without a connection, asks for a new address."""
        lost = 0.0
        while True:
            await self._clock.sleep(LOOK_S)
            lost = 0.0 if await self.connected() else lost + LOOK_S
            if lost >= PATIENCE_S:
                log.warning("connecting afresh", action="socket_afresh", lost_s=lost)
                await self._afresh()
                lost = 0.0

    async def _afresh(self) -> None:
        if self._connecting:
            self._connecting.cancel()
        self._handler.client.wss_uri = None
        await self.start()

    async def stop(self) -> None:
        if self._connecting:
            self._connecting.cancel()
        await self._handler.close_async()  # type: ignore[no-untyped-call]  # because Bolt leaves it untyped
