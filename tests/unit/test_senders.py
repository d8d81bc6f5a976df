"""A trusted sender opens five times an hour at most."""

import pytest

from playbooks.senders import ENOUGH, MOST, enough
from playbooks.states import IncidentStatus
from tests.contract.builders import incident

OPEN, CLOSED = IncidentStatus.OPEN, IncidentStatus.CLOSED


@pytest.mark.parametrize(
    ("states", "what"),
    [
        ([], None),
        ([OPEN] * (MOST - 1), None),
        ([OPEN] * MOST, 9),
        ([CLOSED, OPEN, CLOSED, OPEN, OPEN], 8),
        ([CLOSED] * MOST, ENOUGH),
    ],
)
def test_the_sixth_joins_the_newest_open_one_or_waits_for_a_person(states: list[IncidentStatus], what: object) -> None:
    opened = [incident(9 - nth, status=status) for nth, status in enumerate(states)]

    assert enough(opened) == what
