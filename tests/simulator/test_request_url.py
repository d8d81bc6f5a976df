"""Deliveries over HTTP: signature, challenge, forms, retries."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web

from simulator import posts
from simulator.driver import NoAnswer, Practice
from simulator.web import Server
from simulator.workspace import Workspace


class Receiver:
    """Stands in for the bot: keeps what came and answers as told."""

    def __init__(self) -> None:
        self.requests: list[tuple[Any, str]] = []
        self.answer: dict[str, Any] = {"status": 200}

    async def take(self, request: web.Request) -> web.Response:
        body = await request.text()
        if '"url_verification"' in body:
            return web.json_response({"challenge": json.loads(body)["challenge"]})
        self.requests.append((request.headers, body))
        return web.Response(**self.answer)


@pytest.fixture
async def receiver(server: Server) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/slack/events", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.workspace.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield receiver
    await runner.cleanup()


def say(workspace: Workspace) -> None:
    posts.post(workspace, workspace.channel_named("general"), workspace.user_named("Dana Ito"), "hello")


async def test_events_are_signed(workspace: Workspace, receiver: Receiver) -> None:
    say(workspace)
    await workspace.delivery.settle()

    ((headers, body),) = receiver.requests
    base = f"v0:{headers['X-Slack-Request-Timestamp']}:{body}".encode()
    digest = hmac.new(workspace.credentials.signing_secret.encode(), base, hashlib.sha256).hexdigest()
    assert headers["X-Slack-Signature"] == f"v0={digest}"
    assert json.loads(body)["event"]["text"] == "hello"


@pytest.mark.parametrize(("headers", "attempts"), [({}, [None, "1", "2", "3"]), ({"x-slack-no-retry": "1"}, [None])])
async def test_failures_are_retried_unless_unwanted(
    workspace: Workspace, receiver: Receiver, headers: dict[str, str], attempts: list[str | None]
) -> None:
    receiver.answer = {"status": 500, "headers": headers}
    say(workspace)
    await workspace.delivery.settle()

    assert [h.get("x-slack-retry-num") for h, _ in receiver.requests] == attempts
    assert {h.get("x-slack-retry-reason") for h, _ in receiver.requests[1:]} <= {"http_error"}


async def test_a_command_is_a_form_and_may_be_answered_with_text(practice: Practice, receiver: Receiver) -> None:
    receiver.answer = {"text": "hello there"}
    reply = await practice.person("Dana Ito").command("/incident", "a key & more", channel="security-alerts")

    form = parse_qs(receiver.requests[0][1])
    assert reply is not None
    assert reply.text == "hello there"
    assert (form["text"], form["channel_name"]) == (["a key & more"], ["security-alerts"])


async def test_an_interaction_is_a_payload_field(practice: Practice, receiver: Receiver) -> None:
    await practice.person("Dana Ito").shortcut("Report an incident")

    payload = json.loads(parse_qs(receiver.requests[0][1])["payload"][0])
    assert (payload["type"], payload["callback_id"]) == ("shortcut", "report_incident")


async def test_nobody_at_the_address(server: Server, practice: Practice) -> None:
    server.workspace.request_url = "http://127.0.0.1:1/slack/events"

    with pytest.raises(NoAnswer, match="dispatch_failed"):
        await practice.person("Dana Ito").command("/incident")
