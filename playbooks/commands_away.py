"""What goes away in Slack: people, places, messages, permissions. Each as a wish that the record knows of it."""

from dataclasses import dataclass

from playbooks.commands import OnIncident


@dataclass(frozen=True, kw_only=True)
class PersonGone(OnIncident):
    """Somebody has no account in this workspace any more."""

    user: str
    error: str
    why: str


@dataclass(frozen=True, kw_only=True)
class PlaceLost(OnIncident):
    """The incident's `channel` (None: the thread that serves) takes no more messages, for good. `unsaid`: one waits."""

    channel: str | None
    error: str
    why: str
    unsaid: bool = False


@dataclass(frozen=True, kw_only=True)
class Removed(OnIncident):
    """Somebody deleted a message of Quarterdeck's in Slack; `surface` "pin": took the board's pin off."""

    surface: str


@dataclass(frozen=True, kw_only=True)
class Hindered(OnIncident):
    """Something keeps Quarterdeck from working in Slack; `trouble` is its short name, `why` a sentence."""

    trouble: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Unhindered(OnIncident):
    """That is over."""

    trouble: str
