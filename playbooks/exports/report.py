"""What every readable export says, in order, without any format: plain texts that each format escapes its own way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from playbooks.entries import SYSTEM, Entry
from playbooks.exports.phrases import PROVENANCE, phrase, role_in_words
from playbooks.exports.teller import answer_lines
from playbooks.fold import fold
from playbooks.incident import Evidence, Incident, StepState
from playbooks.model import FieldKind, Role, Step
from playbooks.scorecard import Line, Scorecard, scorecard, span_in_words
from playbooks.states import INCIDENT_LABELS, IncidentStatus, StepStatus

LESSONS = ("What went well", "What went badly", "Where we were lucky", "What we change, who does it, and by when")
SCORECARD = ("Planned", "Step", "Prompted", "Done", "State", "Verdict")
TIMELINE = ("#", "When", "Who", "What", "Hash")
TIMES = "Times are when an entry was recorded. Where something happened at another moment, that is said."
NOTHING = "–"
MORE_TO_CHANGE = "what_else"  # the key of an answer that lists work still to be done
_STEPLESS = {"what": "What happened"}  # what the opening form asked


@dataclass(frozen=True, kw_only=True)
class Row:
    """One entry of the timeline."""

    seq: int
    when: str
    happened: str | None  # when it happened, if that was another second than when it was recorded
    who: str
    what: str
    source: str
    hash: str


@dataclass(frozen=True, kw_only=True)
class StepEvidence:
    """What one step left behind."""

    mark: str
    title: str
    state: str
    by: str | None
    at: str | None
    provenance: str | None
    entry: int | None
    reason: str | None
    corrected: str | None  # when and by whom the answers were corrected, and where they stood before
    answers: tuple[tuple[str, str, bool], ...]  # question, answer, whether the answer is a link


@dataclass(frozen=True, kw_only=True)
class Report:
    title: str
    drill: bool
    head: tuple[tuple[str, str], ...]
    summary: tuple[str, ...]
    figures: str
    scorecard: tuple[tuple[str, ...], ...]  # one row a step, under `SCORECARD`
    practice: str | None  # said with the scorecard when the clock of the playbook ran faster
    timeline: tuple[Row, ...]
    evidence: tuple[StepEvidence, ...]
    people: tuple[tuple[str, str], ...]  # person, roles
    follow_ups: tuple[str, ...]
    chain: tuple[str, ...]


def report(entries: Sequence[Entry]) -> Report:
    """Everything that is to be said about the incident these entries make. Raises `ValueError` when they make none."""
    incident = fold(entries)
    card = scorecard(incident)
    return Report(
        title=f"{incident.label} · {incident.trigger.label}",
        drill=incident.drill,
        head=tuple(_head(incident, entries[-1].at)),
        summary=tuple(_summary(incident, card)),
        figures=figures(card),
        scorecard=tuple(_judged(line) for line in card.lines),
        practice=practice(incident),
        timeline=tuple(_row(entry, incident) for entry in entries),
        evidence=tuple(_evidence(incident, step) for step in incident.steps),
        people=tuple(_people(incident)),
        follow_ups=tuple(_follow_ups(incident, card)),
        chain=tuple(_chain(incident)),
    )


def stamp(at: datetime) -> str:
    """`2026-11-21 12:06:00 UTC`."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def person(incident: Incident, user: str) -> str:
    """The name and the id behind it, since names change and ids do not."""
    if user == SYSTEM:
        return "Quarterdeck"
    name = incident.name(user)
    return name if name == user else f"{name} ({user})"


def named(incident: Incident, user: str) -> str:
    """The name alone."""
    return "Quarterdeck" if user == SYSTEM else incident.name(user)


def figures(card: Scorecard) -> str:
    """The headline of the scorecard in one line."""
    return " · ".join((*card.figures, *(("drill, left out of the figures",) if card.drill else ())))


def _head(incident: Incident, last: datetime) -> Iterator[tuple[str, str]]:
    playbook = incident.playbook
    yield "State", INCIDENT_LABELS[incident.status]
    yield "As of", f"entry {incident.seq}, {stamp(last)}"
    yield "What happened", incident.text
    yield "Trigger", incident.trigger.label
    yield "Noticed", stamp(incident.noticed_at)
    yield "Opened (T0)", f"{stamp(incident.t0)} by {person(incident, incident.detector)}"
    if not incident.membership_verified:
        yield "Membership", "unverified: it could not be looked up when the incident was opened"
    if incident.closed_at is not None:
        word = "Closed" if incident.status is IncidentStatus.CLOSED else "Called off"
        yield word, f"{stamp(incident.closed_at)} by {person(incident, incident.closed_by or SYSTEM)}"
        yield "Reason", incident.close_reason or ""
    yield "Drill", "yes, left out of the figures" if incident.drill else "no"
    yield "Suspect keys", "; ".join(key.text for key in incident.keys) or "none named"
    yield "Workspace", incident.team
    yield "Where", _where(incident)
    yield "Playbook", f"{playbook.title} ({playbook.id}, version {playbook.version}, {playbook.provider})"
    if incident.source:
        yield "Source", incident.source


def _where(incident: Incident) -> str:
    if incident.home.channel:
        return f"#{incident.home.name} ({incident.home.channel})"
    return f"the announcement's thread: {incident.home.why_thread}" if incident.home.thread else "no channel yet"


