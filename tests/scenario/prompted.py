"""Which steps were due so long, open and undone, that somebody must have been prompted: told by T0 and the plan."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from playbooks.entries import Entry, Kind
from playbooks.incident import Incident

PATIENCE_S = 600.0  # limits, a start that waits, a look whether it is there already: all of it is over by then
ENDS = {Kind.COMPLETED, Kind.SUBMITTED, Kind.SKIPPED, Kind.SHELVED}
CLOSES = {Kind.CLOSED, Kind.FALSE_ALARM}
Away = Sequence[tuple[float, float]]


def unprompted(
    incident: Incident, entries: Sequence[Entry], sent: Mapping[str, float], away: Away, until: float
) -> Iterator[str]:
    """A sentence for each step without a prompt. `sent`: surface → when it went out; `away`: from when to when neither
    Slack nor the bot was there; `until`: when the story ended. All in seconds since 1970."""
    for step in incident.steps:
        if not incident.plan(step.key).at:  # the opening itself
            continue
        prompts = [at for key, at in sent.items() if key.startswith(f"prompt:{step.key}:")]
        due = incident.t0 + incident.span(incident.plan(step.key).at)
        for begins, ends, still in _wanted(entries, step.key, until):
            since = max(begins, (due + still).timestamp())
            waited = ends - since - missed(away, since, ends)
            if waited > PATIENCE_S and not any(at <= ends for at in prompts):
                yield f"{incident.label} {step.key} was due for {waited:.0f} s and never prompted"


def missed(away: Away, since: float, until: float) -> float:
    """How many of these seconds somebody was away."""
    lost, reached = 0.0, since
    for begins, ends in sorted(away):
        lost += max(0.0, min(until, ends) - max(reached, begins))
        reached = max(reached, ends)
    return lost


def _wanted(entries: Sequence[Entry], step: str, until: float) -> Iterator[tuple[float, float, timedelta]]:
    """From when to when the incident was open and the step undone, and how long the clock had stood still by then."""
    is_open, done, shelved, still = True, False, False, timedelta()
    since, closed_at = entries[0].at, entries[0].at
    was_wanted = True
    for e in entries:
        if e.kind in CLOSES:
            is_open, closed_at = False, e.at
        elif e.kind is Kind.REOPENED:
            is_open, still, done = True, still + (e.at - closed_at), done and not shelved
        elif e.kind in ENDS and e.step == step:
            done, shelved = True, e.kind is Kind.SHELVED
        is_wanted = is_open and not done
        if is_wanted and not was_wanted:
            since = e.at
        if was_wanted and not is_wanted:
            yield since.timestamp(), e.at.timestamp(), still
        was_wanted = is_wanted
    if was_wanted:
        yield since.timestamp(), until, still
