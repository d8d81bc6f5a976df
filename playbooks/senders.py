"""How much a trusted sender may do whose alerts open incidents by themselves."""

from collections.abc import Iterable
from datetime import timedelta

from playbooks.errors import Refused
from playbooks.incident import Incident

MOST = 5
WITHIN = timedelta(hours=1)
ENOUGH = Refused(
    title="Too many",
    reason="This sender opened five incidents by itself within the hour, and none of them is open any more.",
)


def enough(opened: Iterable[Incident]) -> int | Refused | None:
    """What one more alert does, when the sender opened these within the hour, newest first.

    None: it opens an incident. A number: it joins that one. `Refused`: it waits for a person.
    """
    recent = list(opened)
    if len(recent) < MOST:
        return None
    return next((incident.number for incident in recent if incident.is_open), ENOUGH)
