"""A workspace, a real Bolt app connected to it, and people to act in it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from simulator.company import practice_workspace
from simulator.driver import Practice
from simulator.web import Server, serve
from simulator.workspace import Patience, Workspace


@pytest.fixture
def workspace() -> Workspace:
    return practice_workspace(patience=Patience(ack_s=0.3, retries_s=(0.0, 0.0, 0.0)))


@pytest.fixture
async def server(workspace: Workspace) -> AsyncIterator[Server]:
    async with serve(workspace) as server:
        yield server


@pytest.fixture
def client(server: Server) -> AsyncWebClient:
    return AsyncWebClient(server.workspace.credentials.bot_token, base_url=server.api_url)


@pytest.fixture
def app(server: Server, client: AsyncWebClient) -> AsyncApp:
    return make_app(server, client)


@pytest.fixture
async def connected(app: AsyncApp, server: Server) -> AsyncIterator[AsyncApp]:
    """The app with its socket open."""
    handler = AsyncSocketModeHandler(app, server.workspace.credentials.app_token)
    await handler.connect_async()
    yield app
    await handler.close_async()


@pytest.fixture
async def practice(server: Server) -> AsyncIterator[Practice]:
    async with Practice(server.url, server.workspace.credentials.people_token) as practice:
        yield practice


def make_app(server: Server, client: AsyncWebClient) -> AsyncApp:
    """Bolt as the product uses it: acknowledged after the listener, no `auth.test` in the way."""
    bot = server.workspace.bot

    async def authorize(**_: Any) -> AuthorizeResult:
        token = server.workspace.credentials.bot_token
        return AuthorizeResult(
            enterprise_id=None, team_id=server.workspace.team_id, bot_user_id=bot.id, bot_id=bot.bot_id, bot_token=token
        )

    secret = server.workspace.credentials.signing_secret
    return AsyncApp(client=client, authorize=authorize, signing_secret=secret, process_before_response=True)
