"""The people's side over HTTP: JSON in, JSON out, a token on every request.

`GET /people` lists who there is. Under `/people/{user}` stand what that person sees (GET) and does (POST); a refused
act answers 409 with one sentence in `error`. `GET /ledger?after=n` is the workspace's own record.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from simulator.errors import NotPossible, SlackError
from simulator.guard import body_of, guarded
from simulator.model import Json, User
from simulator.people import sight
from simulator.people.acts import Acts
from simulator.people.dialogs import Dialog
from simulator.people.live import Live
from simulator.shapes import user_json
from simulator.workspace import Workspace

Act = Callable[..., Awaitable[Json]]


def people_routes(app: web.Application, workspace: Workspace) -> None:
    """Add the routes to the application."""
    desk, token = _Desk(workspace), workspace.credentials.people_token
    app.router.add_get("/ledger", guarded(token, desk.ledger))
    app.router.add_get("/people", guarded(token, desk.everybody))
    app.router.add_get("/people/{user}/live", guarded(token, desk.live))
    app.router.add_get("/people/{user}/files/{file}", guarded(token, desk.download))
    app.router.add_get("/people/{user}/{what}", guarded(token, desk.look))
    app.router.add_post("/people/{user}/{act:.+}", guarded(token, desk.act))

    async def hang_up(_: web.Application) -> None:
        await desk.watching.close()

    app.on_shutdown.append(hang_up)


class _Desk:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.watching = Live(workspace)

    async def ledger(self, request: web.Request) -> web.Response:
        return web.json_response(self._workspace.ledger.as_json(int(request.query.get("after", "0"))))

    async def everybody(self, _: web.Request) -> web.Response:
        return web.json_response([user_json(u) for u in self._workspace.users.values()])

    async def look(self, request: web.Request) -> web.Response:
        user, what = self._user(request), request.match_info["what"]
        if what not in sight.SIGHTS:
            raise web.HTTPNotFound
        return web.json_response(sight.SIGHTS[what](self._workspace, user, request.query))

    async def live(self, request: web.Request) -> web.StreamResponse:
        return await self.watching.serve(request, self._user(request))

    async def download(self, request: web.Request) -> web.Response:
        readable = sight.files(self._workspace, self._user(request))
        file = next((f for f in readable if f.id == request.match_info["file"]), None)
        if file is None or file.content is None:
            raise web.HTTPNotFound
        return web.Response(body=file.content, content_type="application/octet-stream")

    async def act(self, request: web.Request) -> web.Response:
        """Do it, and write it down with its result."""
        user, name = self._user(request), request.match_info["act"]
        if user.deleted:
            return web.json_response({"error": f"The account of {user.real_name} was deactivated."}, status=409)
        acts = _acts(Acts(self._workspace, user))
        if name not in acts:
            raise web.HTTPNotFound
        started_at = self._workspace.now()
        try:
            args = await body_of(request)
        except TypeError as wrong:
            return web.json_response({"acked": None, "error": str(wrong)}, status=400)
        try:
            result, status = await acts[name](**args), 200
        except (NotPossible, SlackError) as refusal:
            result, status = {"acked": None, "error": str(refusal)}, 409
        except TypeError as wrong:
            result, status = {"acked": None, "error": str(wrong)}, 400
        self._workspace.ledger.append("act", name, started_at, user=user.id, args=args, result=result)
        return web.json_response(result, status=status)

    def _user(self, request: web.Request) -> User:
        user = self._workspace.users.get(request.match_info["user"])
        if user is None:
            raise web.HTTPNotFound
        return user


def _acts(acts: Acts) -> dict[str, Act]:
    dialog = Dialog(acts)

    async def press_home(block_id: str, action_id: str, choice: Any = None) -> Json:
        return await dialog.press(block_id, action_id, choice, home=True)

    return {
        "say": acts.say,
        "command": acts.command,
        "press": acts.press,
        "shortcut": acts.shortcut,
        "react": acts.react,
        "unreact": acts.unreact,
        "edit": acts.edit,
        "delete": acts.delete,
        "home/open": acts.open_home,
        "home/press": press_home,
        "dialog/fill": dialog.fill,
        "dialog/press": dialog.press,
        "dialog/submit": dialog.submit,
        "dialog/close": dialog.close,
    }
