"""The machine's clock was set: the state tells every moment by the new one, the entries keep what they said."""

from datetime import datetime, timedelta
from typing import Any

from playbooks.entries import Entry
from playbooks.incident import Incident
from playbooks.model import Frozen

_OURS = ("t0", "noticed_at", "closed_at", "steps", "pauses")  # moments of captured messages are Slack's own


def jumped(incident: Incident, entry: Entry) -> Incident:
    """The distances between moments stay, and with them everything that is computed from those."""
    by = timedelta(seconds=entry.data["by_s"])
    return incident.model_copy(update={name: _moved(getattr(incident, name), by) for name in _OURS})


def _moved(value: Any, by: timedelta) -> Any:
    """What people typed into answers is text, and stays theirs."""
    if isinstance(value, datetime):
        return value + by
    if isinstance(value, Frozen):
        return value.model_copy(update={name: _moved(getattr(value, name), by) for name in type(value).model_fields})
    if isinstance(value, tuple):
        return tuple(_moved(one, by) for one in value)
    if isinstance(value, dict):
        return {key: _moved(one, by) for key, one in value.items()}
    return value
