"""conversations.*: making, naming, inviting, listing."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from simulator.workspace import Workspace


async def error(call: Any) -> str:
    with pytest.raises(SlackApiError) as refusal:
        await call
    return str(refusal.value.response["error"])


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("", "invalid_name_required"),
        ("x" * 81, "invalid_name_maxlength"),
        ("Upper", "invalid_name_specials"),
        ("with space", "invalid_name_specials"),
        ("--", "invalid_name_punctuation"),
        ("general", "name_taken"),
    ],
)
async def test_names_that_are_refused(client: AsyncWebClient, name: str, refusal: str) -> None:
    assert await error(client.conversations_create(name=name)) == refusal


async def test_invite_all_or_nobody_unless_forced(client: AsyncWebClient, workspace: Workspace) -> None:
    dana, sam = (workspace.user_named(n).id for n in ("Dana Ito", "Sam Okafor"))
    channel = (await client.conversations_create(name="inc-0001", is_private=True))["channel"]["id"]

    assert await error(client.conversations_invite(channel=channel, users=[dana, "U404"])) == "user_not_found"
    assert workspace.channel(channel).members == [workspace.bot.id]

    forced = await client.conversations_invite(channel=channel, users=[dana, "U404"], force=True)
    assert forced["errors"] == [{"ok": False, "error": "user_not_found", "user": "U404"}]
    assert await error(client.conversations_invite(channel=channel, users=[dana])) == "already_in_channel"

    await client.conversations_invite(channel=channel, users=[sam])
    await client.conversations_kick(channel=channel, user=dana)
    assert (await client.conversations_members(channel=channel))["members"] == [workspace.bot.id, sam]


async def test_strangers_cannot_be_invited(client: AsyncWebClient, workspace: Workspace) -> None:
    stranger = workspace.user_named("Nora Quist").id
    channel = (await client.conversations_create(name="inc-0001"))["channel"]["id"]

    assert await error(client.conversations_invite(channel=channel, users=[stranger])) == "org_user_not_in_team"


async def test_topic_and_name(client: AsyncWebClient) -> None:
    channel = (await client.conversations_create(name="inc-0001"))["channel"]["id"]
    await client.conversations_setTopic(channel=channel, topic="SEV1")
    await client.conversations_rename(channel=channel, name="inc-0001-closed")

    info = (await client.conversations_info(channel=channel))["channel"]

    assert (info["topic"]["value"], info["name"]) == ("SEV1", "inc-0001-closed")
    assert await error(client.conversations_setTopic(channel=channel, topic="x" * 251)) == "too_long"


async def test_own_channels_by_type(client: AsyncWebClient, workspace: Workspace) -> None:
    await client.conversations_create(name="inc-0001", is_private=True)
    workspace.add_channel("others", members=[], creator=workspace.bot)

    own = await client.users_conversations(types="public_channel,private_channel")
    every = await client.conversations_list()

    assert [c["name"] for c in own["channels"]] == ["general", "security-alerts", "partner-desk", "inc-0001"]
    assert "others" in [c["name"] for c in every["channels"]]
    assert await error(client.users_conversations(types="im")) == "missing_scope"
    assert await error(client.users_conversations(types="nonsense")) == "invalid_types"
