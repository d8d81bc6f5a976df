"""Bolt, set up so that an acknowledgement means "on disk": the whole listener runs before the answer.

`process_before_response` also avoids Bolt's 10 ms poll. Authorization is static, because Bolt's own would ask
auth.test at the first request and, when Slack fails just then, acknowledge the request without running a listener.
"""

import logging
import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot import wording
from bot.errors import SlackTrouble
from bot.manifest import COMMAND
from bot.slack import forms
from bot.slack.channels import on_channel_back, on_channel_gone
from bot.slack.commands import incident_command
from bot.slack.events import on_message, on_reaction
from bot.slack.listeners import Desk
from bot.slack.presses import on_press
from bot.slack.shortcuts import on_shortcut
from bot.slack.submissions import on_submission
from storage.errors import DatabaseUnavailable

log = structlog.get_logger()
_ANYTHING = re.compile(r".*", re.DOTALL)


def bolt_app(desk: Desk, client: AsyncWebClient, facts: dict[str, Any]) -> AsyncApp:
    """Every listener, and catch-alls, since what nobody answers is retried by Slack."""

    async def authorize() -> AuthorizeResult:
        who = {key: facts[key] for key in ("team_id", "bot_user_id", "bot_id", "bot_token")}
        return AuthorizeResult(enterprise_id=None, **who)

    app = _quiet_app(client, authorize, facts["signing_secret"])
    _keep_out_other_workspaces(app, facts["team_id"])
    _serve_people(app, desk)
    _hear_events(app, desk)
    _answer_the_rest(app)
    app.error(_fault_listener(desk))
    return app


def _quiet_app(client: AsyncWebClient, authorize: Any, signing_secret: str) -> AsyncApp:
    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.ERROR)  # it would warn that SLACK_BOT_TOKEN in the environment is not what it uses
    app = AsyncApp(
        logger=logger,
        client=client,
        authorize=authorize,
        signing_secret=signing_secret or "unused in Socket Mode",
        process_before_response=True,
        ignoring_self_events_enabled=False,  # Bolt counts it as ours when somebody deletes a message of ours
    )
    logger.setLevel(logging.WARNING)
    return app


