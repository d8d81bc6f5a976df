"""The Home tab, for one person: their steps first, then the incidents, drills apart, and a lead's roster.

https://docs.slack.dev/surfaces/app-home. At most 100 blocks; what does not fit is counted, and where it stands is said.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from playbooks.model import Role
from playbooks.objections import ONLY_MEMBERS_OPEN, objection
from playbooks.states import StepStatus

MOST_STEPS = 20
MOST_INCIDENTS = 50
MOST_DRILLS = 5
MOST_DRILL_STEPS = 5

View = dict[str, Any]
Own = tuple[Incident, StepState]


def home(
    user: str,
    incidents: Sequence[Incident],
    total: int,
    roster: Mapping[Role, Sequence[tuple[str, Person | None]]] | None = None,
) -> View:
    """`incidents` are open ones, newest first, of `total`. `roster` is for a security lead: people as named there."""
    real = [incident for incident in incidents if not incident.drill]
    drills = [incident for incident in incidents if incident.drill]
    blocks = [
        actions(button("Report an incident", ids.REPORT_OPEN, style="primary")),
        header("My steps"),
        *(_steps(user, real, MOST_STEPS) or [section("Nothing is asked of you now.")]),
        header("Open incidents"),
        *(_incidents(user, real, MOST_INCIDENTS, total - len(drills)) or [section("No incident is open.")]),
        *_drills(user, drills),
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


def _drills(user: str, drills: Sequence[Incident]) -> list[Block]:
    if not drills:
        return []
    lines = _incidents(user, drills, MOST_DRILLS, len(drills))
    return [header(f"{words.DRILL}S"), context(words.DRILL_RULE), *lines, *_steps(user, drills, MOST_DRILL_STEPS)]


# --- incidents


def _incidents(user: str, incidents: Sequence[Incident], most: int, total: int) -> list[Block]:
    """Everything to those who may see the status, to others number, trigger and state, as `/incident list` does."""
    rows = [section(_line(user, incident)) for incident in incidents[:most]]
    more = total - len(rows)
    return [*rows, context(f"and {more} more: `/incident list`")] if more > 0 else rows


def _line(user: str, incident: Incident) -> str:
    full = objection(incident, Act.STATUS, user) is None
    line = wording.list_line(incident, full=full)
    where = home_of(incident)
    return f"{line} · {where}" if full and where else line


# --- steps


def _steps(user: str, incidents: Sequence[Incident], most: int) -> list[Block]:
    """One's own by due time, then those that one may complete for others."""
    found = sorted(_mine(user, incidents), key=lambda own: (own[1].owner != user, own[1].due_at))
    rows = [_row(user, incident, step) for incident, step in found[:most]]
    more = len(found) - len(rows)
    return [*rows, context(f"and {more} more: `/incident status` shows the plan")] if more else rows


def _mine(user: str, incidents: Sequence[Incident]) -> Iterator[Own]:
    for incident in incidents:
        for step in incident.steps:
            owes = step.status is StepStatus.SUBMITTED and step.owner == user
            if owes or (not step.status.ended and may(incident, Act.COMPLETE, user, step.key) is None):
                yield incident, step


def _row(user: str, incident: Incident, step: StepState) -> Block:
    title, carried = words.head(incident, step.key), ids.value(incident.number, step.key)
    drill = f"{words.DRILL} · " if incident.drill else ""
    whose = "yours" if step.owner == user else words.name_of(incident, step.owner)
    if step.status is StepStatus.SUBMITTED:
        again = f", you are asked again at {clock(step.ask_at)}" if step.ask_at else ""
        state = f"{step.label} · no {words.owed_name(incident, step.key)} yet{again}"
        press = button(answer_label(incident.plan(step.key)), ids.ANSWER_GIVE, carried, spoken=f"Answer {title}")
    else:
        state = f"{step.label} · due {words.moment_near(incident, step.due_at)} · {whose}"
        press = button("Complete", ids.STEP_COMPLETE, carried, spoken=f"Complete {title}")
    return section(f"*{escape(drill + title)}*\n{state}", press)
