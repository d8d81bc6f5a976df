"""Everything there is to compare when a seed has been played."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playbooks.entries import Entry
from playbooks.incident import Incident
from simulator.ledger import Entry as Line
from storage.rows import SurfaceRow
from tests.scenario.hands import Deed


@dataclass(frozen=True, kw_only=True)
class Posted:
    """A message of the bot's that really went out. `id` is what makes it findable, `at` when it was there."""

    id: str
    at: float
    channel: str
    ts: str
    text: str
    began: float

    @property
    def link_end(self) -> str:
        return f"/archives/{self.channel}/p{self.ts.replace('.', '')}"


@dataclass(frozen=True, kw_only=True)
class Told:
    """Everything there is to compare."""

    posts: list[Posted]
    reads: list[Line]
    rows: list[SurfaceRow]
    incidents: list[Incident]
    entries: dict[int, list[Entry]]
    deeds: list[Deed]
    declined: set[int]
    away: list[tuple[float, float]]
    until: float


def posts_of(calls: list[Line]) -> Iterator[Posted]:
    for call in calls:
        if call.facts["done"]:
            args = call.facts["args"]
            place = {"channel": call.facts["channel"], "ts": str(call.facts["ts"])}
            ids = dict.fromkeys([args["metadata"]["event_payload"]["id"], *_delivered(args["blocks"])])
            alone = len(ids) == 1
            for delivery in ids:  # several prompts may share a message
                text = args["text"] if alone else _part(args["blocks"], delivery) or args["text"]
                yield Posted(id=delivery, at=float(place["ts"]), text=text, began=call.started_at, **place)


def _delivered(blocks: list[dict[str, Any]]) -> Iterator[str]:
    yield from (b["block_id"].removeprefix("qd:") for b in blocks if str(b.get("block_id")).startswith("qd:"))


def _part(blocks: list[dict[str, Any]], delivery: str) -> str:
    """What a merged list says of one of its prompts, from its head on."""
    texts = [b["text"]["text"] for b in blocks if b.get("block_id") == f"qd:{delivery}" and b["type"] == "section"]
    return texts[0].replace("*", "", 2) if texts else ""
