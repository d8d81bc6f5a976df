"""The workspace: everything that Slack would remember, in memory, told the time."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulator.bell import Bell
from simulator.delivery.delivery import Delivery
from simulator.errors import SlackError
from simulator.faults.faults import Faults
from simulator.faults.network import Network
from simulator.ids import Ids, Timestamps, secret
from simulator.ledger import Ledger
from simulator.limits import Limiter, Limits
from simulator.manifest import Manifest, builtin_manifest
from simulator.model import Channel, ChannelKind, File, Message, Notice, User, View
from simulator.supervision import Supervision
from simulator.tickets import ResponseUrls, Triggers

if TYPE_CHECKING:
    from simulator.api.call import Call

Hook = Callable[["Call"], Awaitable[None]]
"""Runs inside one API call. It may raise SlackError (that is answered) or AnswerLost (nothing is answered)."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long Slack waits, in seconds. Tests shorten it; the defaults are Slack's.

    An event that is more than `late_s` late is dropped.
    """

    ack_s: float = 3.0
    retries_s: tuple[float, ...] = (0.0, 60.0, 300.0)
    late_s: float = 7200.0
    trigger_s: float = 3.0
    response_url_s: float = 1800.0

    @classmethod
    def with_delayed_events(cls) -> "Patience":
        """With the switch "Delayed Events" on: retried hourly for a day, and never too late.

        https://docs.slack.dev/apis/events-api/
        """
        return cls(retries_s=(*cls.retries_s, *[3600.0] * 24), late_s=math.inf)


@dataclass(frozen=True)
class Credentials:
    """Made anew at each start. None of them is a real token and none looks like one."""

    bot_token: str
    app_token: str
    signing_secret: str
    people_token: str
    operator_token: str


class Workspace:
    """One Slack workspace with one installed app.

    `now` tells the time in seconds since 1970; `sleep` waits for deadlines and retries. A test that tells both time
    needs no real waiting. `before_effect` and `after_effect` surround the effect of every API call. Without `limits`
    Slack takes everything; without `faults` nothing goes wrong by itself.
    """

    team_id = "T0PRACTICE"
    team_name = "Practice Company"
    team_domain = "practice"
    app_id = "A0PRACTICE"

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        manifest: Manifest | None = None,
        request_url: str | None = None,
        patience: Patience | None = None,
        limits: Limits | None = None,
        faults: Faults | None = None,
    ) -> None:
        self.now, self.sleep = now, sleep
        self.manifest = manifest or builtin_manifest()
        self.request_url = request_url
        self.patience = patience or Patience()
        self.url = "http://practice.invalid"
        self.bell = Bell()
        self.ids, self.timestamps, self.ledger = Ids(), Timestamps(now), Ledger(now, self.bell.ring)
        self.credentials = Credentials(secret("xoxb-"), secret("xapp-"), secret(""), secret(""), secret(""))
        self.revoked: set[str] = set()
        self.limiter = Limiter(now, limits)
        self.network = Network(now, self.ledger, faults or Faults.none())
        self.supervision = Supervision(self.bell.ring)
        self.triggers = Triggers(now, self.patience.trigger_s)
        self.response_urls = ResponseUrls(now, self.patience.response_url_s)
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, list[Message]] = {}
        self._by_ts: dict[tuple[str, str], Message] = {}
        self.files: dict[str, File] = {}
        self.modals: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.notices: list[Notice] = []
        self.before_effect: Hook | None = None
        self.after_effect: Hook | None = None
        self.bot = self.add_user(self.manifest.app_name, name="quarterdeck", bot=True, app_id=self.app_id)
        self.delivery = Delivery(self)

    def add_user(
        self,
        real_name: str,
        *,
        name: str | None = None,
        email: str | None = None,
        bot: bool = False,
        app_id: str | None = None,
        team_id: str | None = None,
        restricted: bool = False,
    ) -> User:
        """Let somebody in. `team_id` of another organisation makes them a stranger (Slack Connect)."""
        user = User(
            id=self.ids.new("U"),
            name=name or real_name.split()[0].lower(),
            real_name=real_name,
            team_id=team_id or self.team_id,
            email=email,
            is_restricted=restricted,
            is_stranger=team_id not in (None, self.team_id),
            bot_id=self.ids.new("B") if bot else None,
            app_id=(app_id or self.ids.new("A")) if bot else None,
        )
        self.users[user.id] = user
        return user

    def add_channel(self, name: str, kind: ChannelKind = "channel", *, members: list[User], creator: User) -> Channel:
        """Set a channel up as it always was: nobody is told and no message says so."""
        channel = Channel(
            id=self.ids.new("D" if kind == "im" else "C"),
            name=name,
            kind=kind,
            creator=creator.id,
            created=int(self.now()),
            members=[m.id for m in members],
        )
        self.channels[channel.id] = channel
        self.messages[channel.id] = []
        return channel

    def user(self, user_id: str) -> User:
        """Raises SlackError `user_not_found`."""
        if user_id not in self.users:
            raise SlackError("user_not_found")
        return self.users[user_id]

    def user_named(self, real_name: str) -> User:
        """Raises KeyError when nobody has that real name."""
        for user in self.users.values():
            if user.real_name == real_name:
                return user
        raise KeyError(real_name)

    def channel(self, channel_id: str) -> Channel:
        """Raises SlackError `channel_not_found`."""
        if channel_id not in self.channels:
            raise SlackError("channel_not_found")
        return self.channels[channel_id]

    def channel_named(self, name: str) -> Channel:
        """Raises SlackError `channel_not_found`."""
        for channel in self.channels.values():
            if channel.name == name.removeprefix("#") and channel.kind != "im":
                return channel
        raise SlackError("channel_not_found")

    def direct_message(self, one: str, other: str) -> Channel:
        """Open the direct message between two, or find the one there is."""
        opened = self.opened_direct_message(one, other)
        return opened or self.add_channel("", "im", members=[self.user(one), self.user(other)], creator=self.user(one))

    def opened_direct_message(self, one: str, other: str) -> Channel | None:
        for channel in self.channels.values():
            if channel.kind == "im" and set(channel.members) == {one, other}:
                return channel
        return None

    def message(self, channel_id: str, ts: str) -> Message:
        """Raises SlackError `message_not_found`; what only one person sees does not count as there."""
        message = self._by_ts.get((channel_id, ts))
        if message is None or message.only_for is not None:
            raise SlackError("message_not_found")
        return message

    def keep(self, message: Message) -> None:
        """Add a message to its channel and its thread."""
        self.messages[message.channel].append(message)
        self._by_ts[message.channel, message.ts] = message
        self.bell.ring()
        if message.is_reply and message.only_for is None and (parent := self._parent(message)):
            parent.replies.append(message)

    def drop(self, message: Message) -> None:
        """Take a message out again; replies to it stay where they are."""
        self.messages[message.channel].remove(message)
        self.bell.ring()
        del self._by_ts[message.channel, message.ts]
        if (parent := self._parent(message)) and message in parent.replies:
            parent.replies.remove(message)

    def _parent(self, message: Message) -> Message | None:
        return self._by_ts.get((message.channel, message.thread_ts or ""))

    def modal(self, view_id: str) -> View | None:
        """The open dialog or Home with this id."""
        views = [v for stack in self.modals.values() for v in stack] + list(self.homes.values())
        return next((v for v in views if v.id == view_id), None)

    def notify(self, user_id: str, text: str, error: str) -> None:
        """Show a person a sentence from Slack itself."""
        self.notices.append(Notice(user_id, self.now(), text, error))
        self.bell.ring()

    def permalink(self, message: Message) -> str:
        link = f"{self.url}/archives/{message.channel}/p{message.ts.replace('.', '')}"
        return f"{link}?thread_ts={message.thread_ts}&cid={message.channel}" if message.is_reply else link
