"""Draws docs/reference/states.md from the tables of `states.py`: `python -m playbooks.diagram` writes it anew."""

from pathlib import Path

from playbooks.states import INCIDENT_LABELS, INCIDENT_MOVES, STEP_LABELS, STEP_MOVES, IncidentStatus, StepStatus

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
    steps = [(word, before.value, after.value) for (word, before), after in STEP_MOVES.items()]
    incidents = [(word, before.value, after.value) for (word, before), after in INCIDENT_MOVES.items()]
    drawn = (
        _drawing(steps, {state.value: label for state, label in STEP_LABELS.items()}, StepStatus.WAITING.value),
        _drawing(
            incidents, {state.value: label for state, label in INCIDENT_LABELS.items()}, IncidentStatus.OPEN.value
        ),
    )
    return "\n\n".join([_HEAD, _STEPS, drawn[0], _INCIDENTS, drawn[1]]) + "\n"


def _drawing(moves: list[tuple[str, str, str]], labels: dict[str, str], first: str) -> str:
    """The moves are (what happened, the state before, the state after)."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for word, before, after in moves:
        arrows.setdefault((before, after), []).append(word)
    states = [f'    state "{label}" as {state}' for state, label in labels.items()]
    lines = [f"    {before} --> {after}: {', '.join(words)}" for (before, after), words in arrows.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *states, f"    [*] --> {first}", *lines, "```"])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
