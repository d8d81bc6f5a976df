"""The clocks of the incidents, read from the app's boards: what the strip above the messages shows.

A board is a message of the app whose header ends in an incident's state and whose rows begin with a minute and a
moment. Only what anybody with that board before them could read is taken: this knows nothing of the app but its words.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from simulator.ledger import Ledger
from simulator.model import Json, Message
from simulator.people.plain import mrkdwn
from simulator.workspace import Workspace

STATES = ("Waiting", "Due now", "Overdue", "Submitted", "Done late", "Done", "Skipped")
UNFINISHED = ("Waiting", "Due now", "Overdue", "Submitted")

_HEADER = re.compile(r"(?P<drill>DRILL · )?(?P<label>INC-\d+) · (?P<title>.*) · (?P<state>Open|Closed|False alarm)")
_ROW = re.compile(
    rf"T\+(?P<minute>[\d.]+) · <!date\^(?P<due>\d+)\^[^>]*> · \*(?P<title>.*)\*\n(?P<state>{'|'.join(STATES)})"
    r"(?: · (?P<owner>.*))?"
)
_LEAD = re.compile(r"led by (?P<lead>.*)")


@dataclass(frozen=True, kw_only=True)
class StepClock:
    """One row. `due` is in seconds since 1970; `owner` is known only while something is to be done."""

    mark: str
    minute: float
    due: int
    title: str
    state: str
    owner: str | None


@dataclass(frozen=True, kw_only=True)
class Clock:
    """One board. Minute m of the plan is at `zero + m * 60 / speed`, in seconds since 1970."""

    label: str
    title: str
    drill: bool
    state: str
    lead: str | None
    channel: str
    ts: str
    speed: float
    zero: float
    steps: list[StepClock]


def clocks(workspace: Workspace) -> list[Json]:
    """Every incident that has a board, the oldest first."""
    found = {clock.label: clock for message in _of_the_app(workspace) if (clock := read(workspace, message))}
    return [asdict(found[label]) for label in sorted(found)]


def read(workspace: Workspace, message: Message) -> Clock | None:
    """The clock on this board; None when it is none."""
    texts = _texts(message.blocks)
    header = _HEADER.fullmatch(texts[0]) if texts else None
    steps = [_step(workspace, row) for text in texts if (row := _ROW.match(text))]
    if header is None or len(steps) < 2:
        return None
    speed = _speed(_first_dues(workspace.ledger, message) or _unfinished_dues(steps))
    told = next((step for step in reversed(steps) if step.state in UNFINISHED), steps[-1])
    lead = next((line[1] for text in texts if (line := _LEAD.search(text))), None)
    return Clock(
        label=header["label"],
        title=header["title"],
        drill=header["drill"] is not None,
        state=header["state"],
        lead=mrkdwn(workspace, lead) if lead else None,
        channel=message.channel,
        ts=message.ts,
        speed=speed,
        zero=told.due - told.minute * 60 / speed,
        steps=steps,
    )


def _of_the_app(workspace: Workspace) -> Iterator[Message]:
    for messages in workspace.messages.values():
        yield from (m for m in messages if m.user == workspace.bot.id and m.blocks and m.blocks[0]["type"] == "header")


def _texts(blocks: list[Json]) -> list[str]:
    return [block["text"]["text"] for block in blocks if block["type"] in ("header", "section") and "text" in block]


def _step(workspace: Workspace, row: re.Match[str]) -> StepClock:
    return StepClock(
        mark=f"T+{row['minute']}",
        minute=float(row["minute"]),
        due=int(row["due"]),
        title=mrkdwn(workspace, row["title"]),
        state=row["state"],
        owner=mrkdwn(workspace, row["owner"]) if row["owner"] and row["state"] in UNFINISHED else None,
    )


Due = tuple[float, int]
"""A minute of the plan, and when it comes in seconds since 1970."""


def _first_dues(ledger: Ledger, message: Message) -> list[Due]:
    """The rows as they were first posted: afterwards a fast-forward moves some and not the others."""
    for call in ledger.calls("chat.postMessage"):
        if (call.facts.get("channel"), call.facts.get("ts")) == (message.channel, message.ts):
            rows = [_ROW.match(text) for text in _texts(_listed(call.facts["args"].get("blocks", [])))]
            return [(float(row["minute"]), int(row["due"])) for row in rows if row]
    return []


def _listed(blocks: Any) -> list[Json]:
    """Blocks come as a list, or as JSON in a form."""
    listed: list[Json] = json.loads(blocks) if isinstance(blocks, str) else blocks
    return listed


def _unfinished_dues(steps: list[StepClock]) -> list[Due]:
    return [(step.minute, step.due) for step in steps if step.state in UNFINISHED]


def _speed(dues: list[Due]) -> float:
    """Minutes of the plan in one real minute; 1 where the rows do not tell."""
    if not dues or dues[-1][1] <= dues[0][1]:
        return 1.0
    return round((dues[-1][0] - dues[0][0]) * 60 / (dues[-1][1] - dues[0][1]), 1)
