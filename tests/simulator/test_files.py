"""The two-step upload, sharing, and who may download."""

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from simulator import losses
from simulator.driver import NotVisible, Practice
from simulator.web import Server
from simulator.workspace import Workspace


async def test_a_shared_file_is_for_those_who_see_the_message(practice: Practice, client: AsyncWebClient) -> None:
    sam, dana = practice.person("Sam Okafor"), practice.person("Dana Ito")
    dm = (await client.conversations_open(users=sam.id))["channel"]["id"]

    await client.files_upload_v2(channel=dm, filename="INC-0001.md", content="# INC-0001", initial_comment="Here")

    assert await sam.download("INC-0001.md") == b"# INC-0001"
    assert (await sam.sees("[INC-0001.md]")).text == "Here\n[INC-0001.md]"
    with pytest.raises(NotVisible, match=r"no file 'INC-0001\.md'"):
        await dana.download("INC-0001.md")


async def test_the_steps_of_an_upload(server: Server, client: AsyncWebClient) -> None:
    step = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_completeUploadExternal(files=[{"id": step["file_id"]}])

    async with httpx.AsyncClient() as http:
        short = await http.post(step["upload_url"], content=b"ab")
        whole = await http.post(step["upload_url"], content=b"abc")
        form = await http.post(step["upload_url"], files={"file": b"abc"})
        done = (await client.files_completeUploadExternal(files=[{"id": step["file_id"], "title": "A"}]))["files"][0]
        bare = await http.get(done["url_private"])
        token = {"Authorization": f"Bearer {server.workspace.credentials.bot_token}"}
        mine = await http.get(done["url_private_download"], headers=token)

    assert (short.status_code, whole.text, form.text) == (400, "OK - 3", "OK - 3")
    assert (done["title"], done["size"], done["shares"]) == ("A", 3, {})
    assert (bare.status_code, mine.content) == (403, b"abc")
    with pytest.raises(SlackApiError, match="file_update_failed"):
        await client.files_completeUploadExternal(files=[{"id": step["file_id"]}])


async def test_reading_files_takes_its_own_scope(client: AsyncWebClient, workspace: Workspace) -> None:
    losses.remove_scope(workspace, "files:read")

    with pytest.raises(SlackApiError, match="missing_scope"):
        await client.files_info(file="F1")
