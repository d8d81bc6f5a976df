"""One thing on its way to the bot, and what came back."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

from simulator.model import Json

ParcelKind = Literal["events_api", "slash_commands", "interactive"]
Fate = Literal["", "lost", "unheard"]
"""What becomes of one attempt: nothing special; it never arrives; it arrives and its acknowledgement does not."""


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """`id` stays the same over all attempts; `attempt` counts the redeliveries, 0 is the first try."""

    kind: ParcelKind
    name: str
    id: str
    payload: Json
    attempt: int = 0
    retry_reason: str = ""
    fate: Fate = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of a parcel: the body of the acknowledgement, or the reason why there was none."""

    acked: bool
    body: Json = field(default_factory=dict)
    reason: str = ""
    final: bool = False


class Transport(Protocol):
    """Socket Mode or a request URL."""

    async def send(self, parcel: Parcel) -> Json:
        """Hand the parcel over and return the body of the acknowledgement, however long that takes.

        Raises Undelivered when it cannot be handed over at all.
        """
        ...

    async def close(self) -> None: ...
