"""The HTTP face of the workspace: the Web API, Socket Mode, response URLs, files, people, their page, the ledger."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from email.utils import formatdate
from urllib.parse import parse_qsl

from aiohttp import web

from simulator.api.call import Call
from simulator.api.chain import answer
from simulator.api.files import receive
from simulator.api.reply import Reply
from simulator.errors import AnswerLost, SlackError
from simulator.faults.calls import hurt
from simulator.model import Json
from simulator.operator.routes import operator_routes
from simulator.people.bot_routes import bot_routes
from simulator.people.page import page_routes
from simulator.people.responses import respond
from simulator.people.routes import people_routes
from simulator.workspace import Workspace

UPLOAD_LIMIT = 64 * 1024 * 1024


def build_app(workspace: Workspace) -> web.Application:
    """Make the aiohttp application. It starts no delivery by itself and ends them all at cleanup."""
    doors = _Doors(workspace)
    app = web.Application(client_max_size=UPLOAD_LIMIT)
    app.router.add_route("*", "/api/{method}", doors.api)
    app.router.add_get("/link/", workspace.delivery.sockets.serve)
    app.router.add_post("/response/{key}", doors.response_url)
    app.router.add_post("/upload/{file}/{secret}", doors.upload)
    app.router.add_get("/files-pri/{file}/{tail:.*}", doors.download)
    people_routes(app, workspace)
    bot_routes(app, workspace)
    page_routes(app, workspace)
    operator_routes(app, workspace)

    async def close(_: web.Application) -> None:
        await workspace.delivery.close()

    app.on_shutdown.append(close)
    return app


class _Doors:
    """What the app reaches; people have routes of their own."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def api(self, request: web.Request) -> web.StreamResponse:
        """https://docs.slack.dev/apis/web-api/#basics"""
        try:
            args = await _arguments(request)
        except SlackError as refusal:
            return self._json(refusal.body)
        token = _bearer(request) or args.pop("token", None)
        call = Call(self._workspace, request.match_info["method"], args, token)
        return await self._answer(request, lambda: answer(call))

    async def response_url(self, request: web.Request) -> web.StreamResponse:
        """https://docs.slack.dev/interactivity/handling-user-interaction#message_responses"""
        key = request.match_info["key"]

        async def perform() -> Reply:
            try:
                respond(self._workspace, key, await _arguments(request))
            except SlackError as refusal:
                return Reply(refusal.body, refusal.status if refusal.status != 200 else 400, refusal.headers)
            return Reply({"ok": True}, page="ok")

        return await self._answer(request, lambda: hurt(self._workspace, "response_url", "", perform))

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Takes the bare bytes or a form with the file in it, as the real address does."""
        file, secret = request.match_info["file"], request.match_info["secret"]

        async def perform() -> Reply:
            try:
                text = receive(self._workspace, file, secret, await _content(request))
            except SlackError as refusal:
                return Reply(refusal.body, refusal.status, page=refusal.error)
            return Reply({"ok": True}, page=text)

        return await self._answer(request, lambda: hurt(self._workspace, "upload", "", perform))

    async def download(self, request: web.Request) -> web.StreamResponse:
        """https://docs.slack.dev/reference/objects/file-object: a private URL takes the token."""
        token = self._workspace.credentials.bot_token
        if _bearer(request) != token or token in self._workspace.revoked:
            return web.Response(status=403, text="this file takes a token")
        file = self._workspace.files.get(request.match_info["file"].partition("-")[2])
        if file is None or file.content is None:
            return web.Response(status=404, text="no such file")
        return web.Response(body=file.content, content_type="application/octet-stream")

    async def _answer(self, request: web.Request, asking: Callable[[], Awaitable[Reply]]) -> web.StreamResponse:
        try:
            reply = await asking()
        except AnswerLost:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if reply.page is not None:
            return web.Response(text=reply.page, status=reply.status, content_type=reply.content_type)
        return self._json(reply.body, reply.status, reply.headers)

    def _json(self, body: Json, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
        # aiohttp would add the machine's own date; the workspace is told the time.
        date = formatdate(self._workspace.now(), usegmt=True)
        return web.json_response(body, status=status, headers={**(headers or {}), "Date": date})


def _bearer(request: web.Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token else None


async def _arguments(request: web.Request) -> Json:
    """Arguments come in the query, in a form or as JSON, and Slack's own SDK uses all three.

    https://docs.slack.dev/apis/web-api/#post-bodies
    """
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        return args | body
    if request.content_type == "multipart/form-data":
        return args | {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    # aiohttp reads no form on GET, yet Slack does.
    return args | dict(parse_qsl(await request.text(), keep_blank_values=True))


async def _content(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for field in (await request.post()).values():
        if isinstance(field, web.FileField):
            return field.file.read()
    raise SlackError("no_file", status=400)


class Server:
    """A running workspace. `url` has no slash at its end, `api_url` ends in `/api/`."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    @property
    def url(self) -> str:
        return self.workspace.url

    @property
    def api_url(self) -> str:
        return f"{self.workspace.url}/api/"

    def facts(self) -> Json:
        """Everything that a bot or a driver needs to connect."""
        return {
            "url": self.url,
            "api_url": self.api_url,
            "team_id": self.workspace.team_id,
            **asdict(self.workspace.credentials),
        }


@asynccontextmanager
async def serve(workspace: Workspace, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Server]:
    """Serve the workspace until the block ends; port 0 takes a free one. Nothing is encrypted: keep it on loopback."""
    runner = web.AppRunner(build_app(workspace), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound = runner.addresses[0]
        workspace.url = f"http://[{bound[0]}]:{bound[1]}" if ":" in bound[0] else f"http://{bound[0]}:{bound[1]}"
        yield Server(workspace)
    finally:
        await runner.cleanup()
