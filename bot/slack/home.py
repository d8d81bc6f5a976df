"""The Home tab, for one person: their steps first, then the incidents, drills apart, and a lead's roster.

https://docs.slack.dev/surfaces/app-home. At most 100 blocks; what does not fit is counted, and where it stands is said.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot import wording
from bot import wording_steps as words
from bot.people import Person
from bot.slack import ids
from bot.slack.blocks import Block, actions, button, context, header, section
from bot.slack.home_roster import roster_section
from bot.slack.messages import home_of
from bot.slack.prompts import answer_label
from bot.slack.text import clock, escape
from playbooks.access import Act, may
from playbooks.incident import Incident, StepState
from playbooks.ladder import asked_for
from playbooks.model import Role
from playbooks.objections import ONLY_MEMBERS_OPEN, objection
from playbooks.states import StepStatus

MOST_READ = 1000  # open incidents that are looked through for somebody's steps
MOST_STEPS = 20
MOST_INCIDENTS = 50
MOST_DRILLS = 5
MOST_DRILL_STEPS = 5

View = dict[str, Any]
Own = tuple[Incident, StepState]


@dataclass(kw_only=True)
class Part:
    """What one person's tab says of the real incidents, or of the drills."""

    user: str
    most_lines: int
    most_steps: int
    running: int = 0
    lines: list[str] = field(default_factory=list)
    asked: int = 0  # steps of theirs, and those that they may complete for others
    first: list[Own] = field(default_factory=list)  # of those, the ones that are shown

    def take(self, incidents: Iterable[Incident]) -> None:
        for incident in incidents:
            if incident.is_open:
                self.running += 1
                self.lines += [_line(self.user, incident)] if len(self.lines) < self.most_lines else []
            mine = list(_mine(self.user, incident))
            self.asked += len(mine)
            self.first += mine
        self.first = sorted(self.first, key=lambda own: (own[1].owner != self.user, own[1].due_at))[: self.most_steps]


class Found:
    """What there is, for one person. Incidents are taken in some at a time, newest first, and not all kept."""

    def __init__(self, user: str) -> None:
        self.real = Part(user=user, most_lines=MOST_INCIDENTS, most_steps=MOST_STEPS)
        self.drills = Part(user=user, most_lines=MOST_DRILLS, most_steps=MOST_DRILL_STEPS)

    def take(self, incidents: Sequence[Incident]) -> None:
        """Open ones, or such as are over and still ask for an answer."""
        self.real.take(one for one in incidents if not one.drill)
        self.drills.take(one for one in incidents if one.drill)


def home(found: Found, total: int, roster: Mapping[Role, Sequence[tuple[str, Person | None]]] | None = None) -> View:
    """`total` is how many incidents are open; `roster` is for a security lead: people as named there."""
    real, drills = found.real, found.drills
    blocks = [
        actions(button("Report an incident", ids.REPORT_OPEN, style="primary")),
        header("My steps"),
        *(_steps(real) or [section("Nothing is asked of you now.")]),
        *_not_looked_through(real.running, total - drills.running),
        header("Open incidents"),
        *(_incidents(real, total - drills.running) or [section("No incident is open.")]),
        *_drills(drills),
        *(roster_section(roster) if roster is not None else []),
    ]
    return _view(blocks)


def closed_home(person: Person | None) -> View:
    """For guests and people of other organisations; also while Slack does not say who somebody is (None)."""
    if person is not None:
        return _view([section(wording.refusal(ONLY_MEMBERS_OPEN))])
    unknown = "Slack does not say just now who you are, so nothing is shown. Open this tab again in a minute."
    return _view([actions(button("Report an incident", ids.REPORT_OPEN, style="primary")), section(unknown)])


def _view(blocks: Iterable[Block]) -> View:
    marked = [{**block, "block_id": f"h{position}"} for position, block in enumerate(blocks)]
    return {"type": "home", "blocks": marked}


def _drills(drills: Part) -> list[Block]:
    rows = [*_incidents(drills, drills.running), *_steps(drills)]
    return [header(f"{words.DRILL}S"), context(words.DRILL_RULE), *rows] if rows else []


# --- incidents


def _incidents(part: Part, total: int) -> list[Block]:
    """Everything to those who may see the status, to others number, trigger and state, as `/incident list` does."""
    rows = [section(line) for line in part.lines]
    more = total - len(rows)
    return [*rows, context(f"and {more} more: `/incident list`")] if more > 0 else rows


def _line(user: str, incident: Incident) -> str:
    full = objection(incident, Act.STATUS, user) is None
    line = wording.list_line(incident, full=full)
    where = home_of(incident)
    return f"{line} · {where}" if full and where else line


# --- steps


def _steps(part: Part) -> list[Block]:
    """One's own by due time, then those that one may complete for others: as many as fit into so many blocks."""
    rows = [_row(part.user, incident, step) for incident, step in part.first]
    fitting = [row for place, row in enumerate(rows) if sum(map(len, rows[: place + 1])) <= part.most_steps]
    blocks, more = [block for row in fitting for block in row], part.asked - len(fitting)
    return [*blocks, context(f"and {more} more: `/incident status` shows the plan")] if more else blocks


def _mine(user: str, incident: Incident) -> Iterator[Own]:
    for step in incident.steps:
        owes = step.status is StepStatus.SUBMITTED and user in (step.owner, asked_for(incident, step))
        todo = incident.is_open and not step.status.ended
        if owes or (todo and may(incident, Act.COMPLETE, user, step.key) is None):
            yield incident, step


def _not_looked_through(looked: int, total: int) -> list[Block]:
    """Better said than left out: somebody's step may be among them."""
    if looked >= total:
        return []
    those = f"the newest {MOST_READ:,} were" if total > MOST_READ else f"{looked:,} could be"
    return [context(f"Of {total:,} open incidents only {those} looked through for your steps.")]


def _row(user: str, incident: Incident, step: StepState) -> list[Block]:
    title, carried = words.head(incident, step.key), ids.value(incident.number, step.key)
    drill = f"{words.DRILL} · " if incident.drill else ""
    whose = "yours" if step.owner == user else words.name_of(incident, step.owner)
    if step.status is StepStatus.SUBMITTED:
        again = f", you are asked again at {clock(step.ask_at)}" if step.ask_at else ""
        state = f"{step.label} · no {words.owed_name(incident, step.key)} yet{again}"
        give = button(answer_label(incident.plan(step.key)), ids.ANSWER_GIVE, carried, spoken=f"Answer {title}")
        waive = button("Waive", ids.ANSWER_WAIVE, carried, spoken=f"Waive {title}")
        return [section(f"*{escape(drill + title)}*\n{state}"), actions(give, waive)]
    state = f"{step.label} · due {words.moment_near(incident, step.due_at)} · {whose}"
    press = button("Complete", ids.STEP_COMPLETE, carried, spoken=f"Complete {title}")
    return [section(f"*{escape(drill + title)}*\n{state}", press)]
