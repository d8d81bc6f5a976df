"""One command becomes a dialog, a message, a press and an update, through a real Bolt app on both transports."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from simulator.driver import Practice
from simulator.web import Server
from tests.simulator.parts import actions, modal, plain, question, section

form = modal(
    "Report", question("What happened?", {"type": "plain_text_input"}), submit=plain("Open"), callback_id="report"
)


def listeners(app: AsyncApp) -> None:
    @app.command("/incident")
    async def command(ack: Any, body: Any, client: Any) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=form)
        await ack("one moment")

    @app.view("report")
    async def report(ack: Any, view: Any, client: Any) -> None:
        text = view["state"]["values"]["What happened?"]["a"]["value"]
        if "key" not in text:
            await ack(response_action="errors", errors={"What happened?": "Say which key."})
            return
        await client.chat_postMessage(
            channel="#security-alerts", text=text, blocks=[section(f"*New*: {text}"), actions("Done")]
        )
        await ack()

    @app.action("Done")
    async def done(ack: Any, body: Any, client: Any) -> None:
        place = {"channel": body["channel"]["id"], "ts": body["message"]["ts"]}
        await client.chat_update(**place, text="done", blocks=[section(f"Done by <@{body['user']['id']}>")])
        await ack()

    @app.event("message")
    async def ignore() -> None: ...


@pytest.fixture(params=["socket", "http"])
async def bot(request: Any, app: AsyncApp, server: Server) -> AsyncIterator[None]:
    listeners(app)
    if request.param == "socket":
        handler = AsyncSocketModeHandler(app, server.workspace.credentials.app_token)
        await handler.connect_async()
        yield
        await handler.close_async()
    else:
        runner = web.AppRunner(app.web_app("/slack/events"))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.workspace.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        yield
        await runner.cleanup()


@pytest.mark.usefixtures("bot")
async def test_command_dialog_error_post_press_update(practice: Practice) -> None:
    dana, sam = practice.person("Dana Ito"), practice.person("Sam Okafor")

    reply = await dana.command("/incident", channel="general")
    assert reply is not None
    assert (reply.text, reply.only_you) == ("one moment", True)
    assert dana.dialog is not None
    assert (dana.dialog.title, dana.dialog.labels) == ("Report", ["What happened?"])

    assert await dana.submit() == {"What happened?": "Please complete this required field."}
    await dana.fill({"What happened?": "nothing"})
    assert await dana.submit() == {"What happened?": "Say which key."}
    await dana.fill({"What happened?": "a key in a gist"})
    assert await dana.submit() is None
    assert dana.dialog is None

    assert (await sam.sees("New: a key in a gist")).channel_name == "#security-alerts"
    await sam.press("Done", in_message="a key in a gist")
    assert (await dana.sees("Done by @Sam Okafor")).buttons == []
    assert all("one moment" not in m.text for m in await sam.messages())
