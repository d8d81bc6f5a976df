"""The Home tab, for one person: their steps first, then the incidents, drills apart, and a lead's roster.

https://docs.slack.dev/surfaces/app-home. At most 100 blocks; what does not fit is counted, and where it stands is said.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, kw_only=True)
class Found:
    """What there is: `running` are the newest of the open incidents, of which there are `total`, those in `owing` are
    over and still ask for an answer."""

    running: Sequence[Incident]
    owing: Sequence[Incident] = ()
    total: int

    def of(self, drill: bool) -> "Found":
        running, owing = ([one for one in which if one.drill == drill] for which in (self.running, self.owing))
        others = len(self.running) - len(running)
        return Found(running=running, owing=owing, total=len(running) if drill else self.total - others)


def home(user: str, found: Found, roster: Mapping[Role, Sequence[tuple[str, Person | None]]] | None = None) -> View:
    """`roster` is for a security lead: people as named there."""
    real = found.of(drill=False)
    blocks = [
        actions(button("Report an incident", ids.REPORT_OPEN, style="primary")),
        header("My steps"),
        *(_steps(user, real, MOST_STEPS) or [section("Nothing is asked of you now.")]),
        *_not_looked_through(found),
        header("Open incidents"),
        *(_incidents(user, real, MOST_INCIDENTS) or [section("No incident is open.")]),
        *_drills(user, found.of(drill=True)),
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


def _drills(user: str, drills: Found) -> list[Block]:
    rows = [*_incidents(user, drills, MOST_DRILLS), *_steps(user, drills, MOST_DRILL_STEPS)]
    return [header(f"{words.DRILL}S"), context(words.DRILL_RULE), *rows] if rows else []


# --- incidents


def _incidents(user: str, found: Found, most: int) -> list[Block]:
    """Everything to those who may see the status, to others number, trigger and state, as `/incident list` does."""
    rows = [section(_line(user, incident)) for incident in found.running[:most]]
    more = found.total - len(rows)
    return [*rows, context(f"and {more} more: `/incident list`")] if more > 0 else rows


def _line(user: str, incident: Incident) -> str:
    full = objection(incident, Act.STATUS, user) is None
    line = wording.list_line(incident, full=full)
    where = home_of(incident)
    return f"{line} · {where}" if full and where else line


# --- steps


def _steps(user: str, found: Found, most: int) -> list[Block]:
    """One's own by due time, then those that one may complete for others: as many as fit into `most` blocks."""
    mine = sorted(_mine(user, found), key=lambda own: (own[1].owner != user, own[1].due_at))
    rows = [_row(user, incident, step) for incident, step in mine[:most]]
    fitting = [row for place, row in enumerate(rows) if sum(map(len, rows[: place + 1])) <= most]
    blocks, more = [block for row in fitting for block in row], len(mine) - len(fitting)
    return [*blocks, context(f"and {more} more: `/incident status` shows the plan")] if more else blocks


def _mine(user: str, found: Found) -> Iterator[Own]:
    for incident in (*found.running, *found.owing):
        for step in incident.steps:
            owes = step.status is StepStatus.SUBMITTED and user in (step.owner, asked_for(incident, step))
            todo = incident.is_open and not step.status.ended
            if owes or (todo and may(incident, Act.COMPLETE, user, step.key) is None):
                yield incident, step


def _not_looked_through(found: Found) -> list[Block]:
    """Better said than left out: somebody's step may be among them."""
    looked = len(found.running)
    if looked >= found.total:
        return []
    those = f"the newest {MOST_READ:,} were" if found.total > MOST_READ else f"{looked:,} could be"
    return [context(f"Of {found.total:,} open incidents only {those} looked through for your steps.")]


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
