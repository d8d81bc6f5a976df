"""Deliveries over HTTP, signed as Slack signs them.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
import json
import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import aiohttp

from simulator.delivery.parcel import Parcel
from simulator.errors import Undelivered
from simulator.model import Json

if TYPE_CHECKING:
    from simulator.workspace import Workspace


class RequestUrl:
    """Posts to `workspace.request_url`, which has to answer the challenge before the first delivery."""

    def __init__(self, workspace: "Workspace") -> None:
        self._workspace = workspace
        self._session: aiohttp.ClientSession | None = None
        self._verified: str | None = None

    async def verify(self) -> bool:
        """Send `url_verification`; True when the challenge came back.

        https://docs.slack.dev/reference/events/url_verification
        """
        challenge = secrets.token_hex(16)
        body = json.dumps({"type": "url_verification", "token": "practice", "challenge": challenge})
        _, text, _ = await self._post(body, "application/json", {})
        echoed = text == challenge or _as_dict(text).get("challenge") == challenge
        self._verified = self._workspace.request_url if echoed else None
        return echoed

    async def send(self, parcel: Parcel) -> Json:
        """Post the parcel and return the answer's body. Raises Undelivered for anything but 2xx."""
        if self._verified != self._workspace.request_url and not await self.verify():
            raise Undelivered("http_error")
        headers = {}
        if parcel.attempt:
            headers = {"x-slack-retry-num": str(parcel.attempt), "x-slack-retry-reason": parcel.retry_reason}
        status, text, no_retry = await self._post(*_body(parcel), headers)
        if not 200 <= status < 300:
            raise Undelivered("http_error", final=no_retry)
        # A slash command may be answered with bare text, everything else with JSON.
        return _as_dict(text) or ({"text": text} if text and parcel.kind == "slash_commands" else {})

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(self, body: str, content_type: str, headers: dict[str, str]) -> tuple[int, str, bool]:
        self._session = self._session or aiohttp.ClientSession()
        signed = self._signature(body) | headers | {"Content-Type": content_type}
        try:
            async with self._session.post(str(self._workspace.request_url), data=body, headers=signed) as response:
                no_retry = response.headers.get("x-slack-no-retry") == "1"
                return response.status, await response.text(), no_retry
        except aiohttp.TooManyRedirects:
            raise Undelivered("too_many_redirects") from None
        except aiohttp.ClientError:
            raise Undelivered("connection_failed") from None

    def _signature(self, body: str) -> dict[str, str]:
        timestamp = str(int(self._workspace.now()))
        key = self._workspace.credentials.signing_secret.encode()
        digest = hmac.new(key, f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}


def _body(parcel: Parcel) -> tuple[str, str]:
    if parcel.kind == "events_api":
        return json.dumps(parcel.payload), "application/json"
    form = parcel.payload if parcel.kind == "slash_commands" else {"payload": json.dumps(parcel.payload)}
    return urlencode(form), "application/x-www-form-urlencoded"


def _as_dict(text: str) -> Json:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
