"""Answers of the app that go to the place of an interaction: response URLs and replies to commands."""

import json
from typing import Any

from simulator import posts
from simulator.blocks.messages import check_blocks
from simulator.errors import SlackError
from simulator.model import Channel, Json, Message
from simulator.tickets import ResponseUrl
from simulator.workspace import Workspace


def respond(workspace: Workspace, key: str, body: Json) -> None:
    """Do what was posted to a response URL. Raises SlackError.

    https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
    """
    issued = workspace.response_urls.find(key)
    workspace.limiter.check("response_url", issued.channel)
    issued.uses += 1
    original = _original(workspace, issued)
    if body.get("delete_original") and original is not None:
        posts.delete(workspace, original)
    elif body.get("replace_original") and original is not None:
        posts.edit(workspace, original, by=workspace.bot.id, mark_edited=False, **_content(body))
    else:
        thread_ts = body.get("thread_ts") or issued.thread_ts
        reply(workspace, workspace.channel(issued.channel), issued.user, body, thread_ts=thread_ts)


def reply(workspace: Workspace, channel: Channel, user: str, body: Json, *, thread_ts: str | None = None) -> Message:
    """Post what the app answered: to this person alone unless `response_type` says `in_channel`."""
    only_for = None if body.get("response_type") == "in_channel" else user
    return posts.post(workspace, channel, workspace.bot, **_content(body), only_for=only_for, thread_ts=thread_ts)


def _original(workspace: Workspace, issued: ResponseUrl) -> Message | None:
    messages = workspace.messages[issued.channel]
    return next((m for m in messages if m.ts == issued.message_ts), None)


def _content(body: Json) -> dict[str, Any]:
    blocks = body.get("blocks") or []
    blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
    if not (body.get("text") or blocks or body.get("attachments")):
        raise SlackError("no_text")
    check_blocks(blocks)
    return {"text": str(body.get("text") or ""), "blocks": blocks, "attachments": body.get("attachments") or []}
