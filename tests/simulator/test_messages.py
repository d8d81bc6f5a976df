"""chat.*, conversations.history and .replies, pins and reactions, through the real SDK."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from simulator import posts, rooms
from simulator.workspace import Workspace
from tests.simulator.parts import section

METADATA = {"event_type": "prompt", "event_payload": {"key": "1"}}


@pytest.fixture
def general(workspace: Workspace) -> str:
    return workspace.channel_named("general").id


async def error(call: Any) -> str:
    with pytest.raises(SlackApiError) as refusal:
        await call
    return str(refusal.value.response["error"])


async def test_history_is_newest_first_and_keeps_metadata_to_itself(client: AsyncWebClient, general: str) -> None:
    first = await client.chat_postMessage(channel=general, text="one", metadata=METADATA)
    second = await client.chat_postMessage(channel=general, text="two")

    plain = await client.conversations_history(channel=general)
    full = await client.conversations_history(channel=general, include_all_metadata=True, latest=second["ts"])

    assert [m["text"] for m in plain["messages"]] == ["two", "one"]
    assert "metadata" not in plain["messages"][1]
    assert [m["metadata"] for m in full["messages"]] == [METADATA]
    assert first["ts"] < second["ts"]


async def test_bounds_are_left_out_unless_inclusive(client: AsyncWebClient, general: str) -> None:
    ts = [(await client.chat_postMessage(channel=general, text=str(n)))["ts"] for n in range(3)]

    inner = await client.conversations_history(channel=general, oldest=ts[0], latest=ts[2])
    outer = await client.conversations_history(channel=general, oldest=ts[0], latest=ts[2], inclusive=True, limit=2)

    assert [m["text"] for m in inner["messages"]] == ["1"]
    assert ([m["text"] for m in outer["messages"]], outer["has_more"]) == (["2", "1"], True)


async def test_replies_are_in_the_thread_only(client: AsyncWebClient, general: str) -> None:
    parent = await client.chat_postMessage(channel=general, text="parent")
    await client.chat_postMessage(channel=general, text="reply", thread_ts=parent["ts"])

    history = await client.conversations_history(channel=general)
    replies = await client.conversations_replies(channel=general, ts=parent["ts"])

    assert [(m["text"], m["reply_count"]) for m in history["messages"]] == [("parent", 1)]
    assert [m["text"] for m in replies["messages"]] == ["parent", "reply"]


async def test_update_keeps_metadata_and_text_alone_removes_blocks(client: AsyncWebClient, general: str) -> None:
    blocks = [section("hello")]
    ts = (await client.chat_postMessage(channel=general, text="a", blocks=blocks, metadata=METADATA))["ts"]
    await client.chat_update(channel=general, ts=ts, text="b")

    message = (await client.conversations_history(channel=general, include_all_metadata=True))["messages"][0]

    assert ("blocks" in message, message["text"], message["metadata"]) == (False, "b", METADATA)


async def test_posting_to_a_person_opens_the_direct_message(client: AsyncWebClient, workspace: Workspace) -> None:
    dana = workspace.user_named("Dana Ito").id

    posted = await client.chat_postMessage(channel=dana, text="hello")
    opened = await client.conversations_open(users=dana)

    assert posted["channel"] == opened["channel"]["id"]
    assert posted["channel"].startswith("D")


async def test_whom_a_bot_cannot_write_to(client: AsyncWebClient, workspace: Workspace) -> None:
    scanner, rob = workspace.user_named("Leak Scanner"), workspace.user_named("Rob Silva")
    rob.deleted = True

    assert await error(client.chat_postMessage(channel=scanner.id, text="x")) == "cannot_dm_bot"
    assert await error(client.chat_postMessage(channel=rob.id, text="x")) == "user_disabled"
    assert await error(client.conversations_open(users="U404")) == "user_not_found"


async def test_errors_of_posting(client: AsyncWebClient, workspace: Workspace, general: str) -> None:
    public = workspace.add_channel("elsewhere", members=[], creator=workspace.bot)
    secret = workspace.add_channel("secret", "group", members=[], creator=workspace.bot)

    assert await error(client.chat_postMessage(channel="C404", text="x")) == "channel_not_found"
    assert await error(client.chat_postMessage(channel=public.id, text="x")) == "not_in_channel"
    assert await error(client.chat_postMessage(channel=secret.id, text="x")) == "channel_not_found"
    assert await error(client.api_call("chat.postMessage", params={"channel": general})) == "no_text"
    assert await error(client.chat_postMessage(channel=general, text="x", blocks="[")) == "invalid_blocks_format"


async def test_length_is_cut_in_posts_and_refused_in_updates(client: AsyncWebClient, general: str) -> None:
    posted = await client.chat_postMessage(channel=general, text="x" * 50_000)

    assert len(posted["message"]["text"]) == 40_000
    assert await error(client.chat_update(channel=general, ts=posted["ts"], text="x" * 4001)) == "msg_too_long"


async def test_only_own_messages_can_be_changed(client: AsyncWebClient, workspace: Workspace, general: str) -> None:
    dana, channel = workspace.user_named("Dana Ito"), workspace.channel(general)
    theirs = posts.post(workspace, channel, dana, "mine")

    assert await error(client.chat_update(channel=general, ts=theirs.ts, text="x")) == "cant_update_message"
    assert await error(client.chat_delete(channel=general, ts=theirs.ts)) == "cant_delete_message"
    assert await error(client.chat_update(channel=general, ts="1.000001", text="x")) == "message_not_found"


async def test_archived_channels_take_nothing(client: AsyncWebClient, workspace: Workspace) -> None:
    channel = (await client.conversations_create(name="short-lived"))["channel"]["id"]
    ts = (await client.chat_postMessage(channel=channel, text="x"))["ts"]
    await client.conversations_archive(channel=channel)

    assert workspace.channel(channel).is_archived
    assert await error(client.chat_postMessage(channel=channel, text="x")) == "is_archived"
    assert await error(client.chat_update(channel=channel, ts=ts, text="x")) == "is_inactive"
    assert await error(client.conversations_setTopic(channel=channel, topic="x")) == "is_archived"


async def test_pins_and_deletion(client: AsyncWebClient, workspace: Workspace, general: str) -> None:
    ts = (await client.chat_postMessage(channel=general, text="x"))["ts"]
    await client.pins_add(channel=general, timestamp=ts)

    assert await error(client.pins_add(channel=general, timestamp=ts)) == "already_pinned"
    await client.pins_remove(channel=general, timestamp=ts)
    assert await error(client.pins_remove(channel=general, timestamp=ts)) == "no_pin"
    await client.chat_delete(channel=general, ts=ts)
    assert workspace.messages[general] == []


async def test_reactions_stand_in_history(client: AsyncWebClient, workspace: Workspace, general: str) -> None:
    dana = workspace.user_named("Dana Ito")
    ts = (await client.chat_postMessage(channel=general, text="x"))["ts"]
    posts.react(workspace, workspace.message(general, ts), dana.id, "pushpin")

    message = (await client.conversations_history(channel=general))["messages"][0]

    assert message["reactions"] == [{"name": "pushpin", "users": [dana.id], "count": 1}]
    assert await error(client.reactions_add(channel=general, timestamp=ts, name="eyes")) == "missing_scope"


async def test_a_private_reply_is_in_nobodys_history(
    client: AsyncWebClient, workspace: Workspace, general: str
) -> None:
    dana, stranger = workspace.user_named("Dana Ito").id, workspace.user_named("Nora Quist").id
    await client.chat_postEphemeral(channel=general, user=dana, text="psst")

    assert (await client.conversations_history(channel=general))["messages"] == []
    assert await error(client.chat_postEphemeral(channel=general, user=stranger, text="x")) == "user_not_in_channel"


async def test_permalinks_lead_into_the_thread(client: AsyncWebClient, workspace: Workspace, general: str) -> None:
    parent = await client.chat_postMessage(channel=general, text="x")
    reply = await client.chat_postMessage(channel=general, text="y", thread_ts=parent["ts"])

    link = (await client.chat_getPermalink(channel=general, message_ts=reply["ts"]))["permalink"]

    assert link.startswith(f"{workspace.url}/archives/{general}/p")
    assert link.endswith(f"?thread_ts={parent['ts']}&cid={general}")


async def test_a_bot_that_was_removed_sees_nothing(client: AsyncWebClient, workspace: Workspace, general: str) -> None:
    rooms.dismiss(workspace, workspace.channel(general), workspace.bot)

    assert await error(client.conversations_history(channel=general)) == "not_in_channel"
