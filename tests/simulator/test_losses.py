"""Things that go away: tokens, scopes, channels, people, messages, the right to post."""

import asyncio

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from simulator import losses
from simulator.driver import NotOffered, Practice
from simulator.errors import SlackError
from simulator.manifest import Manifest
from simulator.web import Server
from simulator.workspace import Workspace
from tests.simulator.test_delivery import acknowledge, say, socket


async def error(client: AsyncWebClient, method: str, **args: str) -> str:
    with pytest.raises(SlackApiError) as refusal:
        await client.api_call(method, params=args)
    return str(refusal.value.response["error"])


def subscribe(workspace: Workspace, *events: str) -> None:
    old = workspace.manifest
    workspace.manifest = Manifest(
        events=old.events | set(events), scopes=old.scopes, commands=old.commands, shortcuts=()
    )


async def test_a_revoked_token(client: AsyncWebClient, server: Server) -> None:
    workspace = server.workspace
    subscribe(workspace, "tokens_revoked")
    async with socket(server) as connection:
        losses.revoke_token(workspace)
        last = await acknowledge(connection)
        say(workspace)
        await workspace.delivery.settle()

    assert last["payload"]["event"]["tokens"] == {"oauth": [], "bot": [workspace.bot.id]}
    assert await error(client, "chat.postMessage", channel="general", text="x") == "token_revoked"
    assert [e.name for e in workspace.ledger.deliveries()] == ["tokens_revoked"]
    losses.restore_token(workspace)
    await client.chat_postMessage(channel="general", text="back")


async def test_a_revoked_app_token(server: Server, workspace: Workspace) -> None:
    app = AsyncWebClient(workspace.credentials.app_token, base_url=server.api_url)
    losses.revoke_token(workspace, "app")

    assert await error(app, "apps.connections.open") == "token_revoked"


async def test_a_scope_that_is_gone(client: AsyncWebClient, workspace: Workspace) -> None:
    losses.remove_scope(workspace, "chat:write")
    assert await error(client, "chat.postMessage", channel="general", text="x") == "missing_scope"
    losses.grant_scope(workspace, "chat:write")

    await client.chat_postMessage(channel="general", text="back")


async def test_a_bot_that_was_thrown_out(client: AsyncWebClient, server: Server) -> None:
    workspace = server.workspace
    subscribe(workspace, "channel_left")
    async with socket(server) as connection:
        losses.kick_bot(workspace, "general")
        left = (await acknowledge(connection))["payload"]["event"]
        say(workspace)
        await workspace.delivery.settle()

    assert (left["type"], left["channel"]) == ("channel_left", workspace.channel_named("general").id)
    assert len(workspace.ledger.deliveries()) == 1
    assert await error(client, "chat.postMessage", channel="general", text="x") == "not_in_channel"
    losses.admit_bot(workspace, "general")
    await client.chat_postMessage(channel="general", text="back")
    await asyncio.wait_for(workspace.delivery.settle(), 5)


async def test_archived_renamed_and_back(client: AsyncWebClient, workspace: Workspace) -> None:
    posted = await client.chat_postMessage(channel="security-alerts", text="x")
    losses.rename(workspace, "security-alerts", "alerts")
    losses.archive(workspace, "alerts")

    assert await error(client, "chat.postMessage", channel="alerts", text="x") == "is_archived"
    assert await error(client, "chat.update", channel=posted["channel"], ts=posted["ts"], text="y") == "is_inactive"
    losses.unarchive(workspace, "alerts")
    await client.chat_postMessage(channel=posted["channel"], text="same id")


async def test_a_rename_is_an_event(server: Server, workspace: Workspace) -> None:
    subscribe(workspace, "channel_rename")
    losses.rename(workspace, "general", "everybody")
    await workspace.delivery.settle()

    event = workspace.ledger.deliveries("channel_rename")[0].facts["payload"]["event"]
    assert event["channel"]["name"] == "everybody"
    assert server.workspace is workspace


async def test_somebody_whose_account_ended(client: AsyncWebClient, practice: Practice, workspace: Workspace) -> None:
    devi = practice.person("Devi Rao")
    losses.deactivate(workspace, "Devi Rao")

    assert await error(client, "conversations.open", users=devi.id) == "user_disabled"
    assert (await client.users_info(user=devi.id))["user"]["deleted"]
    assert devi.id not in workspace.channel_named("general").members
    with pytest.raises(NotOffered, match="was deactivated"):
        await devi.say("hello", channel="general")
    losses.reactivate(workspace, devi.id)
    await client.conversations_open(users=devi.id)


async def test_a_message_that_an_administrator_deleted(client: AsyncWebClient, workspace: Workspace) -> None:
    posted = await client.chat_postMessage(channel="general", text="x")
    losses.delete_message(workspace, "general", posted["ts"])

    place = {"channel": posted["channel"], "ts": posted["ts"]}
    assert await error(client, "chat.update", text="y", **place) == "message_not_found"


@pytest.mark.parametrize(
    ("restriction", "outside", "inside"),
    [
        ("restricted_action", False, False),
        ("restricted_action_read_only_channel", False, False),
        ("restricted_action_thread_only_channel", False, True),
        ("restricted_action_non_threadable_channel", True, False),
    ],
)
async def test_a_channel_that_takes_no_posts(
    client: AsyncWebClient, workspace: Workspace, restriction: str, outside: bool, inside: bool
) -> None:
    posted = await client.chat_postMessage(channel="general", text="x")
    losses.restrict(workspace, "general", restriction)
    for taken, place in ((outside, {}), (inside, {"thread_ts": posted["ts"]})):
        if taken:
            await client.chat_postMessage(channel="general", text="y", **place)
        else:
            assert await error(client, "chat.postMessage", channel="general", text="y", **place) == restriction
    await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="still mine")
    losses.unrestrict(workspace, "general")
    await client.chat_postMessage(channel="general", text="z")


async def test_a_thread_that_is_locked(client: AsyncWebClient, workspace: Workspace) -> None:
    root, other = [(await client.chat_postMessage(channel="general", text=text))["ts"] for text in ("x", "other")]
    losses.lock_thread(workspace, "general", root)
    place = {"channel": "general", "text": "y"}
    assert await error(client, "chat.postMessage", **place, thread_ts=root) == "restricted_action_thread_locked"
    for elsewhere in ({}, {"thread_ts": other}):
        await client.chat_postMessage(**place, **elsewhere)
    losses.unlock_thread(workspace, "general", root)
    await client.chat_postMessage(**place, thread_ts=root)


async def test_each_loss_is_an_entry(workspace: Workspace) -> None:
    losses.restrict(workspace, "general", "restricted_action")
    (entry,) = workspace.ledger.faults()

    place = workspace.channel_named("general").id
    assert (entry.name, entry.facts["of"], entry.facts["by"]) == ("restrict", f"{place} restricted_action", "operator")


@pytest.mark.parametrize(
    ("deed", "args", "sentence"),
    [
        ("revoke_token", ["user"], "there are bot and app"),
        ("restrict", ["general", "no"], "there is no restriction"),
        ("admit_bot", ["general"], "the bot is in #general already"),
        ("archive", ["nowhere"], "channel_not_found"),
        ("deactivate", ["Nobody"], "user_not_found"),
    ],
)
def test_what_cannot_be_taken(workspace: Workspace, deed: str, args: list[str], sentence: str) -> None:
    with pytest.raises((ValueError, SlackError), match=sentence):
        losses.LOSSES[deed](workspace, *args)
    assert workspace.ledger.faults() == []
