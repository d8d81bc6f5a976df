"""What every request of people and of the operator carries: the token, and its wish as one JSON object."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from simulator.people.live import PROTOCOL

TOKEN_HEADER = "X-Practice-Token"  # noqa: S105 - because it is the header's name


def guarded(token: str, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Any:
    """Let only requests with this token through to `handler`; the others are answered with 403."""

    async def guard(request: web.Request) -> web.StreamResponse:
        if not hmac.compare_digest(_token(request).encode(), token.encode()):
            return web.json_response({"error": f"{TOKEN_HEADER} is missing or wrong"}, status=403)
        return await handler(request)

    return guard


async def body_of(request: web.Request) -> dict[str, Any]:
    """What is asked for. Raises TypeError with the sentence to answer when it is no JSON object."""
    try:
        body = await request.json()
    except ValueError:
        raise TypeError("the body is no JSON") from None
    if not isinstance(body, dict):
        raise TypeError("the body is no object")
    return body


def _token(request: web.Request) -> str:
    """From its header, or from beside the protocol of a WebSocket, for which a browser lets no header be set."""
    offered = [part.strip() for part in request.headers.get("Sec-WebSocket-Protocol", "").split(",")]
    beside = next((part for part in offered if part != PROTOCOL), "")
    return request.headers.get(TOKEN_HEADER, "") or beside
