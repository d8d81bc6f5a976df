"""The interaction payloads. https://docs.slack.dev/reference/interaction-payloads"""

from simulator.model import Channel, Json, Message, User, Values, View
from simulator.posts import interactive_elements
from simulator.shapes import message_json, view_json
from simulator.state import initial_state
from simulator.workspace import Workspace


def interaction(workspace: Workspace, user: User, kind: str, *, view: View | None = None) -> Json:
    """What all interactions have in common, with a fresh trigger."""
    return {
        "type": kind,
        "team": {"id": workspace.team_id, "domain": workspace.team_domain},
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
        "api_app_id": workspace.app_id,
        "token": "practice",
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": workspace.triggers.issue(user.id, view.id if view else None),
    }


def in_message(workspace: Workspace, user: User, message: Message) -> Json:
    """What a press on a message adds. A private message is named in the container only, never quoted."""
    channel = workspace.channel(message.channel)
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.only_for is not None,
    }
    if message.thread_ts is not None:
        container["thread_ts"] = message.thread_ts
    parts: Json = {
        "container": container,
        "channel": {"id": channel.id, "name": channel_label(channel)},
        "state": {"values": message_values(message, user.id)},
        "response_url": response_url(workspace, user, message.channel, message),
    }
    if message.only_for is None:
        parts["message"] = message_json(workspace, message)
    return parts


def in_view(workspace: Workspace, view: View) -> Json:
    """What a press inside a dialog or the Home tab adds."""
    shape = view_json(workspace, view)
    return {"container": {"type": "view", "view_id": view.id}, "view": shape, "state": shape["state"]}


def action(workspace: Workspace, block: Json, element: Json, state: Json | None) -> Json:
    """One entry of `actions`: the element as it is, with what was chosen."""
    parts: Json = {
        "type": element["type"],
        "block_id": block["block_id"],
        "action_id": element["action_id"],
        "action_ts": workspace.timestamps.next(),
    }
    parts |= {key: element[key] for key in ("text", "value", "url", "style", "confirm") if key in element}
    return parts | (state or {})


def command(workspace: Workspace, user: User, channel: Channel, name: str, text: str) -> Json:
    """https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling"""
    return {
        "token": "practice",
        "team_id": workspace.team_id,
        "team_domain": workspace.team_domain,
        "channel_id": channel.id,
        "channel_name": channel_label(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url(workspace, user, channel.id),
        "trigger_id": workspace.triggers.issue(user.id),
    }


def response_url(workspace: Workspace, user: User, channel: str, message: Message | None = None) -> str:
    key = workspace.response_urls.issue(
        user.id, channel, message.ts if message else None, message.thread_ts if message else None
    )
    return f"{workspace.url}/response/{key}"


def channel_label(channel: Channel) -> str:
    """Slack names a direct message `directmessage` and a private channel `privategroup` towards apps."""
    return {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name)


def message_values(message: Message, user: str) -> Values:
    """What this person has chosen in the selects of a message, the untouched ones included."""
    values: Values = {}
    chosen = message.chosen.get(user, {})
    for block in message.blocks:
        for element in interactive_elements(block):
            state = chosen.get(block["block_id"], {}).get(element["action_id"]) or initial_state(element)
            if state is not None:
                values.setdefault(block["block_id"], {})[element["action_id"]] = state
    return values
