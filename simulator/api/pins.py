"""pins.add, pins.remove, pins.list."""

from simulator import posts
from simulator.api.call import Call
from simulator.api.registry import method
from simulator.model import Json
from simulator.shapes import message_json


@method("pins.add")
def add(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/pins.add"""
    call.needs_scope("pins:write")
    channel = call.open_channel()
    posts.pin(call.workspace, call.workspace.message(channel.id, call.need("timestamp")), call.caller.id)
    return {}


@method("pins.remove")
def remove(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/pins.remove"""
    call.needs_scope("pins:write")
    channel = call.open_channel()
    posts.unpin(call.workspace, call.workspace.message(channel.id, call.need("timestamp")), call.caller.id)
    return {}


@method("pins.list")
def list_pins(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/pins.list"""
    call.needs_scope("pins:read")
    channel = call.joined_channel()
    items = [
        {
            "type": "message",
            "channel": channel.id,
            "created": pin["created"],
            "created_by": pin["created_by"],
            "message": message_json(call.workspace, call.workspace.message(channel.id, pin["ts"])),
        }
        for pin in reversed(channel.pins)
    ]
    return {"items": items}
