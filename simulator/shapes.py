"""How users, channels, messages, files and views look on the wire."""

from typing import Any

from simulator.model import Channel, File, Json, Message, User, View
from simulator.workspace import Workspace


def user_json(user: User) -> Json:
    """https://docs.slack.dev/reference/objects/user-object"""
    shape: Json = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": user.deleted,
        "tz": user.tz,
        "tz_offset": 0,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "profile": {"real_name": user.real_name, "display_name": user.real_name, "team": user.team_id},
    }
    if user.bot_id is not None:
        shape["profile"] |= {"bot_id": user.bot_id, "api_app_id": user.app_id}
    if user.is_stranger:
        return shape | {"is_stranger": True}
    return shape | {"is_restricted": user.is_restricted, "is_ultra_restricted": user.is_ultra_restricted}


def channel_json(channel: Channel, viewer: str) -> Json:
    """https://docs.slack.dev/reference/objects/conversation-object"""
    shape: Json = {
        "id": channel.id,
        "created": channel.created,
        "creator": channel.creator,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": channel.kind == "im",
        "is_mpim": False,
        "is_private": channel.kind != "channel",
        "is_archived": channel.is_archived,
        "is_member": viewer in channel.members,
        "is_ext_shared": channel.is_ext_shared,
        "is_general": channel.is_general,
    }
    if channel.kind == "im":
        return shape | {"user": next((m for m in channel.members if m != viewer), viewer), "is_open": True}
    return shape | {
        "name": channel.name,
        "name_normalized": channel.name,
        "topic": channel.topic,
        "purpose": channel.purpose,
        "num_members": len(channel.members),
    }


def message_json(workspace: Workspace, message: Message, *, metadata: bool = False) -> Json:
    """A message as history and events carry it; `metadata` only when it was asked for.

    https://docs.slack.dev/reference/events/message
    """
    shape: Json = {"type": "message", "ts": message.ts, "text": message.text, "team": workspace.team_id}
    plain = ("user", "subtype", "username", "bot_id", "app_id", "client_msg_id", "thread_ts", "edited")
    shape |= {key: value for key in plain if (value := getattr(message, key)) is not None}
    shape |= {key: value for key in ("blocks", "attachments") if (value := getattr(message, key))}
    if message.bot_id is not None:
        shape["bot_profile"] = {"id": message.bot_id, "app_id": message.app_id, "name": _author(workspace, message)}
    if message.reactions:
        shape["reactions"] = [{"name": n, "users": list(u), "count": len(u)} for n, u in message.reactions.items()]
    if message.files:
        shape["files"] = [file_json(workspace, workspace.files[f]) for f in message.files]
    if metadata and message.metadata is not None:
        shape["metadata"] = message.metadata
    if any(pin["ts"] == message.ts for pin in workspace.channel(message.channel).pins):
        shape["pinned_to"] = [message.channel]
    return shape | _thread_counts(message)


def _author(workspace: Workspace, message: Message) -> str:
    return workspace.users[message.user].real_name if message.user in workspace.users else message.username or ""


def _thread_counts(message: Message) -> Json:
    replies = [] if message.is_reply else message.replies
    if not replies:
        return {}
    users = list(dict.fromkeys(r.user for r in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users": users,
        "reply_users_count": len(users),
        "latest_reply": replies[-1].ts,
    }


def file_json(workspace: Workspace, file: File) -> Json:
    """https://docs.slack.dev/reference/objects/file-object"""
    url = f"{workspace.url}/files-pri/{workspace.team_id}-{file.id}"
    shares: dict[str, dict[str, list[Any]]] = {}
    for share in file.shares:
        kind = "public" if workspace.channel(share["channel"]).kind == "channel" else "private"
        shares.setdefault(kind, {}).setdefault(share["channel"], []).append({"ts": share["ts"]})
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title or file.name,
        "user": file.user,
        "size": file.length,
        "mode": "hosted",
        "is_external": False,
        "url_private": f"{url}/{file.name}",
        "url_private_download": f"{url}/download/{file.name}",
        "shares": shares,
    }


def view_json(workspace: Workspace, view: View) -> Json:
    """https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload"""
    source = view.source
    return {
        "id": view.id,
        "team_id": workspace.team_id,
        "app_id": workspace.app_id,
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.bot.bot_id,
        "type": source["type"],
        "title": source.get("title"),
        "submit": source.get("submit"),
        "close": source.get("close"),
        "blocks": view.blocks,
        "private_metadata": source.get("private_metadata", ""),
        "callback_id": source.get("callback_id", ""),
        "external_id": source.get("external_id", ""),
        "clear_on_close": source.get("clear_on_close", False),
        "notify_on_close": source.get("notify_on_close", False),
        "state": {"values": view.values},
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
    }
