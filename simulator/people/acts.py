"""What a person does in channels: say, command, press, react. Each act waits until the app has answered."""

import re
import uuid
from typing import Any

from simulator import posts
from simulator.blocks.messages import check_blocks
from simulator.delivery.parcel import Answer
from simulator.errors import NotPossible, SlackError
from simulator.model import Channel, Json, Message, User, View
from simulator.people import payloads, sight
from simulator.people.responses import reply
from simulator.shapes import view_json
from simulator.state import chosen_state, initial_state
from simulator.workspace import Workspace

_BUTTON = "button"


class Acts:
    """The acts of one person. Raises NotPossible for what their screen does not offer, SlackError as Slack would."""

    def __init__(self, workspace: Workspace, user: User) -> None:
        self.workspace, self.user = workspace, user

    async def say(self, channel: str, text: str, thread_ts: str | None = None, **parts: Any) -> Json:
        """Post a message. `@Name` becomes a mention. An app other than ours may add `blocks` and `attachments`."""
        place = self.place(channel)
        if place.is_archived:
            raise NotPossible("This channel has been archived.")
        if parts and not self.user.is_bot:
            raise NotPossible("People post text; blocks and attachments take an app.")
        check_blocks(parts.get("blocks", []))
        parts = parts or {"client_msg_id": str(uuid.uuid4())}
        message = posts.post(self.workspace, place, self.user, self._typed(text), thread_ts=thread_ts, **parts)
        return {"acked": None, "channel": place.id, "ts": message.ts}

    async def command(self, channel: str, name: str, text: str = "", thread_ts: str | None = None) -> Json:
        """Run a slash command. https://docs.slack.dev/interactivity/implementing-slash-commands"""
        place = self.place(channel)
        manifest = self.workspace.manifest
        if name not in manifest.commands or self.user.is_stranger:
            raise NotPossible(f"{name} is not a valid command.")
        if thread_ts is not None:
            raise NotPossible(f"{name} is not supported in threads. Sorry!")
        typed = self._typed(text, escape=False) if manifest.commands[name] else text
        payload = payloads.command(self.workspace, self.user, place, name, typed)
        answer = await self.workspace.delivery.interaction("slash_commands", name, payload)
        if not answer.acked:
            return self.missed(answer, f"{name} failed with the error ")
        return self._reply(place, name, answer.body)

    async def press(self, channel: str, ts: str, block_id: str, action_id: str, choice: Any = None) -> Json:
        """Press a button, or choose `choice` in a select or overflow of a message."""
        message = self.message(channel, ts)
        block, element = find(message.blocks, block_id, action_id)
        state = None if element["type"] == _BUTTON else chosen_state(element, choice)
        if state is not None and initial_state(element) is not None:
            message.chosen.setdefault(self.user.id, {}).setdefault(block_id, {})[action_id] = state
        payload = payloads.interaction(self.workspace, self.user, "block_actions")
        payload |= payloads.in_message(self.workspace, self.user, message)
        payload["actions"] = [payloads.action(self.workspace, block, element, state)]
        return await self.interact(payload)

    async def shortcut(self, callback_id: str, channel: str | None = None, ts: str | None = None) -> Json:
        """Use a global shortcut, or a message shortcut on the message at `channel`, `ts`."""
        offered = [s for s in self.workspace.manifest.shortcuts if callback_id in (s.callback_id, s.name)]
        offered = [s for s in offered if s.on_message == (ts is not None)]
        if not offered or self.user.is_stranger:
            raise NotPossible(f"There is no shortcut {callback_id!r} here.")
        kind = "message_action" if offered[0].on_message else "shortcut"
        payload = payloads.interaction(self.workspace, self.user, kind)
        payload |= {"callback_id": offered[0].callback_id, "action_ts": self.workspace.timestamps.next()}
        if channel is not None and ts is not None:
            message = self.message(channel, ts)
            details = payloads.in_message(self.workspace, self.user, message)
            payload |= {key: details[key] for key in ("channel", "message", "response_url") if key in details}
            payload["message_ts"] = ts
        return await self.interact(payload)

    async def react(self, channel: str, ts: str, name: str) -> Json:
        posts.react(self.workspace, self.message(channel, ts), self.user.id, name)
        return {"acked": None}

    async def unreact(self, channel: str, ts: str, name: str) -> Json:
        posts.unreact(self.workspace, self.message(channel, ts), self.user.id, name)
        return {"acked": None}

    async def edit(self, channel: str, ts: str, text: str) -> Json:
        message = self._own(channel, ts)
        posts.edit(self.workspace, message, by=self.user.id, mark_edited=True, text=self._typed(text))
        return {"acked": None}

    async def delete(self, channel: str, ts: str) -> Json:
        posts.delete(self.workspace, self._own(channel, ts))
        return {"acked": None}

    async def open_home(self, tab: str = "home") -> Json:
        """Open the app's Home or Messages tab. https://docs.slack.dev/reference/events/app_home_opened"""
        dm = self.workspace.direct_message(self.user.id, self.workspace.bot.id)
        event_ts = self.workspace.timestamps.next()
        event: Json = {"type": "app_home_opened", "user": self.user.id, "channel": dm.id, "tab": tab}
        event["event_ts"] = event_ts
        if tab == "home" and (view := self.workspace.homes.get(self.user.id)):
            event["view"] = view_json(self.workspace, view)
        self.workspace.delivery.event(event)
        return {"acked": None}

    async def interact(self, payload: Json, view: View | None = None) -> Json:
        """Deliver an interaction; without an acknowledgement the person is told."""
        answer = await self.workspace.delivery.interaction("interactive", payload["type"], payload)
        if not answer.acked:
            return self.missed(answer, "", view)
        return {"acked": True, "dialog": self.dialog()}

    def missed(self, answer: Answer, prefix: str, view: View | None = None) -> Json:
        """Slack shows `operation_timeout` after three seconds and `dispatch_failed` when nobody was there."""
        error = "operation_timeout" if answer.reason == "http_timeout" else "dispatch_failed"
        text = f'{prefix}"{error}"' if prefix else f"{self.workspace.manifest.app_name} didn't respond ({error})"
        if view is not None:
            view.trouble = "We had some trouble connecting. Try again?"
        self.workspace.notify(self.user.id, text, error)
        return {"acked": False, "notice": text, "error": error, "dialog": self.dialog()}

    def dialog(self) -> Json | None:
        """The dialog on top, if one is open."""
        stack = self.workspace.modals.get(self.user.id)
        return sight.dialog_sight(self.workspace, stack[-1]) if stack else None

    def place(self, channel: str) -> Channel:
        """A channel by id or name, or the direct message with `@Name`; only those the person is in."""
        workspace = self.workspace
        if channel.startswith("@"):
            try:
                return workspace.direct_message(self.user.id, workspace.user_named(channel[1:]).id)
            except KeyError:
                raise NotPossible(f"There is nobody called {channel[1:]}.") from None
        for place in sight.channels(workspace, self.user):
            if place.id == channel or (place.kind != "im" and place.name == channel.removeprefix("#")):
                return place
        raise NotPossible(f"{self.user.real_name} is not in {channel}.")

    def message(self, channel: str, ts: str) -> Message:
        place = self.place(channel)
        for message in self.workspace.messages[place.id]:
            if message.ts == ts and message.only_for in (None, self.user.id):
                return message
        raise NotPossible("That message is not there.")

    def _own(self, channel: str, ts: str) -> Message:
        message = self.message(channel, ts)
        if message.user != self.user.id or message.only_for is not None:
            raise NotPossible("That is somebody else's message.")
        return message

    def _reply(self, place: Channel, name: str, body: Json) -> Json:
        result: Json = {"acked": True, "reply": None, "dialog": self.dialog()}
        if not (body.get("text") or body.get("blocks") or body.get("attachments")):
            return result
        try:
            message = reply(self.workspace, place, self.user.id, body)
        except SlackError as refusal:
            return self.missed(Answer(acked=False, reason=refusal.error), f"{name} failed with the error ")
        return result | {"reply": sight.message_sight(self.workspace, message, self.user)}

    def _typed(self, text: str, *, escape: bool = True) -> str:
        """What Slack makes of typed text: control characters escaped, `@Name` and `#channel` resolved."""
        if escape:
            text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        for user in sorted(self.workspace.users.values(), key=lambda u: -len(u.real_name)):
            label = "" if escape else f"|{user.name}"
            text = text.replace(f"@{user.real_name}", f"<@{user.id}{label}>")
        for channel in self.workspace.channels.values():
            if channel.name:
                link = f"<#{channel.id}|{channel.name}>"
                text = re.sub(rf"(?<![\w#|])#{re.escape(channel.name)}(?![\w-])", link, text)
        return text


def find(blocks: list[Json], block_id: str, action_id: str) -> tuple[Json, Json]:
    """The element that a person means, with its block. Raises NotPossible."""
    for block in blocks:
        for element in posts.interactive_elements(block):
            if (block["block_id"], element["action_id"]) == (block_id, action_id):
                return block, element
    raise NotPossible("That control is not there any more.")
