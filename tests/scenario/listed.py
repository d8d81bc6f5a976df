"""What merged lists say in the end: of each prompt in them what became of its step, and whether that is all."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bot.slack.lists import list_message
from bot.slack.messages import Context
from bot.slack.prompts import list_part
from playbooks.incident import Incident, StepState
from simulator.errors import SlackError
from storage.rows import SurfaceRow, SurfaceState
from tests.scenario.seen import words

if TYPE_CHECKING:
    from tests.scenario.chaos import Chaos

Blocks = list[dict[str, Any]]


def listed(chaos: "Chaos", rows: list[SurfaceRow], incidents: list[Incident]) -> Iterator[str]:
    """A sentence for each line of a list that is not true, or that is not as it would be made afresh."""
    of = {incident.number: incident for incident in incidents}
    for row in rows:
        if row.kind != "list" or row.state is not SurfaceState.LIVE or row.ts is None:
            continue
        try:
            message = chaos.workspace.message(row.channel or "", row.ts)
        except SlackError:
            yield f"{row.key} is not there"
            continue
        told = [(of[number], key, delivery) for _, number, key, delivery in (row.payload or {})["members"]]
        for incident, key, delivery in told:
            yield from _untrue(chaos, incident, key, _part(message.blocks, delivery))
            yield from _elsewhere(rows, row, delivery)
        if not message.text.startswith(f"{len(told)} steps at once"):
            yield f"{row.key} holds {len(told)} and says {message.text.splitlines()[0]!r}"
        yield from _stale(chaos, row, message.blocks, rows, told)


def _part(blocks: Blocks, delivery: str) -> Blocks:
    """The blocks of one prompt: from its own to the next one's."""
    begins = [place for place, block in enumerate(blocks) if str(block["block_id"]).startswith("qd:")]
    mine = next((place for place in begins if blocks[place]["block_id"] == f"qd:{delivery}"), None)
    if mine is None:
        return []
    return blocks[mine : next((place for place in begins if place > mine), len(blocks))]


def _untrue(chaos: "Chaos", incident: Incident, key: str, part: Blocks) -> Iterator[str]:
    """Without asking the code that made it."""
    step, user = incident.step(key.split(":")[1]), key.split(":dm:")[1]
    said, offers = words(part[:1]), any(block["type"] == "actions" for block in part)
    head = f"{incident.label} · {incident.plan(step.key).mark} · {incident.plan(step.key).title}"
    if head not in said:
        yield f"{head} does not stand in its list: {said}"
    elif step.status.ended and (step.label not in said or offers):
        yield f"{head} is {step.label!r}, its list says {said} and offers {offers}"
    elif not step.status.ended and not _whose(chaos, step, user, said, offers=offers):
        yield f"{head} is {step.owner}'s, its list says to {user} {said} and offers {offers}"


def _whose(chaos: "Chaos", step: StepState, user: str, said: str, *, offers: bool) -> bool:
    if step.owner == user:
        return "this is yours" in said and offers
    name = chaos.workspace.user(step.owner or "").real_name
    return f"{name} owns this" in said


def _elsewhere(rows: list[SurfaceRow], listing: SurfaceRow, delivery: str) -> Iterator[str]:
    for row in rows:
        if row.delivery_id == delivery and (row.place, row.ts) != (listing.key, listing.ts):
            yield f"{row.number} {row.key} stands in {listing.key} and is said to be at {row.place} {row.ts}"


def _stale(
    chaos: "Chaos", listing: SurfaceRow, blocks: Blocks, rows: list[SurfaceRow], told: list[tuple[Incident, str, str]]
) -> Iterator[str]:
    repeats = {row.delivery_id: row.maybe_repeat for row in rows}
    now, parts = chaos.clock.now(), []
    for incident, key, delivery in told:
        context = Context(now=now, delivery_id=delivery, posted=True, maybe_repeat=repeats[delivery])
        parts.append(list_part(incident, key, context))
    drill = bool((listing.payload or {})["drill"])
    fresh = list_message([part for part in parts if part], listing.delivery_id, drill=drill)
    if words(blocks) != words(fresh.blocks):
        yield f"{listing.key} says {words(blocks)}, not {words(fresh.blocks)}"
