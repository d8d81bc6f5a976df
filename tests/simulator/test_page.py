"""The page is served whole, to this machine only, and hears of every change."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import httpx
import pytest

from simulator import modals, posts
from simulator.driver import NoAnswer, Practice
from simulator.people.live import PROTOCOL
from simulator.people.page import FOLDER, POLICY, may_ask_as
from simulator.web import Server
from simulator.workspace import Workspace
from tests.simulator.parts import actions, modal, options

PAGE_FILES = sorted(path.name for path in FOLDER.iterdir() if path.name != "index.html")
WHOLE_S = 5


async def test_the_page_is_served_with_its_token_and_a_strict_policy(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.url) as http:
        for address in ("/", "/archives/C1/p1000000000000001"):
            page = await http.get(address)
            assert page.headers["content-type"] == "text/html; charset=utf-8"
            assert f'content="{server.workspace.credentials.people_token}"' in page.text
            assert page.headers["content-security-policy"] == POLICY
            assert page.headers["x-content-type-options"] == "nosniff"
            assert (page.headers["referrer-policy"], page.headers["cache-control"]) == ("no-referrer", "no-store")


@pytest.mark.parametrize("name", PAGE_FILES)
async def test_every_file_is_served_and_names_no_other_site(server: Server, name: str) -> None:
    async with httpx.AsyncClient(base_url=server.url) as http:
        file = await http.get(f"/page/{name}")

    assert file.status_code == 200
    assert file.headers["content-security-policy"] == POLICY
    code = re.sub(r"^\s*(//|\*|/\*).*$", "", file.text, flags=re.MULTILINE)  # comments may say where to read more
    named = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+", code)) - {"http://www.w3.org"}
    assert named == set()
    assert "innerHTML" not in code.replace("no innerHTML", "")


def test_the_page_is_small() -> None:
    sizes = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    lines = {path.name: len(path.read_text().splitlines()) for path in FOLDER.iterdir()}

    assert sum(sizes.values()) < 150_000
    assert {name: count for name, count in lines.items() if count > 300} == {}


async def test_only_what_the_page_is_made_of_is_served(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.url) as http:
        for name in ("index.html", "page.py", "..%2Fweb.py", "%2e%2e/web.py"):
            assert (await http.get(f"/page/{name}")).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "192.0.2.7", ""])
async def test_a_name_that_somebody_points_here_gets_nothing(server: Server, host: str) -> None:
    async with httpx.AsyncClient(base_url=server.url, headers={"Host": host}) as http:
        for address in ("/", "/page/app.js", "/archives/C1"):
            refused = await http.get(address)
            assert refused.status_code in (400, 403)
            assert server.workspace.credentials.people_token not in refused.text


@pytest.mark.parametrize(
    ("asked", "bound", "answer"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("localhost", "127.0.0.1", True),
        ("::1", "127.0.0.1", True),
        ("192.0.2.7", "127.0.0.1", False),
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "0.0.0.0", True),  # noqa: S104 - because it is compared with, not bound to
        ("deck.example", "0.0.0.0", False),  # noqa: S104 - because of the same
        ("deck.example", "deck.example", True),
    ],
)
def test_which_hosts_are_meant(asked: str, bound: str, answer: bool) -> None:
    assert may_ask_as(asked, bound) is answer


class Watching:
    """A page that listens as one person."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def until(self, what: str) -> Any:
        """The next news of that kind."""
        while True:
            news = await self.socket.receive_json(timeout=WHOLE_S)
            if what in news:
                return news[what]


@asynccontextmanager
async def watching(server: Server, name: str, token: str | None = None) -> AsyncIterator[Watching]:
    user = server.workspace.user_named(name).id
    protocols = (PROTOCOL, server.workspace.credentials.people_token if token is None else token)
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{server.url}/people/{user}/live", protocols=protocols) as socket,
    ):
        yield Watching(socket)


async def test_listening_takes_the_token(server: Server) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        async with watching(server, "Dana Ito", token="wrong"):
            pass


async def test_everything_is_told_first_and_then_what_changes(server: Server, practice: Practice) -> None:
    dana = practice.person("Dana Ito")
    said = await dana.say("hello", channel="general")
    async with watching(server, "Sam Okafor") as sam:
        first = await sam.until("whole")
        assert first is True
        await dana.react("eyes", in_message="hello")
        (changed,) = await sam.until("messages")
        assert (changed["ts"], changed["reactions"]) == (said.ts, {"eyes": [dana.id]})
        await dana.delete(said)
        assert await sam.until("gone") == [[said.channel, said.ts]]


async def test_what_is_done_to_a_message_is_told(server: Server, practice: Practice, workspace: Workspace) -> None:
    pick = {"type": "static_select", "action_id": "pick", "options": options("One", "Two")}
    blocks = [{"type": "actions", "block_id": "b", "elements": [pick]}]
    message = posts.post(workspace, workspace.channel_named("general"), workspace.bot, "x", blocks=blocks)
    async with watching(server, "Dana Ito") as page:
        await page.until("whole")
        posts.pin(workspace, message, workspace.bot.id)
        workspace.bell.ring()
        assert (await page.until("messages"))[0]["pinned"]
        posts.edit(workspace, message, by=workspace.bot.id, mark_edited=True, text="y", blocks=blocks)
        assert (await page.until("messages"))[0]["edited"]
        with pytest.raises(NoAnswer):
            await practice.person("Dana Ito").press("", in_message="", choice="Two")
        assert (await page.until("messages"))[0]["chosen"]["b"]["pick"]["selected_option"]["value"] == "two"


async def test_the_first_telling_is_what_the_routes_tell(server: Server, practice: Practice) -> None:
    await practice.person("Dana Ito").say("hello", channel="general")
    sam = practice.person("Sam Okafor")
    async with watching(server, "Sam Okafor") as page:
        told = await page.socket.receive_json(timeout=WHOLE_S)

    for what in ("workspace", "channels", "messages", "dialogs", "home", "files", "notices"):
        assert told[what] == await practice.get(f"/people/{sam.id}/{what}")


async def test_nobody_hears_what_is_not_for_them(server: Server, practice: Practice, workspace: Workspace) -> None:
    general, alerts = workspace.channel_named("general"), workspace.channel_named("security-alerts")
    async with watching(server, "Gus Vale") as gus:
        await gus.until("whole")
        posts.post(workspace, alerts, workspace.bot, "for the staff")
        posts.post(workspace, general, workspace.bot, "for Dana", only_for=practice.person("Dana Ito").id)
        posts.post(workspace, general, workspace.bot, "for everybody")
        assert [m["text"] for m in await gus.until("messages")] == ["for everybody"]


async def test_dialogs_and_notices_are_told(server: Server, practice: Practice, workspace: Workspace) -> None:
    dana = practice.person("Dana Ito")
    async with watching(server, "Dana Ito") as page:
        await page.until("whole")
        modals.open_modal(workspace, dana.id, modal("Report", actions("Go")))
        workspace.bell.ring()
        assert [d["title"] for d in await page.until("dialogs")] == ["Report"]
        workspace.notify(dana.id, "Quarterdeck didn't respond", "operation_timeout")
        assert [n["text"] for n in await page.until("notices")] == ["Quarterdeck didn't respond"]
