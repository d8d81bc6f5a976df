"""One Starlette app under uvicorn: `/slack/events` in HTTP mode, `/healthz`, `/readyz`."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import structlog
import uvicorn
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.errors import WrongSettings

log = structlog.get_logger()

Scrape = Callable[[], Awaitable[bytes]]
Readiness = Callable[[], Awaitable[tuple[bool, dict[str, Any]]]]


def web_app(readiness: Readiness, bolt: AsyncApp | None, scrape: Scrape | None = None) -> Starlette:
    """`bolt` is given in HTTP mode only; in Socket Mode nothing is accepted on `/slack/events`.

    `/metrics` is there with `scrape`. Behind a proxy only `/slack/events` is to be let through.
    """

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        usable, facts = await readiness()
        return JSONResponse(facts, status_code=200 if usable else 503)

    routes = [Route("/healthz", healthz), Route("/readyz", readyz)]
    if scrape is not None:
        routes.append(Route("/metrics", _metrics(scrape)))
    if bolt is not None:
        routes.append(Route("/slack/events", _readable(AsyncSlackRequestHandler(bolt)), methods=["POST"]))
    return Starlette(routes=routes)


def _metrics(scrape: Scrape) -> Callable[[Request], Awaitable[Response]]:
    """https://prometheus.io/docs/instrumenting/exposition_formats/"""

    async def metrics(_: Request) -> Response:
        return Response(await scrape(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return metrics


def _readable(handler: AsyncSlackRequestHandler) -> Callable[[Request], Awaitable[Response]]:
    """Bolt reads the body before it checks the signature, so anybody could fill the log with tracebacks."""

    async def events(request: Request) -> Response:
        try:
            return await handler.handle(request)
        except Exception as error:
            log.warning("a request could not be read", action="request_unreadable", why=type(error).__name__)
            return PlainTextResponse("This is no request of Slack's.\n", status_code=400)

    return events


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the lifecycle, which stops the parts in order."""
        yield


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises `WrongSettings` when somebody else does."""
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise WrongSettings(
            f"QUARTERDECK_HTTP_PORT: {host}:{port} cannot be used ({error.strerror}). "
            "Is another Quarterdeck running? Choose another port, or 0 for any free one."
        ) from None


class WebServer:
    """Bound at once, so that a port in use is said before anything else starts."""

    def __init__(self, app: Starlette, host: str, port: int) -> None:
        self._socket = bound(host, port)
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=3)
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        host, port = self._socket.getsockname()[:2]
        return f"http://{host}:{port}"

    async def start(self) -> None:
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        while not self._server.started:
            if self._task.done():
                await self._task
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        self._server.should_exit = True
        if self._task:
            await self._task
