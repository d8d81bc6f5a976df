"""users.info, users.list, users.lookupByEmail, users.conversations."""

from simulator.api.call import Call
from simulator.api.registry import method
from simulator.errors import SlackError
from simulator.model import Json, User
from simulator.shapes import channel_json, user_json

_KINDS = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
_READ = {"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read", "mpim": "mpim:read"}


def shown(call: Call, user: User) -> Json:
    """A user as the token may see them: the e-mail address takes a scope, a stranger has none."""
    shape = user_json(user)
    if user.email is not None and "users:read.email" in call.workspace.manifest.scopes:
        shape["profile"]["email"] = user.email
    return shape


@method("users.info")
def users_info(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/users.info"""
    call.needs_scope("users:read")
    return {"user": shown(call, call.workspace.user(call.need("user")))}


@method("users.list")
def users_list(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/users.list"""
    call.needs_scope("users:read")
    page, metadata = call.page(list(call.workspace.users.values()), default=1000, most=1000)
    return {"members": [shown(call, u) for u in page], "response_metadata": metadata}


@method("users.lookupByEmail")
def lookup_by_email(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/users.lookupByEmail"""
    call.needs_scope("users:read.email")
    wanted = call.need("email").lower()
    for user in call.workspace.users.values():
        if user.email is not None and user.email.lower() == wanted and not user.deleted:
            return {"user": shown(call, user)}
    raise SlackError("users_not_found")


@method("users.conversations")
def users_conversations(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/users.conversations"""
    member = call.workspace.user(call.text("user", call.caller.id)).id
    return listed(call, member)


def listed(call: Call, member: str | None) -> Json:
    """One page of channels of the wanted types; all that `member` is in, or all that the caller may see."""
    types = call.names("types") or ["public_channel"]
    for kind in types:
        if kind not in _KINDS:
            raise SlackError("invalid_types")
        call.needs_scope(_READ[kind])
    kinds = {_KINDS[kind] for kind in types}
    found = [
        channel
        for channel in call.workspace.channels.values()
        if channel.kind in kinds
        and (member is None or member in channel.members)
        and (channel.kind == "channel" or call.caller.id in channel.members)
        and not (channel.is_archived and call.flag("exclude_archived"))
    ]
    page, metadata = call.page(found, default=100, most=1000)
    return {"channels": [channel_json(c, call.caller.id) for c in page], "response_metadata": metadata}
