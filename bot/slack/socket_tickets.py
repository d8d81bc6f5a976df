"""Tickets for Socket Mode: an address that is good for one connection. Slack counts how often one is asked for.

https://docs.slack.dev/reference/methods/apps.connections.open
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from bot.errors import Limited, NoSlack, SlackTrouble, Unclear
from bot.slack.gateway import Gateway

MOST_A_MINUTE = 10  # of our own accord; Slack says "1+", and more at times
MINUTE_S = 60.0
_AGAIN = "Copy an App-Level Token (xapp-…) from Basic Information again."
_ADVICE = {
    **dict.fromkeys(("invalid_auth", "not_authed", "token_revoked", "account_inactive"), _AGAIN),
    "missing_scope": "Give the App-Level Token the scope connections:write.",
    "not_allowed_token_type": _AGAIN,
    "socket_mode_not_enabled": "Switch Socket Mode on in the app's settings.",
}
APP_TOKEN_REFUSED = frozenset(_ADVICE)


def app_token_refused(error: str) -> tuple[str, str]:
    """What Slack answered to the app token, and what to do about it."""
    return f'Slack answered "{error}".', _ADVICE.get(error, "Try again in a minute.")


class Tickets:
    """One is asked for at a time, ten a minute at most, and none before a `Retry-After` has passed."""

    def __init__(self, gateway: Gateway, app_token: str, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._gateway = gateway
        self._app_token = app_token
        self._sleep = sleep
        self._turn = asyncio.Lock()
        self._asked: deque[float] = deque(maxlen=MOST_A_MINUTE)
        self._not_before = 0.0
        self._spare: str | None = None

    async def check_token(self) -> None:
        """Raises `NoSlack` when Slack refuses the app token; any other trouble is left to the connections."""
        try:
            self._spare = await self.next()
        except SlackTrouble as error:
            if error.error in _ADVICE:
                raise NoSlack(f"SLACK_APP_TOKEN: {' '.join(app_token_refused(error.error))}") from None

    async def next(self) -> str:
        """The address of one connection, as soon as one may be asked for. Raises `SlackTrouble`."""
        async with self._turn:
            if self._spare:
                spare, self._spare = self._spare, None
                return spare
            now = asyncio.get_running_loop().time()
            full = len(self._asked) == MOST_A_MINUTE
            if (wait := max(self._not_before, self._asked[0] + MINUTE_S if full else 0.0) - now) > 0:
                await self._sleep(wait)
            self._asked.append(asyncio.get_running_loop().time())
            try:
                answer = await self._gateway.call("apps.connections.open", token=self._app_token)
            except Limited as error:
                self._not_before = asyncio.get_running_loop().time() + error.retry_after
                raise
            if not (address := answer.get("url")):
                raise Unclear("apps.connections.open", "no address in the answer")
            return str(address)
