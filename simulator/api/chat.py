"""chat.postMessage, chat.update, chat.delete, chat.postEphemeral, chat.getPermalink."""

import json
from typing import Any

from simulator import posts
from simulator.api.call import Call
from simulator.api.conversations import direct_message
from simulator.api.registry import method
from simulator.blocks.messages import check_blocks
from simulator.errors import SlackError
from simulator.ids import micros
from simulator.model import Channel, Json, Message
from simulator.shapes import message_json

POST_TEXT = 40_000
UPDATE_TEXT = 4_000
ATTACHMENTS = 100
BLOCKS_JSON = 100_000
"""Slack names `msg_blocks_too_long` without a figure; this one is ours."""


@method("chat.postMessage")
def post_message(call: Call) -> Json:
    """Text above 40,000 characters is cut, not refused. https://docs.slack.dev/reference/methods/chat.postMessage"""
    call.needs_scope("chat:write")
    channel = _target(call)
    _may_post(call, channel)
    content = _content(call)
    content["text"] = content["text"][:POST_TEXT]
    message = posts.post(
        call.workspace, channel, call.caller, **content, metadata=_metadata(call), thread_ts=_thread(call)
    )
    shape = message_json(call.workspace, message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shape}


@method("chat.update")
def update(call: Call) -> Json:
    """Text alone removes the blocks; metadata stays unless new ones come. https://docs.slack.dev/reference/methods/chat.update"""
    call.needs_scope("chat:write")
    message = _own(call, "cant_update_message")
    content = _content(call)
    if len(content["text"]) > UPDATE_TEXT:
        raise SlackError("msg_too_long")
    if call.args.get("metadata") is not None:
        content["metadata"] = _metadata(call)
    posts.edit(call.workspace, message, by=call.caller.id, mark_edited=not content["blocks"], **content)
    shape = message_json(call.workspace, message, metadata=True)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": shape}


@method("chat.delete")
def delete(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.delete"""
    call.needs_scope("chat:write")
    message = _own(call, "cant_delete_message")
    posts.delete(call.workspace, message)
    return {"channel": message.channel, "ts": message.ts}


@method("chat.postEphemeral")
def post_ephemeral(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postEphemeral"""
    call.needs_scope("chat:write")
    channel, user = call.open_channel(), call.workspace.user(call.need("user"))
    if user.id not in channel.members:
        raise SlackError("user_not_in_channel")
    _may_post(call, channel)
    content = _content(call)
    if len(content["text"]) > UPDATE_TEXT:
        raise SlackError("msg_too_long")
    message = posts.post(call.workspace, channel, call.caller, **content, thread_ts=_thread(call), only_for=user.id)
    return {"message_ts": message.ts}


@method("chat.getPermalink")
def get_permalink(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.getPermalink"""
    channel = call.visible_channel()
    message = call.workspace.message(channel.id, call.need("message_ts"))
    return {"channel": channel.id, "permalink": call.workspace.permalink(message)}


def _target(call: Call) -> Channel:
    """A post may name a channel by id or name, or a person, whose direct message is then opened."""
    wanted = call.need("channel")
    if wanted in call.workspace.users:
        return direct_message(call, [wanted])
    if wanted not in call.workspace.channels:
        call.args["channel"] = call.workspace.channel_named(wanted).id
    channel = call.open_channel()
    if channel.kind == "im" and any(call.workspace.user(m).deleted for m in channel.members):
        raise SlackError("user_disabled")
    return channel


def _may_post(call: Call, channel: Channel) -> None:
    """Raises SlackError `restricted_action*`: in the whole channel, in its threads or one, or outside of them."""
    threads_only, no_threads = "restricted_action_thread_only_channel", "restricted_action_non_threadable_channel"
    spared = threads_only if _thread(call) else no_threads
    if channel.restriction not in (None, spared):
        raise SlackError(str(channel.restriction))
    if any(m.ts == _thread(call) and m.locked for m in call.workspace.messages[channel.id]):
        raise SlackError("restricted_action_thread_locked")


def _own(call: Call, refusal: str) -> Message:
    channel = call.joined_channel()
    if channel.is_archived:
        raise SlackError("is_inactive")
    message = call.workspace.message(channel.id, call.need("ts"))
    if message.bot_id != call.caller.bot_id:
        raise SlackError(refusal)
    return message


def _content(call: Call) -> dict[str, Any]:
    blocks = call.structure("blocks", "invalid_blocks_format") or []
    attachments = call.structure("attachments", "invalid_attachments") or []
    if not (call.text("text") or blocks or attachments):
        raise SlackError("no_text")
    check_blocks(blocks)
    if len(json.dumps(blocks)) > BLOCKS_JSON:
        raise SlackError("msg_blocks_too_long")
    if len(attachments) > ATTACHMENTS:
        raise SlackError("too_many_attachments")
    return {"text": call.text("text"), "blocks": blocks, "attachments": attachments}


def _metadata(call: Call) -> Json | None:
    metadata = call.structure("metadata", "invalid_metadata_format")
    if not metadata:
        return None
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_schema")
    return {"event_type": metadata["event_type"], "event_payload": metadata["event_payload"]}


def _thread(call: Call) -> str | None:
    if not call.text("thread_ts"):
        return None
    try:
        micros(call.text("thread_ts"))
    except ValueError:
        raise SlackError("invalid_thread_ts") from None
    return call.text("thread_ts")
