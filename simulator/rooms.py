"""What happens to channels and who is in them, and the events that follow."""

import re

from simulator import posts
from simulator.errors import SlackError
from simulator.model import Channel, User
from simulator.workspace import Workspace


def create(workspace: Workspace, name: str, *, private: bool, creator: User) -> Channel:
    """Raises SlackError `invalid_name_*` or `name_taken`. https://docs.slack.dev/reference/methods/conversations.create"""
    check_name(workspace, name)
    channel = workspace.add_channel(name, "group" if private else "channel", members=[], creator=creator)
    admit(workspace, channel, creator, inviter=None)
    return channel


def check_name(workspace: Workspace, name: str) -> None:
    """Slack's rules for a channel's name; archived channels keep theirs."""
    if not name:
        raise SlackError("invalid_name_required")
    if len(name) > 80:
        raise SlackError("invalid_name_maxlength")
    if not re.fullmatch(r"[\w-]+", name) or name != name.lower():
        raise SlackError("invalid_name_specials")
    if not re.search(r"\w", name.replace("_", "")):
        raise SlackError("invalid_name_punctuation")
    if any(c.name == name for c in workspace.channels.values() if c.kind != "im"):
        raise SlackError("name_taken")


def admit(workspace: Workspace, channel: Channel, user: User, *, inviter: str | None) -> None:
    """Let a user in and say so. https://docs.slack.dev/reference/events/member_joined_channel"""
    channel.members.append(user.id)
    subtype = "channel_join" if channel.kind == "channel" else "group_join"
    posts.post(workspace, channel, user, f"<@{user.id}> has joined the channel", subtype=subtype)
    event = {
        "type": "member_joined_channel",
        "user": user.id,
        "channel": channel.id,
        "channel_type": "C" if channel.kind == "channel" else "G",
        "team": workspace.team_id,
        "event_ts": workspace.timestamps.next(),
    }
    workspace.delivery.event(event | ({"inviter": inviter} if inviter else {}), channel)


def dismiss(workspace: Workspace, channel: Channel, user: User) -> None:
    """Let a user go and say so."""
    subtype = "channel_leave" if channel.kind == "channel" else "group_leave"
    posts.post(workspace, channel, user, f"<@{user.id}> has left the channel", subtype=subtype)
    channel.members.remove(user.id)


def expel(workspace: Workspace, channel: Channel, user: User, by: User) -> None:
    """Throw somebody out; they are told, and the note is for those who stay.

    https://docs.slack.dev/reference/events/channel_left
    """
    channel.members.remove(user.id)
    if user.id == workspace.bot.id:
        kind = "channel_left" if channel.kind == "channel" else "group_left"
        event_ts = workspace.timestamps.next()
        event = {"type": kind, "channel": channel.id, "actor_id": by.id, "event_ts": event_ts}
        workspace.delivery.event(event)
    subtype = "channel_leave" if channel.kind == "channel" else "group_leave"
    posts.post(workspace, channel, user, f"<@{user.id}> was removed by <@{by.id}>", subtype=subtype)


def set_about(workspace: Workspace, channel: Channel, what: str, value: str, by: User) -> None:
    """Set `topic` or `purpose` and say so. Raises SlackError `too_long` above 250 characters."""
    if len(value) > 250:
        raise SlackError("too_long")
    setattr(channel, what, {"value": value, "creator": by.id, "last_set": int(workspace.now())})
    text = f"<@{by.id}> set the channel {what}: {value}"
    posts.post(workspace, channel, by, text, subtype=f"channel_{what}")


def rename(workspace: Workspace, channel: Channel, name: str, by: User) -> None:
    """Raises the same errors as `create`."""
    if name != channel.name:
        check_name(workspace, name)
        before, channel.name = channel.name, name
        text = f'<@{by.id}> renamed the channel from "{before}" to "{name}"'
        posts.post(workspace, channel, by, text, subtype="channel_name")
        kind = "channel_rename" if channel.kind == "channel" else "group_rename"
        shape = {"id": channel.id, "name": name, "created": channel.created}
        event = {"type": kind, "channel": shape, "event_ts": workspace.timestamps.next()}
        workspace.delivery.event(event, channel)


def archive(workspace: Workspace, channel: Channel, by: User) -> None:
    """Close a channel for good. https://docs.slack.dev/reference/events/channel_archive"""
    posts.post(workspace, channel, by, f"<@{by.id}> archived the channel", subtype="channel_archive")
    channel.is_archived = True
    kind = "channel_archive" if channel.kind == "channel" else "group_archive"
    event = {"type": kind, "channel": channel.id, "user": by.id, "event_ts": workspace.timestamps.next()}
    workspace.delivery.event(event, channel)
