"""conversations.*: who is in a channel."""

from simulator import rooms
from simulator.api.call import Call, scope_for
from simulator.api.conversations import managed_channel
from simulator.api.registry import method
from simulator.errors import SlackError
from simulator.model import Channel, Json
from simulator.shapes import channel_json

MOST_INVITED = 100


@method("conversations.members")
def members(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.members"""
    channel = call.visible_channel()
    call.needs_scope(scope_for(channel, "read"))
    page, metadata = call.page(channel.members, default=100, most=1000)
    return {"members": page, "response_metadata": metadata}


@method("conversations.invite")
def invite(call: Call) -> Json:
    """With `force` the invitable ones are let in although others are not; otherwise it is all or nobody.

    https://docs.slack.dev/reference/methods/conversations.invite
    """
    channel = managed_channel(call)
    users = call.names("users")
    if not users:
        raise SlackError("no_user")
    if len(users) > MOST_INVITED:
        raise SlackError("too_many_users")
    refusals = [{"ok": False, "error": e, "user": u} for u in users if (e := _refusal(call, channel, u))]
    if refusals and (not call.flag("force") or len(refusals) == len(users)):
        raise SlackError(str(refusals[0]["error"]), errors=refusals)
    refused = {r["user"] for r in refusals}
    for user in dict.fromkeys(u for u in users if u not in refused):
        rooms.admit(call.workspace, channel, call.workspace.user(user), inviter=call.caller.id)
    return {"channel": channel_json(channel, call.caller.id), **({"errors": refusals} if refusals else {})}


def _refusal(call: Call, channel: Channel, user_id: str) -> str | None:
    user = call.workspace.users.get(user_id)
    if user is None or user.deleted:
        return "user_not_found"
    if user.id == call.caller.id:
        return "cant_invite_self"
    if user.id in channel.members:
        return "already_in_channel"
    if user.is_ultra_restricted:
        return "ura_max_channels"
    return "org_user_not_in_team" if user.is_stranger else None


@method("conversations.kick")
def kick(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.kick"""
    channel = managed_channel(call)
    user = call.workspace.user(call.need("user"))
    if user.id == call.caller.id:
        raise SlackError("cant_kick_self")
    if channel.is_general:
        raise SlackError("cant_kick_from_general")
    if user.id not in channel.members:
        raise SlackError("not_in_channel")
    rooms.dismiss(call.workspace, channel, user)
    return {}


@method("conversations.join")
def join(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.join"""
    call.needs_scope("channels:join")
    channel = call.visible_channel()
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if call.caller.id in channel.members:
        return {"channel": channel_json(channel, call.caller.id), "warning": "already_in_channel"}
    rooms.admit(call.workspace, channel, call.caller, inviter=None)
    return {"channel": channel_json(channel, call.caller.id)}


@method("conversations.leave")
def leave(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.leave"""
    channel = call.visible_channel()
    call.needs_scope(scope_for(channel, "manage"))
    if channel.is_general:
        raise SlackError("cant_leave_general")
    if call.caller.id not in channel.members:
        return {"not_in_channel": True}
    rooms.dismiss(call.workspace, channel, call.caller)
    return {}
