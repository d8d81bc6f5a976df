"""The operator's side over HTTP: JSON in, JSON out, a token of its own on every request.

A deed that makes no sense answers 400, one that Slack refuses 409, with one sentence in `error`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from simulator.delivery.sockets import GOODBYES
from simulator.errors import SlackError
from simulator.faults.kinds import OUTAGE
from simulator.guard import body_of, guarded
from simulator.losses import LOSSES
from simulator.model import Json
from simulator.workspace import Workspace

Deed = Callable[..., Awaitable[Json]]
MOST_STRUCK = 200
"""How many of the latest faults `GET /operator/faults` lists; the ledger has them all."""


def operator_routes(app: web.Application, workspace: Workspace) -> None:
    """Add the routes to the application."""
    desk, token = _Desk(workspace), workspace.credentials.operator_token
    app.router.add_get("/operator/faults", guarded(token, desk.faults))
    app.router.add_post("/operator/{deed}", guarded(token, desk.do))


class _Desk:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.deeds: dict[str, Deed] = {
            "order": self._order,
            "sockets": self._sockets,
            "clear": self._clear,
            **{name: self._losing(loss) for name, loss in LOSSES.items()},
        }

    async def faults(self, _: web.Request) -> web.Response:
        """What could strike now, what is gone, and what struck."""
        workspace = self._workspace
        struck = workspace.ledger.faults()
        return web.json_response(
            {
                **workspace.network.active(),
                "limited": workspace.limiter.limits is not None,
                "out": workspace.network.is_out(),
                "connected": workspace.delivery.sockets.connected,
                "struck": len(struck),
                "latest": [asdict(entry) for entry in struck[-MOST_STRUCK:]],
            }
        )

    async def do(self, request: web.Request) -> web.Response:
        deed = self.deeds.get(request.match_info["deed"])
        if deed is None:
            raise web.HTTPNotFound
        try:
            done = await deed(**await body_of(request))
            self._workspace.bell.ring()
            return web.json_response(done)
        except SlackError as refusal:
            return web.json_response({"error": refusal.error}, status=409)
        except (TypeError, ValueError) as wrong:
            return web.json_response({"error": str(wrong)}, status=400)

    async def _order(self, *, fault: str, **options: Any) -> Json:
        """Ask for a fault: `count`, `lasting_s`, `after_s`, `names`, `seconds`, `status`."""
        for name, value in options.items():
            if name != "names" and not isinstance(value, int | float | None):
                raise ValueError(f"{name} is a number, not {value!r}")
        order = self._workspace.network.order(fault, **options)
        if fault == OUTAGE and self._workspace.network.is_out():
            self._workspace.delivery.sockets.cut()
        return asdict(order)

    async def _sockets(self, *, do: str) -> Json:
        """Hurt every connection there is now: `cut`, `zombie`, or one of Slack's goodbyes."""
        sockets = self._workspace.delivery.sockets
        deeds = ("cut", "zombie", *GOODBYES)
        if do not in deeds:
            raise ValueError(f"connections cannot be {do!r}; there are {', '.join(deeds)}")
        hurt = sockets.connected
        self._workspace.network.note(f"socket_{do}", of="every connection", key="", by="operator")
        if do in GOODBYES:
            await sockets.disconnect(do)
        elif do == "cut":
            sockets.cut()
        else:
            sockets.turn_zombie()
        return {"hurt": hurt}

    async def _clear(self) -> Json:
        """Take back every order and end the seed's faults; what was taken away has to be given back by itself."""
        self._workspace.network.clear()
        return {}

    def _losing(self, loss: Callable[..., None]) -> Deed:
        async def deed(**args: str) -> Json:
            loss(self._workspace, **args)
            return {}

        return deed
