"""The bot's process over HTTP: `GET /practice/bot` says how it is, `POST` asks the one who keeps it for something."""

from typing import Any

from aiohttp import web

from simulator.errors import NotPossible
from simulator.guard import body_of, guarded
from simulator.workspace import Workspace


def bot_routes(app: web.Application, workspace: Workspace) -> None:
    """Add the routes to the application."""
    desk, token = _Desk(workspace), workspace.credentials.people_token
    app.router.add_get("/practice/bot", guarded(token, desk.state))
    app.router.add_post("/practice/bot", guarded(token, desk.ask))


class _Desk:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def state(self, _: web.Request) -> web.Response:
        return web.json_response(self._workspace.supervision.bot)

    async def ask(self, request: web.Request) -> web.Response:
        """Answers as soon as it was asked; what came of it is seen in the state, and all of it stands in the ledger."""
        try:
            wanted = self._workspace.supervision.ask(**await body_of(request))
        except NotPossible as refusal:
            return web.json_response({"error": str(refusal)}, status=409)
        except TypeError as wrong:
            return web.json_response({"error": str(wrong)}, status=400)
        self._workspace.network.note(f"bot_{wanted['ask']}", of="the bot", key="", by="people", **_facts(wanted))
        return web.json_response(wanted)


def _facts(wanted: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in wanted.items() if key != "ask"}
