"""Arguments arrive in every way that Slack takes them; tokens and scopes are checked first."""

from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from simulator.company import practice_workspace
from simulator.manifest import Manifest
from simulator.web import Server, serve
from simulator.workspace import Workspace


async def ask(server: Server, verb: str, method: str, token: str | None = None, **request: Any) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token or server.workspace.credentials.bot_token}"}
    async with httpx.AsyncClient(base_url=server.api_url, headers=headers) as http:
        answer: dict[str, Any] = (await http.request(verb, method, **request)).json()
        return answer


@pytest.mark.parametrize(
    ("verb", "how"), [("GET", "params"), ("POST", "params"), ("POST", "data"), ("POST", "json"), ("GET", "data")]
)
async def test_arguments_come_by_query_form_or_json(server: Server, verb: str, how: str) -> None:
    user = server.workspace.user_named("Dana Ito").id

    answer = await ask(server, verb, "users.info", **{how: {"user": user}})

    assert answer["user"]["profile"]["email"] == "dana@example.com"


async def test_query_and_body_are_merged(server: Server) -> None:
    channel = server.workspace.channel_named("general").id

    answer = await ask(server, "POST", f"chat.postMessage?channel={channel}", json={"text": "hello"})

    assert answer["message"]["text"] == "hello"


@pytest.mark.parametrize(
    ("method", "token", "error"),
    [
        ("no.such", None, "unknown_method"),
        ("auth.test", "xoxb-wrong", "invalid_auth"),
        ("apps.connections.open", None, "not_allowed_token_type"),
        ("users.info", None, "invalid_arguments"),
        ("team.info", None, "missing_scope"),
    ],
)
async def test_refusals_before_the_method(server: Server, method: str, token: str | None, error: str) -> None:
    answer = await ask(server, "POST", method, token)

    assert (answer["ok"], answer["error"]) == (False, error)


async def test_no_token_and_no_json(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.api_url) as http:
        bare = await http.post("auth.test")
        broken = await http.post("auth.test", content="{", headers={"Content-Type": "application/json"})
        in_args = await http.get("auth.test", params={"token": server.workspace.credentials.bot_token})

    assert (bare.json()["error"], broken.json()["error"]) == ("not_authed", "invalid_json")
    assert in_args.json()["user_id"] == server.workspace.bot.id


async def test_missing_scope_names_what_is_needed() -> None:
    manifest = Manifest(scopes=frozenset({"commands"}), commands={}, shortcuts=())
    async with serve(practice_workspace(manifest=manifest)) as server:
        answer = await ask(server, "POST", "chat.postMessage", json={"channel": "general", "text": "x"})

    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", "chat:write", "commands")


async def test_the_date_header_tells_the_workspace_time() -> None:
    workspace: Workspace = practice_workspace(now=lambda: 1_000_000_000.0)
    async with serve(workspace) as server, httpx.AsyncClient(base_url=server.api_url) as http:
        answer = await http.post("api.test")

    assert parsedate_to_datetime(answer.headers["Date"]).timestamp() == 1_000_000_000


async def test_lists_come_in_pages(client: AsyncWebClient) -> None:
    names = []
    async for page in await client.users_list(limit=4):
        names += [member["real_name"] for member in page["members"]]

    assert (len(names), len(set(names))) == (11, 11)


async def test_sdk_raises_slacks_error(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="users_not_found"):
        await client.users_lookupByEmail(email="nobody@example.com")


async def test_an_answer_names_the_scopes_of_its_token(server: Server, client: AsyncWebClient) -> None:
    answer = await client.auth_test()

    assert set(answer.headers["x-oauth-scopes"].split(",")) == server.workspace.manifest.scopes
