"""The one chain of middleware through which every call passes, from the outside in."""

from collections.abc import Awaitable, Callable

from simulator.api import auth, chat, conversations, files, history, members, pins, reactions, users, views
from simulator.api.call import Call
from simulator.api.registry import HANDLERS
from simulator.api.reply import Reply
from simulator.errors import AnswerLost, SlackError
from simulator.faults.calls import hurt
from simulator.model import Json

FAMILIES = (auth, chat, conversations, files, history, members, pins, reactions, users, views)
"""Importing a family registers its methods."""


Step = Callable[[Call], Awaitable[Reply]]
Middleware = Callable[[Call, Step], Awaitable[Reply]]


async def record(call: Call, proceed: Step) -> Reply:
    """Write every call into the ledger, also the one whose answer is lost."""
    started_at, outcome, reply = call.workspace.now(), "lost", None
    try:
        reply = await proceed(call)
        outcome = "ok" if reply.body["ok"] else str(reply.body["error"])
        return reply
    finally:
        body = call.effect or {}
        call.workspace.ledger.append(
            "call",
            call.method,
            started_at,
            args={k: v for k, v in call.args.items() if k != "token"},
            outcome=outcome,
            done=call.effect is not None,
            channel=_channel(body) or call.args.get("channel"),
            ts=body.get("ts") or body.get("message_ts") or call.args.get("ts"),
        )


async def suffer(call: Call, proceed: Step) -> Reply:
    """Let the wire do its worst, before the effect and after it."""
    key = call.text("channel") or call.text("user_id")
    return await hurt(call.workspace, call.method, key, lambda: proceed(call))


async def refuse(call: Call, proceed: Step) -> Reply:
    """Turn a SlackError into the answer that a client sees."""
    try:
        return await proceed(call)
    except SlackError as refusal:
        return Reply(refusal.body, refusal.status, refusal.headers)


async def authenticate(call: Call, proceed: Step) -> Reply:
    """Check method and token, in Slack's order. https://docs.slack.dev/authentication/tokens"""
    credentials = call.workspace.credentials
    if call.method not in HANDLERS:
        raise SlackError("unknown_method", req_method=call.method)
    if call.method != "api.test":
        if not call.token:
            raise SlackError("not_authed")
        if call.token not in (credentials.bot_token, credentials.app_token):
            raise SlackError("invalid_auth")
        if call.token in call.workspace.revoked:
            raise SlackError("token_revoked")
        if (call.token == credentials.app_token) != (call.method == "apps.connections.open"):
            raise SlackError("not_allowed_token_type")
    reply = await proceed(call)
    reply.headers["X-OAuth-Scopes"] = ",".join(sorted(call.workspace.manifest.scopes))
    return reply


async def limit(call: Call, proceed: Step) -> Reply:
    """Count the call and what it posts. https://docs.slack.dev/apis/web-api/rate-limits"""
    if call.workspace.limiter.limits is not None:
        call.workspace.limiter.check(call.method, _place(call))
    return await proceed(call)


async def hooks(call: Call, proceed: Step) -> Reply:
    """Let a test step in before and after the effect."""
    if call.workspace.before_effect is not None:
        await call.workspace.before_effect(call)
    reply = await proceed(call)
    if call.workspace.after_effect is not None:
        await call.workspace.after_effect(call)
    return reply


async def perform(call: Call) -> Reply:
    """The end of the chain: the effect itself."""
    body = HANDLERS[call.method](call)
    call.effect = body
    return Reply({"ok": True, **body})


CHAIN: tuple[Middleware, ...] = (record, suffer, refuse, authenticate, limit, hooks)


async def answer(call: Call) -> Reply:
    """Take a call through the chain. Raises AnswerLost."""

    def link(middleware: Middleware, inner: Step) -> Step:
        return lambda c: middleware(c, inner)

    step: Step = perform
    for middleware in reversed(CHAIN):
        step = link(middleware, step)
    return await step(call)


def _place(call: Call) -> str | None:
    """Where a call posts to, under one name however it was said."""
    workspace, wanted = call.workspace, call.text("channel") or call.text("channel_id")
    if wanted in workspace.users:
        opened = workspace.opened_direct_message(call.caller.id, wanted)
        return opened.id if opened else wanted
    try:
        return workspace.channel_named(wanted).id
    except SlackError:
        return wanted or None


def _channel(body: Json) -> str | None:
    channel = body.get("channel")
    return channel.get("id") if isinstance(channel, dict) else channel


__all__ = ["CHAIN", "AnswerLost", "Middleware", "Reply", "Step", "answer"]
