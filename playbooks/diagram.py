"""Draws docs/reference/states.md from the tables of `states.py`: `python -m playbooks.diagram` writes it anew."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from playbooks.states import INCIDENT_LABELS, INCIDENT_MOVES, STEP_LABELS, STEP_MOVES, IncidentStatus, StepStatus

S = TypeVar("S", StepStatus, IncidentStatus)
PAGE = Path(__file__).parents[1] / "docs" / "reference" / "states.md"

_HEAD = """# States

Drawn from `playbooks/states.py` by `python -m playbooks.diagram`; do not edit. The word on an arrow is the kind of the
entry that records the move ([record.md](record.md)). A move without an arrow cannot happen."""
_STEPS = """## Steps

"Done" reads "Done late" when it was done more than `within` minutes after it was due. "Submitted" counts as done, with
one answer still to come. `shelved` is what a false alarm does to the steps that are open; reopening the incident puts
each back into the state in which it was."""
_INCIDENTS = "## Incidents"


def page() -> str:
    """The whole page."""
    steps = _drawing(STEP_MOVES, STEP_LABELS, StepStatus.WAITING)
    incidents = _drawing(INCIDENT_MOVES, INCIDENT_LABELS, IncidentStatus.OPEN)
    return "\n\n".join([_HEAD, _STEPS, steps, _INCIDENTS, incidents]) + "\n"


def _drawing(moves: Mapping[tuple[str, S], S], labels: Mapping[S, str], first: S) -> str:
    states = [f'    state "{label}" as {state.value}' for state, label in labels.items()]
    arrows = [f"    {before} --> {after}: {words}" for (before, after), words in _arrows(moves).items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *states, f"    [*] --> {first.value}", *arrows, "```"])


def _arrows(moves: Mapping[tuple[str, S], S]) -> dict[tuple[str, str], str]:
    """One arrow for all that leads from one state to another."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for (word, before), after in moves.items():
        arrows.setdefault((before.value, after.value), []).append(word)
    return {ends: ", ".join(words) for ends, words in arrows.items()}


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
