"""Fifty openings within a minute, with Slack's limits on, by the told clock: what became of each prompt, and when."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from playbooks.commands import Open
from playbooks.entries import Actor
from playbooks.incident import Incident
from playbooks.model import Trigger
from simulator.limits import Limits
from tests.scenario.company import Company

LONGEST_STEP = timedelta(seconds=1)  # what the record alone delays is looked at that often


@dataclass(kw_only=True)
class Storm:
    """`first` is how late (s) the first copy of each prompt was, `refused` what Slack said 429 to after the first
    minute, by method."""

    first: list[float] = field(default_factory=list)
    second: list[float] = field(default_factory=list)
    missing: int = 0
    merged: int = 0  # prompts that shared a message
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def p99(self) -> float:
        return sorted(self.first)[max(0, round(len(self.first) * 0.99) - 1)]


async def break_out(company: Company, openings: int, over_s: float, *, drill: bool = False) -> None:
    """Open incidents spread evenly over that time."""
    company.workspace.limiter.limits = Limits()
    gap = timedelta(seconds=over_s / openings)
    begin = company.clock.now()
    for number in range(openings):
        await until(company, begin + number * gap)
        await company.deck.intake.submit(_opening(company, number, drill=drill))
    await until(company, begin + openings * gap)


def _opening(company: Company, number: int, *, drill: bool) -> Open:
    now = company.clock.now()
    about: dict[str, Any] = {"team": company.team, "at": now, "noticed_at": now, "by": Actor(id=company.dana.id)}
    text, keys = f"Key {number} in a public gist", (f"gateway-{number}",)
    return Open(
        **about, source_id=f"storm:{number}:{drill}", drill=drill, text=text, keys=keys, trigger=Trigger.KEY_COMMITTED
    )


async def until(company: Company, moment: datetime) -> None:
    """Move the clock, stopping wherever the clock of an incident or Slack's limits let something go."""
    await _rest(company)
    while company.clock.now() < moment:
        now = company.clock.now()
        known = [await company.store.next_due(company.team), company.deck.courier.waits_until]
        following = [one for one in known if one is not None and one > now]
        company.clock.move(min(moment, now + LONGEST_STEP, *following))
        await _rest(company)


async def _rest(company: Company) -> None:
    while True:
        ticked = await company.deck.ticker.tick_once(company.clock.now())
        started = await company.deck.courier.drain_once()
        await company.deck.courier.settle()
        if not ticked and not started:
            return


async def damage(company: Company, since: datetime) -> Storm:
    """Of all prompts that were due by now."""
    found = Storm()
    for incident in await company.store.incidents(company.team, limit=1000):
        for step in incident.steps:
            if step.done_at is None and step.due_at + timedelta(seconds=10) < company.clock.now():
                _add(found, incident, step.key)
        rows = await company.store.surfaces(company.team, incident.number)
        found.merged += sum(row.place.startswith("list:") for row in rows)
    calls = [call for call in company.workspace.ledger.calls() if call.at > since.timestamp()]
    found.refused = Counter(call.name for call in calls if call.facts["outcome"] == "ratelimited")
    return found


def _add(found: Storm, incident: Incident, key: str) -> None:
    step = incident.step(key)
    places = (f"prompt:{key}:dm:{step.owner}", f"prompt:{key}:channel")
    posted = sorted(post.posted_at for place in places if (post := step.posts.get(place)) and post.posted_at)
    late = [(at - step.due_at).total_seconds() for at in posted]
    found.missing += not late
    found.first += late[:1]
    found.second += late[1:]
