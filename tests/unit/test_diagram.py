"""The drawn states are the ones in the tables."""

from playbooks.diagram import PAGE, page
from playbooks.entries import Kind
from playbooks.states import INCIDENT_LABELS, INCIDENT_MOVES, STEP_LABELS, STEP_MOVES


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python -m playbooks.diagram"


def test_every_move_is_drawn_once() -> None:
    for (word, before), after in [*STEP_MOVES.items(), *INCIDENT_MOVES.items()]:
        (arrow,) = [line for line in page().splitlines() if line.startswith(f"    {before} --> {after}: ")]
        assert word in arrow.split(": ")[1].split(", ")


def test_every_state_bears_its_label() -> None:
    for state, label in [*STEP_LABELS.items(), *INCIDENT_LABELS.items()]:
        assert f'    state "{label}" as {state}\n' in page()


def test_every_move_is_a_kind_of_entry() -> None:
    words = {word for word, _ in [*STEP_MOVES, *INCIDENT_MOVES]} - {"corrected_owing"}  # a way of being corrected

    assert words <= set(Kind)
