"""What an administrator can take away from the app, and give back. Each loss is an entry of the ledger.

All raise SlackError (`channel_not_found`, `user_not_found`, …) or ValueError, with a sentence, for what is not there.
"""

from dataclasses import replace

from simulator import posts, rooms
from simulator.model import Channel, User
from simulator.workspace import Workspace

RESTRICTIONS = (
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "restricted_action_non_threadable_channel",
)
"""https://docs.slack.dev/reference/methods/chat.postMessage#errors"""


def revoke_token(workspace: Workspace, which: str = "bot") -> None:
    """Make the `bot` or `app` token worthless. The app hears of its bot token last of all, then of nothing more.

    https://docs.slack.dev/reference/events/tokens_revoked
    """
    token = _token(workspace, which)
    if which == "bot" and token not in workspace.revoked:
        tokens = {"oauth": [], "bot": [workspace.bot.id]}
        workspace.delivery.event({"type": "tokens_revoked", "tokens": tokens, "event_ts": workspace.timestamps.next()})
    workspace.revoked.add(token)
    _note(workspace, "revoke_token", which)


def restore_token(workspace: Workspace, which: str = "bot") -> None:
    """Let the same token work again, as no real Slack does; for practice."""
    workspace.revoked.discard(_token(workspace, which))
    _note(workspace, "restore_token", which)


def remove_scope(workspace: Workspace, scope: str) -> None:
    """Leave the app without a scope: `missing_scope`, and no events that need it."""
    workspace.manifest = replace(workspace.manifest, scopes=workspace.manifest.scopes - {scope})
    _note(workspace, "remove_scope", scope)


def grant_scope(workspace: Workspace, scope: str) -> None:
    workspace.manifest = replace(workspace.manifest, scopes=workspace.manifest.scopes | {scope})
    _note(workspace, "grant_scope", scope)


def kick_bot(workspace: Workspace, channel: str) -> None:
    """Throw the bot out of a channel: `not_in_channel`; of a private one: `channel_not_found`."""
    place, bot = _channel(workspace, channel), workspace.bot
    if bot.id not in place.members:
        raise ValueError(f"the bot is not in #{place.name}")
    rooms.expel(workspace, place, bot, _somebody(workspace))
    _note(workspace, "kick_bot", place.id)


def admit_bot(workspace: Workspace, channel: str) -> None:
    """Let the bot in, or back in."""
    place, bot = _channel(workspace, channel), workspace.bot
    if bot.id in place.members:
        raise ValueError(f"the bot is in #{place.name} already")
    rooms.admit(workspace, place, bot, inviter=_somebody(workspace).id)
    _note(workspace, "admit_bot", place.id)


def archive(workspace: Workspace, channel: str) -> None:
    """Archive a channel: `is_archived`, and `is_inactive` for updates."""
    place = _channel(workspace, channel)
    rooms.archive(workspace, place, _somebody(workspace))
    _note(workspace, "archive", place.id)


def unarchive(workspace: Workspace, channel: str) -> None:
    place = _channel(workspace, channel)
    place.is_archived = False
    _note(workspace, "unarchive", place.id)


def rename(workspace: Workspace, channel: str, name: str) -> None:
    """Give a channel another name; its id stays."""
    place = _channel(workspace, channel)
    rooms.rename(workspace, place, name, _somebody(workspace))
    _note(workspace, "rename", place.id, name)


def deactivate(workspace: Workspace, user: str) -> None:
    """End somebody's account: they act no more, leave their channels, and are `user_disabled` in direct messages."""
    person = _user(workspace, user)
    person.deleted = True
    for channel in workspace.channels.values():
        if channel.kind != "im" and person.id in channel.members:
            channel.members.remove(person.id)
    _note(workspace, "deactivate", person.id)


def reactivate(workspace: Workspace, user: str) -> None:
    """Bring the account back; the channels have to let them in again."""
    person = _user(workspace, user)
    person.deleted = False
    _note(workspace, "reactivate", person.id)


def delete_message(workspace: Workspace, channel: str, ts: str) -> None:
    """Take away any message, as an administrator can."""
    place = _channel(workspace, channel)
    posts.delete(workspace, workspace.message(place.id, ts))
    _note(workspace, "delete_message", place.id, ts)


def restrict(workspace: Workspace, channel: str, error: str = RESTRICTIONS[0]) -> None:
    """Let the app post into a channel no more, or not outside threads, or not inside; changing posts goes on."""
    if error not in RESTRICTIONS:
        raise ValueError(f"there is no restriction {error!r}; there are {', '.join(RESTRICTIONS)}")
    place = _channel(workspace, channel)
    place.restriction = error
    _note(workspace, "restrict", place.id, error)


def unrestrict(workspace: Workspace, channel: str) -> None:
    place = _channel(workspace, channel)
    place.restriction = None
    _note(workspace, "unrestrict", place.id)


def lock_thread(workspace: Workspace, channel: str, ts: str) -> None:
    """Let the thread of a message take no replies any more: `restricted_action_thread_locked`."""
    _lock(workspace, channel, ts, locked=True)


def unlock_thread(workspace: Workspace, channel: str, ts: str) -> None:
    _lock(workspace, channel, ts, locked=False)


def _lock(workspace: Workspace, channel: str, ts: str, *, locked: bool) -> None:
    place = _channel(workspace, channel)
    workspace.message(place.id, ts).locked = locked
    _note(workspace, "lock_thread" if locked else "unlock_thread", place.id, ts)


LOSSES = {
    deed.__name__: deed
    for deed in (
        revoke_token,
        restore_token,
        remove_scope,
        grant_scope,
        kick_bot,
        admit_bot,
        archive,
        unarchive,
        rename,
        deactivate,
        reactivate,
        delete_message,
        restrict,
        unrestrict,
        lock_thread,
        unlock_thread,
    )
}
"""Every loss, and what undoes it, by name."""


def _token(workspace: Workspace, which: str) -> str:
    tokens = {"bot": workspace.credentials.bot_token, "app": workspace.credentials.app_token}
    if which not in tokens:
        raise ValueError(f"there is no {which!r} token; there are bot and app")
    return tokens[which]


def _channel(workspace: Workspace, channel: str) -> Channel:
    return workspace.channels.get(channel) or workspace.channel_named(channel)


def _user(workspace: Workspace, user: str) -> User:
    named = (u for u in workspace.users.values() if u.real_name == user)
    return workspace.users.get(user) or next(named, None) or workspace.user(user)


def _somebody(workspace: Workspace) -> User:
    """Somebody who may do such things: the first person there is."""
    return next(u for u in workspace.users.values() if not u.is_bot and not u.is_guest)


def _note(workspace: Workspace, name: str, *args: str) -> None:
    workspace.network.note(name, of=" ".join(args), key="", by="operator")
