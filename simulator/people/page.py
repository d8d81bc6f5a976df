"""The page on which people act by hand: its files, and what keeps it to this machine."""

import html
import ipaddress
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from simulator.workspace import Workspace

FOLDER = Path(__file__).parents[1] / "page"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def page_routes(app: web.Application, workspace: Workspace) -> None:
    """Serve the page at `/`, and at the addresses of channels and messages that the app links to."""
    page = _Page(workspace)
    app.router.add_get("/", page.index)
    app.router.add_get("/archives/{tail:.+}", page.index)
    app.router.add_get("/page/{name}", page.file)


class _Page:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._files = {path.name: path for path in FOLDER.iterdir() if path.suffix in _TYPES}

    async def index(self, request: web.Request) -> web.Response:
        """Carries the tokens of people and operator, which pages of other sites cannot read."""
        self._check_host(request)
        text = (FOLDER / "index.html").read_text(encoding="utf-8")
        for name in ("people_token", "operator_token"):
            token = getattr(self._workspace.credentials, name)
            text = text.replace(f"{{{{{name}}}}}", html.escape(token, quote=True))
        return web.Response(text=text, content_type="text/html", headers=_HEADERS)

    async def file(self, request: web.Request) -> web.Response:
        self._check_host(request)
        path = self._files.get(request.match_info["name"])
        if path is None:
            raise web.HTTPNotFound
        text = path.read_text(encoding="utf-8")
        return web.Response(text=text, content_type=_TYPES[path.suffix], headers=_HEADERS)

    def _check_host(self, request: web.Request) -> None:
        """A name that somebody else's DNS points at this machine gets nothing (DNS rebinding)."""
        if not may_ask_as(_name(request.host), _name(urlsplit(self._workspace.url).netloc)):
            raise web.HTTPForbidden(text="This page answers only under the address that it was started with.")


def may_ask_as(asked: str, bound: str) -> bool:
    """Whether a request for the host `asked` is meant for a server bound to `bound`.

    Loopback always is. Bound to all addresses, any bare address is: only names can be pointed elsewhere.
    """
    if asked in (bound, "localhost"):
        return True
    try:
        address = ipaddress.ip_address(asked)
    except ValueError:
        return False
    return address.is_loopback or bound in ("0.0.0.0", "::")  # noqa: S104 - because it is compared with, not bound to


def _name(host: str) -> str:
    """The host without its port and without the brackets of IPv6."""
    return (urlsplit(f"//{host}").hostname or "").lower()
