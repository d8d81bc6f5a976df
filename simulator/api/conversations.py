"""conversations.*: making channels and changing what they are."""

from simulator import rooms
from simulator.api.call import Call, scope_for
from simulator.api.registry import method
from simulator.api.users import listed
from simulator.errors import SlackError, invalid_arguments
from simulator.model import Channel, Json
from simulator.shapes import channel_json


def managed_channel(call: Call) -> Channel:
    """An open channel that the bot is in and may manage."""
    channel = call.open_channel()
    if channel.kind == "im":
        raise SlackError("method_not_supported_for_channel_type")
    call.needs_scope(scope_for(channel, "manage"))
    return channel


@method("conversations.create")
def create(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.create"""
    private = call.flag("is_private")
    call.needs_scope("groups:write" if private else "channels:manage")
    channel = rooms.create(call.workspace, call.text("name"), private=private, creator=call.caller)
    return {"channel": channel_json(channel, call.caller.id)}


@method("conversations.open")
def open_conversation(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.open"""
    call.needs_scope("im:write")
    if call.text("channel"):
        channel, fresh = call.visible_channel(), False
    else:
        before = len(call.workspace.channels)
        channel = direct_message(call, call.names("users"))
        fresh = len(call.workspace.channels) > before
    shape = channel_json(channel, call.caller.id) if call.flag("return_im") else {"id": channel.id}
    return {"channel": shape, **({} if fresh else {"no_op": True, "already_open": True})}


def direct_message(call: Call, users: list[str]) -> Channel:
    """Open the bot's direct message with one person, who has to be a person and still there."""
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > 1:
        raise invalid_arguments("the practice workspace has no group direct messages [json-pointer:/users]")
    user = call.workspace.user(users[0])
    if user.is_bot:
        raise SlackError("cannot_dm_bot")
    if user.deleted:
        raise SlackError("user_disabled")
    return call.workspace.direct_message(call.caller.id, user.id)


@method("conversations.archive")
def archive(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.archive"""
    channel = call.joined_channel()
    call.needs_scope(scope_for(channel, "manage"))
    if channel.is_archived:
        raise SlackError("already_archived")
    if channel.is_general:
        raise SlackError("cant_archive_general")
    rooms.archive(call.workspace, channel, call.caller)
    return {}


@method("conversations.rename")
def rename(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.rename"""
    channel = managed_channel(call)
    if channel.creator != call.caller.id:
        raise SlackError("not_authorized")
    rooms.rename(call.workspace, channel, call.text("name"), call.caller)
    return {"channel": channel_json(channel, call.caller.id)}


@method("conversations.setTopic")
def set_topic(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.setTopic"""
    channel = managed_channel(call)
    rooms.set_about(call.workspace, channel, "topic", call.text("topic"), call.caller)
    return {"channel": channel_json(channel, call.caller.id)}


@method("conversations.setPurpose")
def set_purpose(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.setPurpose"""
    channel = managed_channel(call)
    rooms.set_about(call.workspace, channel, "purpose", call.text("purpose"), call.caller)
    return {"channel": channel_json(channel, call.caller.id)}


@method("conversations.info")
def info(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.info"""
    channel = call.visible_channel()
    call.needs_scope(scope_for(channel, "read"))
    return {"channel": channel_json(channel, call.caller.id)}


@method("conversations.list")
def list_channels(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.list"""
    return listed(call, None)