def _keep_out_other_workspaces(app: AsyncApp, team: str) -> None:
    """What another workspace sends reaches no listener: its ids are none of ours."""

    @app.middleware
    async def ours(body: dict[str, Any], next: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:  # noqa: A002 - because Bolt hands it in by this name
        if team in (teams := _teams(body)) or not teams:
            return await next()
        log.warning("from another workspace", action="other_workspace", team=min(teams))
        if body.get("type") == "view_submission":
            return BoltResponse(status=200, body=_update(wording.OTHER_WORKSPACE_TITLE, wording.other_workspace()))
        if body.get("command"):
            answer = {"response_type": "ephemeral", "text": wording.other_workspace()}
            return BoltResponse(status=200, body=answer)
        return BoltResponse(status=200)


def _teams(body: dict[str, Any]) -> set[str]:
    """The workspaces that a request is for. In a shared channel an event names those that are authorized to see it;
    a person of another organisation carries theirs at `user.team_id`, which is not looked at here."""
    named = [body.get("team_id"), (body.get("team") or {}).get("id")]
    named += [one.get("team_id") for one in body.get("authorizations") or ()]
    return {str(one) for one in named if one}


def _serve_people(app: AsyncApp, desk: Desk) -> None:
    """Parse, submit, acknowledge: the acknowledgement is the last statement of each."""

    @app.command(COMMAND)
    async def command(ack: Any, body: dict[str, Any]) -> None:
        answer = await incident_command(desk, body)
        await ack(answer) if answer else await ack()

    @app.action(_ANYTHING)
    async def press(ack: Any, body: dict[str, Any]) -> None:
        await on_press(desk, body)
        await ack()

    @app.view(_ANYTHING)
    async def submission(ack: Any, body: dict[str, Any]) -> None:
        answer = await on_submission(desk, body)
        await ack(**answer)

    @app.shortcut(_ANYTHING)
    async def shortcut(ack: Any, body: dict[str, Any]) -> None:
        await on_shortcut(desk, body)
        await ack()


def _hear_events(app: AsyncApp, desk: Desk) -> None:
    """The same for what happens in Slack without being asked of us."""

    @app.event("app_home_opened")
    async def home(ack: Any, event: dict[str, Any]) -> None:
        if event.get("tab") == "home":
            desk.homes.opened(str(event.get("user")))
        await ack()

    @app.event("message")
    async def message(ack: Any, event: dict[str, Any]) -> None:
        await on_message(desk, event)
        await ack()

    @app.event(re.compile(r"(channel|group)_(archive|deleted|left)"))
    async def gone(ack: Any, event: dict[str, Any]) -> None:
        await on_channel_gone(desk, event)
        await ack()

    @app.event(re.compile(r"(channel|group)_unarchive|member_joined_channel"))
    async def back(ack: Any, event: dict[str, Any]) -> None:
        await on_channel_back(desk, event)
        await ack()

    @app.event(re.compile(r"reaction_(added|removed)"))
    async def reaction(ack: Any, event: dict[str, Any]) -> None:
        await on_reaction(desk, event)
        await ack()


def _answer_the_rest(app: AsyncApp) -> None:
    """What nobody is there for is acknowledged all the same, or Slack would bring it again and complain to people."""

    @app.event(_ANYTHING)
    async def anything(ack: Any) -> None:
        await ack()

    @app.view_closed(_ANYTHING)
    async def closed(ack: Any) -> None:
        await ack()

    @app.options(_ANYTHING)
    async def options(ack: Any) -> None:
        await ack(options=[])


def _fault_listener(desk: Desk) -> Callable[..., Awaitable[BoltResponse]]:
    async def fault(error: Exception, request: AsyncBoltRequest, body: dict[str, Any]) -> BoltResponse:
        return await _fault(desk, error, request, body)

    return fault


async def _fault(desk: Desk, error: Exception, request: AsyncBoltRequest, body: dict[str, Any]) -> BoltResponse:
    """A fault of ours: an id to quote, never a traceback to a person, never silence. Guards itself."""
    number = uuid.uuid4().hex[:8]
    try:
        if isinstance(error, DatabaseUnavailable):
            log.error("database unavailable", action="database_unavailable", fault=number, why=str(error))
            text = wording.database_unavailable(number)
        elif isinstance(error, SlackTrouble):
            log.warning("Slack did not answer in time", action="slack_unasked", fault=number, why=str(error))
            text = wording.fault(number)
        else:
            log.error("a listener failed", action="listener_fault", fault=number, exc_info=error)
            text = wording.fault(number)
        if body.get("type") == "view_submission":
            return BoltResponse(status=200, body=_errors(body, text))
        if body.get("command"):
            return BoltResponse(status=200, body={"response_type": "ephemeral", "text": text})
        if body.get("type") in ("block_actions", "shortcut", "message_action") and body.get("trigger_id"):
            await desk.gateway.open_view(str(body["trigger_id"]), forms.notice(wording.FAULT_TITLE, text))
            return BoltResponse(status=200)
    except Exception as second:
        log.error("the error listener failed", action="error_listener_fault", fault=number, exc_info=second)
    # An event is not acknowledged, so that Slack brings it again; a press shows Slack's own warning sign.
    return BoltResponse(status=500 if request.body.get("type") != "block_actions" else 503)


def _errors(body: dict[str, Any], text: str) -> dict[str, Any]:
    """At the form's first field, so that what was typed stays; a form without fields turns into a notice."""
    blocks = body.get("view", {}).get("blocks", [])
    first = next((block["block_id"] for block in blocks if block.get("type") == "input"), None)
    return {"response_action": "errors", "errors": {first: text}} if first else _update(wording.FAULT_TITLE, text)


def _update(title: str, text: str) -> dict[str, Any]:
    return {"response_action": "update", "view": forms.notice(title, text)}
