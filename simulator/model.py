"""The things a workspace is made of. Plain records: the rules live beside the methods that use them."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Values = dict[str, dict[str, Json]]
"""What a person has chosen or typed: block_id → action_id → Slack's state object."""

ChannelKind = Literal["channel", "group", "im"]


@dataclass
class User:
    """A person or a bot. https://docs.slack.dev/reference/objects/user-object"""

    id: str
    name: str
    real_name: str
    team_id: str
    email: str | None = None
    tz: str = "UTC"
    deleted: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    bot_id: str | None = None
    app_id: str | None = None

    @property
    def is_bot(self) -> bool:
        return self.bot_id is not None

    @property
    def is_guest(self) -> bool:
        return self.is_restricted or self.is_ultra_restricted


@dataclass
class Channel:
    """A public channel, a private one (`group`) or a direct message (`im`).

    https://docs.slack.dev/reference/objects/conversation-object
    """

    id: str
    name: str
    kind: ChannelKind
    creator: str
    created: int
    members: list[str] = field(default_factory=list)
    topic: Json = field(default_factory=lambda: {"value": "", "creator": "", "last_set": 0})
    purpose: Json = field(default_factory=lambda: {"value": "", "creator": "", "last_set": 0})
    pins: list[Json] = field(default_factory=list)
    is_archived: bool = False
    is_general: bool = False
    is_ext_shared: bool = False
    restriction: str | None = None
    """The error with which posting is refused: one of `losses.RESTRICTIONS`."""


@dataclass
class Message:
    """A message, or one that only `only_for` sees. https://docs.slack.dev/reference/events/message"""

    channel: str
    ts: str
    text: str
    user: str | None = None
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    thread_ts: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    subtype: str | None = None
    username: str | None = None
    client_msg_id: str | None = None
    edited: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    only_for: str | None = None
    locked: bool = False  # its thread takes no replies
    chosen: dict[str, Values] = field(default_factory=dict)
    replies: list["Message"] = field(default_factory=list, repr=False)

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass
class View:
    """A modal or a Home tab as one person has it. https://docs.slack.dev/reference/views"""

    id: str
    user: str
    hash: str
    source: Json
    root_id: str
    previous_id: str | None = None
    values: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    trouble: str | None = None

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.source["blocks"]
        return blocks


@dataclass
class File:
    """An upload on its way, or a finished file. https://docs.slack.dev/reference/objects/file-object"""

    id: str
    name: str
    length: int
    user: str
    created: int
    secret: str
    title: str = ""
    content: bytes | None = None
    completed: bool = False
    shares: list[Json] = field(default_factory=list)


@dataclass(frozen=True)
class Notice:
    """A sentence from Slack itself that one person sees, such as that the app did not respond."""

    user: str
    at: float
    text: str
    error: str
