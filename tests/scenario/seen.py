"""What people see in the end, compared with what the state would show if it were made afresh."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.slack.render import Context, Topic, render, render_notice
from playbooks.incident import Incident
from simulator.errors import SlackError
from storage.rows import SurfaceRow, SurfaceState

if TYPE_CHECKING:
    from tests.scenario.chaos import Chaos

AS_THEN = {"brief", "scorecard", "missed", "list"}  # what was true when they were posted; lists are their own


def shown(chaos: "Chaos", rows: list[SurfaceRow], incidents: list[Incident]) -> Iterator[str]:
    """Every message says what the state says: as it would be made afresh now."""
    of = {incident.number: incident for incident in incidents}
    for row in rows:
        alone = row.kind not in AS_THEN and not row.place.startswith("list:")
        if row.state is SurfaceState.LIVE and row.ts is not None and alone:
            yield from _differs(chaos, row, of.get(row.number), chaos.clock.now())
    for incident in incidents:
        if not any(row.key == "announcement" and row.number == incident.number and row.ts for row in rows):
            yield f"{incident.label} has no announcement"
        if not any(row.key == "board" and row.number == incident.number and row.ts for row in rows):
            yield f"{incident.label} has no board"


def _differs(chaos: "Chaos", row: SurfaceRow, incident: Incident | None, now: datetime) -> Iterator[str]:
    home = incident.home.channel if incident else None
    links = {"channel": f"{chaos.deck.identity.workspace.rstrip('/')}/archives/{home}"} if home else {}
    context = Context(now=now, delivery_id=row.delivery_id, posted=True, links=links, maybe_repeat=row.maybe_repeat)
    fresh = render(incident, row.key, context) if incident else render_notice(row.kind, row.payload or {}, context)
    if fresh is None:
        return
    if isinstance(fresh, Topic):
        topic = chaos.workspace.channels[row.channel or ""].topic["value"]
        if topic != fresh.text:
            yield f"{row.number} topic: {topic!r}, not {fresh.text!r}"
        return
    try:
        message = chaos.workspace.message(row.channel or "", row.ts or "")
    except SlackError:
        yield f"{row.number} {row.key} is not there"
        return
    if message.text != fresh.text or words(message.blocks) != words(fresh.blocks):
        yield f"{row.number} {row.key} says {words(message.blocks)}, not {words(fresh.blocks)}"


def words(blocks: list[dict[str, Any]]) -> str:
    """The blocks without the ids that Slack adds."""

    def bare(part: Any) -> Any:
        if isinstance(part, dict):
            return {k: bare(v) for k, v in part.items() if k not in ("block_id", "action_id", "emoji", "verbatim")}
        return [bare(one) for one in part] if isinstance(part, list) else part

    return json.dumps(bare(blocks), sort_keys=True, ensure_ascii=False)


def captured(chaos: "Chaos", incidents: list[Incident]) -> Iterator[str]:
    """What stands in an incident's channel under a 📌 is in its record, with whatever became of it."""
    for incident in incidents:
        messages = chaos.workspace.messages.get(incident.home.channel or "", [])
        known = {one.ts: one for one in incident.captured}
        for message in messages:
            users = sorted(message.reactions.get("pushpin", ()))
            kept = sorted(known[message.ts].pinned_by) if message.ts in known else []
            if users != kept:
                yield f"{incident.label}: 📌 of {users} on {message.text!r}, recorded {kept}"
        there = {message.ts for message in messages}
        for one in incident.captured:
            if one.channel == incident.home.channel and one.gone == (one.ts in there):
                yield f"{incident.label}: {one.ts} is {'there' if one.ts in there else 'gone'}, the record differs"