def _summary(incident: Incident, card: Scorecard) -> Iterator[str]:
    who = named(incident, incident.detector)
    drill = "This was a drill. " if incident.drill else ""
    yield f"{drill}{incident.trigger.label}, reported by {who}. {'; '.join(card.figures)}."
    if incident.status is IncidentStatus.CLOSED:
        yield f"Closed after {span_in_words(_running(incident))}: “{incident.close_reason}”"
    elif incident.status is IncidentStatus.FALSE_ALARM:
        yield f"A false alarm, called off after {span_in_words(_running(incident))}: “{incident.close_reason}”"
    else:
        missing = ", ".join(f"{incident.plan(key).mark} {incident.plan(key).title}" for key in incident.missing)
        yield "Still open. " + (f"To be done: {missing}." if missing else "Every step is done or skipped.")


def _running(incident: Incident) -> timedelta:
    """From T0 to the end, without the time in which it was closed."""
    return incident.since_t0(incident.closed_at or incident.t0)


def _judged(line: Line) -> tuple[str, ...]:
    prompted = NOTHING if line.prompted is None else f"T+{round(line.prompted, 1):g}"
    verdict = "by opening" if line.by_opening else line.said
    return (line.mark, line.title, prompted, line.actual_mark or NOTHING, line.status, verdict)


def practice(incident: Incident) -> str | None:
    """What must be said beside minutes when the clock of the playbook ran faster."""
    if incident.speed == 1:
        return None
    return f"Practice speed {incident.speed:g}: marks are minutes of the playbook, everything else is real time."


def _row(entry: Entry, incident: Incident) -> Row:
    when, happened = stamp(entry.at), stamp(entry.occurred_at)
    return Row(
        seq=entry.seq,
        when=when,
        happened=None if when == happened else happened,
        who="Quarterdeck" if entry.actor.id == SYSTEM else entry.actor.name or incident.name(entry.actor.id),
        what=phrase(entry, incident),
        source=entry.source,
        hash=entry.hash,
    )


def _evidence(incident: Incident, step: StepState) -> StepEvidence:
    plan, left = incident.plan(step.key), step.evidence
    return StepEvidence(
        mark=plan.mark,
        title=plan.title,
        state=step.label,
        by=person(incident, step.done_by or left.by) if left else None,
        at=stamp(step.done_at or left.at) if left else None,
        provenance=PROVENANCE.get(left.provenance, left.provenance) if left else None,
        entry=(left.corrects or left.seq) if left else None,
        reason=step.reason,
        corrected=_corrected(incident, left) if left else None,
        answers=tuple(_answers(plan, left)) if left else (),
    )


def _corrected(incident: Incident, left: Evidence) -> str | None:
    if left.corrects is None:
        return None
    who = f"corrected {stamp(left.at)} by {person(incident, left.by)}"
    return f"{who} in entry {left.seq}; before that, see entry {left.corrects}"


def _answers(plan: Step, left: Evidence) -> Iterator[tuple[str, str, bool]]:
    links = {field.label for field in plan.fields if field.kind is FieldKind.LINK}
    for question, answer in answer_lines(plan, left.answers):
        yield _STEPLESS.get(question, question), answer, question in links


def _people(incident: Incident) -> Iterator[tuple[str, str]]:
    """Everybody who had a seat or a step, each once, with all of it."""
    seats: dict[str, list[str]] = {incident.detector: [role_in_words(Role.DETECTOR)]}
    for role in Role:
        for place, user in enumerate(incident.roster.get(role, ())):
            seat = role_in_words(role) + ("" if place == 0 else " (deputy)")
            seats.setdefault(user, []).append(seat)
    for step in incident.steps:
        if step.owner and step.owner != incident.detector:
            seats.setdefault(step.owner, []).append(f"owner of {incident.plan(step.key).mark}")
    for user in incident.members:
        seats.setdefault(user, ["member of the incident's channel"])
    return ((person(incident, user), ", ".join(parts)) for user, parts in seats.items())


def _follow_ups(incident: Incident, card: Scorecard) -> Iterator[str]:
    for step in incident.steps:
        if not step.status.ended:
            owner = f" ({incident.name(step.owner)})" if step.owner else " (no owner)"
            plan = incident.plan(step.key)
            yield f"{plan.mark} {plan.title} is not done{owner}"
    for awaited in card.to_come:
        yield f"{awaited.mark}: the {awaited.what} is still to come ({incident.name(awaited.who)})"
    for step in incident.steps:
        yield from _promised(incident, step)


def _promised(incident: Incident, step: StepState) -> Iterator[str]:
    """Days that an answer sets for later, and what it says must still change."""
    if step.evidence is None or step.status is StepStatus.SKIPPED:
        return
    plan, answers = incident.plan(step.key), dict(step.evidence.answers)
    owner = incident.name(step.owner or step.evidence.by)
    for field in plan.fields:
        if field.key in answers and (field.kind is FieldKind.DATE or field.key == MORE_TO_CHANGE):
            yield f"{plan.mark}: {field.label}: {answers[field.key]} ({owner})"


def _chain(incident: Incident) -> Iterator[str]:
    noun = "entry" if incident.seq == 1 else "entries"
    yield f"{incident.seq} {noun}; the chain of hashes ends with {incident.head}"
    yield (
        f"To check it, run quarterdeck verify {incident.label} beside the database, or quarterdeck verify on a JSON "
        "export. The hash that a closing message showed must stand in the timeline at the entry it named."
    )
