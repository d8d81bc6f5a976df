"""conversations.history and conversations.replies."""

from simulator.api.call import Call, scope_for
from simulator.api.registry import method
from simulator.errors import SlackError, invalid_arguments
from simulator.ids import micros
from simulator.model import Channel, Json, Message
from simulator.shapes import message_json


@method("conversations.history")
def history(call: Call) -> Json:
    """The main messages, newest first. https://docs.slack.dev/reference/methods/conversations.history"""
    channel = _readable(call)
    found = [m for m in call.workspace.messages[channel.id] if not m.is_reply and _wanted(call, m)]
    page, metadata = call.page(found[::-1], default=100, most=999)
    return {
        "messages": _shapes(call, page),
        "has_more": bool(metadata["next_cursor"]),
        "pin_count": len(channel.pins),
        "response_metadata": metadata,
    }


@method("conversations.replies")
def replies(call: Call) -> Json:
    """One thread, its parent first and then oldest first; the parent always comes along.

    https://docs.slack.dev/reference/methods/conversations.replies
    """
    _readable(call)
    try:
        asked = call.workspace.message(call.text("channel"), call.need("ts"))
        parent = call.workspace.message(call.text("channel"), asked.thread_ts or asked.ts)
    except SlackError:
        raise SlackError("thread_not_found") from None
    found = [parent, *(m for m in parent.replies if _wanted(call, m))]
    page, metadata = call.page(found, default=1000, most=1000)
    return {
        "messages": _shapes(call, page),
        "has_more": bool(metadata["next_cursor"]),
        "response_metadata": metadata,
    }


def _readable(call: Call) -> Channel:
    channel = call.joined_channel()
    call.needs_scope(scope_for(channel, "history"))
    return channel


def _wanted(call: Call, message: Message) -> bool:
    """Both bounds are left out unless `inclusive`."""
    if message.only_for is not None:
        return False
    edge = 0 if call.flag("inclusive") else 1
    oldest, latest = _bound(call, "oldest"), _bound(call, "latest")
    at = micros(message.ts)
    return (oldest is None or at >= oldest + edge) and (latest is None or at <= latest - edge)


def _bound(call: Call, name: str) -> int | None:
    if not call.text(name) or call.text(name) == "0":
        return None
    try:
        return micros(call.text(name))
    except ValueError:
        raise invalid_arguments(f"must be a timestamp [json-pointer:/{name}]") from None


def _shapes(call: Call, messages: list[Message]) -> list[Json]:
    metadata = call.flag("include_all_metadata")
    return [message_json(call.workspace, m, metadata=metadata) for m in messages]
