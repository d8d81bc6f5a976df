"""What each kind of answer means for what was asked: certainly not done, maybe done, refused for good, later."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import Limited, NotSent, Rejected, SlackTrouble, Unclear
from bot.slack.gateway import EVENT_TYPE, Gateway, Granted
from bot.slack.socket_tickets import Tickets
from bot.troubles import WORKSPACE_REFUSED

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def slack(handler: Handler, granted: Granted | None = None) -> AsyncIterator[Gateway]:
    """A gateway whose Slack answers as the test says."""
    app = web.Application()
    app.router.add_route("*", "/api/{method}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        async with aiohttp.ClientSession() as http:
            client = AsyncWebClient(
                token="xoxb-made-up", base_url=f"http://127.0.0.1:{port}/api/", session=http, retry_handlers=[]
            )
            yield Gateway(client, http, granted=granted)
    finally:
        await runner.cleanup()


def saying(body: str, status: int = 200, kind: str = "application/json", **headers: str) -> Handler:
    async def handler(_: web.Request) -> web.StreamResponse:
        return web.Response(text=body, status=status, content_type=kind, headers=headers)

    return handler


def no(error: str) -> str:
    return json.dumps({"ok": False, "error": error})


@pytest.mark.parametrize(
    ("handler", "means"),
    [
        (saying(no("is_archived")), Rejected),
        (saying(no("internal_error")), Unclear),
        (saying(no("fatal_error"), 500), Unclear),
        (saying(no("service_unavailable")), NotSent),
        (saying(no("invalid_auth")), NotSent),
        (saying(no("ratelimited"), 429, **{"Retry-After": "7"}), Limited),
        (saying("", 429, **{"Retry-After": "Sat, 21 Nov 2026 12:00:00 GMT"}), Limited),
        (saying('{"ok": tr'), Unclear),
        (saying(""), Unclear),
        (saying("<html>log in</html>", kind="text/html"), Unclear),
        (saying("<html>forbidden</html>", 403, "text/html"), Unclear),
        (saying("nothing here", 404, "text/plain"), Unclear),
        (saying("ok", 200, "text/plain"), Unclear),
        (saying("bad gateway", 502, "text/html"), Unclear),
    ],
)
async def test_what_an_answer_means(handler: Handler, means: type[SlackTrouble]) -> None:
    async with slack(handler) as gateway:
        with pytest.raises(means):
            await gateway.post("C1", "text", [], delivery_id="d1")


async def test_a_limit_says_how_long() -> None:
    async with slack(saying(no("ratelimited"), 429, **{"Retry-After": "7"})) as gateway:
        with pytest.raises(Limited) as limited:
            await gateway.identity()

    assert limited.value.retry_after == 7


async def test_nobody_there_is_certainly_not_sent() -> None:
    async with aiohttp.ClientSession() as http:
        gateway = Gateway(AsyncWebClient(base_url="http://127.0.0.1:9/api/", session=http, retry_handlers=[]), http)
        with pytest.raises(NotSent):
            await gateway.identity()


async def test_a_connection_that_breaks_after_the_request_is_unclear() -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with slack(cut) as gateway:
        with pytest.raises(Unclear):
            await gateway.identity()


def two_pages(asked: list[dict[str, str]]) -> Handler:
    """A conversation whose second page has the message `d1`."""

    async def history(request: web.Request) -> web.StreamResponse:
        asked.append(dict(request.query))
        if "cursor" not in request.query:
            more = {"messages": [{"ts": "3.0"}], "response_metadata": {"next_cursor": "older"}}
            return web.json_response({"ok": True, **more})
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"id": "d1"}}
        return web.json_response({"ok": True, "messages": [{"ts": "2.0", "metadata": metadata}]})

    return history


async def test_the_look_back_reads_every_page_of_the_stretch() -> None:
    asked: list[dict[str, str]] = []
    minutes = timedelta(minutes=5)
    async with slack(two_pages(asked)) as gateway:
        found = await gateway.delivered("C1", None, ["d1"], NOON - minutes, NOON + minutes)
        missing = await gateway.delivered("C1", None, ["d2"], NOON - minutes, NOON + minutes)

    assert (found, missing) == ({"d1": "2.0"}, {})
    assert float(asked[0]["latest"]) - float(asked[0]["oldest"]) == 600
    assert asked[1]["cursor"] == "older"


async def test_of_a_channel_the_newest_page_and_of_a_thread_all_is_looked_through() -> None:
    async with slack(two_pages([])) as gateway:
        channel = await gateway.delivered_lately("C1", None, ["d1"])
        thread = await gateway.delivered_lately("C1", "1.0", ["d1"])

    assert channel == ({}, False)
    assert thread == ({"d1": "2.0"}, True)


async def test_what_the_bot_token_may_do_is_told_and_not_what_the_app_token_may() -> None:
    told: list[frozenset[str]] = []
    answer = saying('{"ok": true}', **{"X-OAuth-Scopes": "chat:write, pins:write"})
    async with slack(answer, told.append) as gateway:
        await gateway.call("apps.connections.open")
        await gateway.call("auth.test")
    assert told == [frozenset({"chat:write", "pins:write"})]


async def test_the_missing_permission_is_named_and_without_the_right_to_post_everything_waits() -> None:
    answer = saying('{"ok": false, "error": "missing_scope", "needed": "pins:write"}')
    async with slack(answer) as gateway:
        with pytest.raises(Rejected) as refused:
            await gateway.call("pins.add")
        with pytest.raises(NotSent):
            await gateway.call("chat.postMessage")
    assert refused.value.needed == "pins:write"


@pytest.mark.parametrize("error", sorted(WORKSPACE_REFUSED))
async def test_what_the_whole_workspace_is_refused_waits(error: str) -> None:
    async with slack(saying(f'{{"ok": false, "error": "{error}"}}')) as gateway:
        with pytest.raises(NotSent, match=error) as refused:
            await gateway.call("chat.postMessage")
    assert not refused.value.silent, "it is Slack's own word, so it is not away"


@pytest.mark.parametrize(("token_is_fine", "error"), [(True, Rejected), (False, NotSent)])
async def test_an_inactive_account_is_the_persons_or_ours(token_is_fine: bool, error: type[SlackTrouble]) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        fine = token_is_fine and request.match_info["method"] == "auth.test"
        return web.json_response({"ok": True} if fine else {"ok": False, "error": "account_inactive"})

    async with slack(answer) as gateway:
        with pytest.raises(error, match="account_inactive"):
            await gateway.call("chat.postMessage")


async def test_an_answer_without_an_address_is_no_ticket_and_no_fault() -> None:
    async with slack(saying('{"ok": true}')) as gateway:
        with pytest.raises(Unclear, match="no address"):
            await Tickets(gateway, "xapp-made-up", asyncio.sleep).next()
