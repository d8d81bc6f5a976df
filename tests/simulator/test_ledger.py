"""The ledger tells what was asked, done and answered; the hooks make the two differ."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from simulator.api.call import Call
from simulator.driver import NoAnswer, Practice
from simulator.errors import AnswerLost, SlackError
from simulator.workspace import Workspace


async def test_a_lost_answer_leaves_the_post(client: AsyncWebClient, workspace: Workspace) -> None:
    async def lose(call: Call) -> None:
        workspace.after_effect = None
        raise AnswerLost(call.method)

    workspace.after_effect = lose
    client.retry_handlers.clear()
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="general", text="hello")

    (call,) = workspace.ledger.calls("chat.postMessage")
    assert (call.facts["outcome"], call.facts["done"]) == ("lost", True)
    assert [m.text for m in workspace.messages[workspace.channel_named("general").id]] == ["hello"]


async def test_a_refusal_before_the_effect(client: AsyncWebClient, workspace: Workspace) -> None:
    async def slow_down(call: Call) -> None:
        if call.method == "chat.postMessage":
            raise SlackError("ratelimited", status=429, headers={"Retry-After": "7"})

    workspace.before_effect = slow_down
    with pytest.raises(SlackApiError) as refusal:
        await client.chat_postMessage(channel="general", text="hello")

    assert (refusal.value.response.status_code, refusal.value.response.headers["Retry-After"]) == (429, "7")
    (call,) = workspace.ledger.calls("chat.postMessage")
    assert (call.facts["outcome"], call.facts["done"]) == ("ratelimited", False)


async def test_entries_are_numbered_and_name_their_place(
    client: AsyncWebClient, practice: Practice, workspace: Workspace
) -> None:
    posted = await client.chat_postMessage(channel="general", text="hello")
    with pytest.raises(NoAnswer):
        await practice.person("Dana Ito").command("/incident", "x")
    await workspace.delivery.settle()

    entries = await practice.ledger()
    assert [e["seq"] for e in entries] == list(range(1, len(entries) + 1))
    assert (entries[0]["facts"]["channel"], entries[0]["facts"]["ts"]) == (posted["channel"], posted["ts"])
    (act,) = [e for e in entries if e["kind"] == "act"]
    assert (act["name"], act["facts"]["result"]["acked"]) == ("command", False)
    assert await practice.ledger(after=len(entries) - 1) == entries[-1:]
    assert workspace.credentials.bot_token not in str(entries)
