"""reactions.add, reactions.remove, reactions.get."""

import re

from simulator import posts
from simulator.api.call import Call
from simulator.api.registry import method
from simulator.errors import SlackError
from simulator.model import Json
from simulator.shapes import message_json


def _name(call: Call) -> str:
    name = call.need("name").strip(":")
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", name):
        raise SlackError("invalid_name")
    return name


@method("reactions.add")
def add(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/reactions.add"""
    call.needs_scope("reactions:write")
    channel, name = call.open_channel(), _name(call)
    posts.react(call.workspace, call.workspace.message(channel.id, call.need("timestamp")), call.caller.id, name)
    return {}


@method("reactions.remove")
def remove(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/reactions.remove"""
    call.needs_scope("reactions:write")
    channel, name = call.open_channel(), _name(call)
    posts.unreact(call.workspace, call.workspace.message(channel.id, call.need("timestamp")), call.caller.id, name)
    return {}


@method("reactions.get")
def get(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/reactions.get"""
    call.needs_scope("reactions:read")
    channel = call.joined_channel()
    message = call.workspace.message(channel.id, call.need("timestamp"))
    return {"type": "message", "channel": channel.id, "message": message_json(call.workspace, message)}
