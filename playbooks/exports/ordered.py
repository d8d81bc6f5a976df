"""JSON in one order, so that the same record gives the same bytes."""

from collections.abc import Mapping
from typing import Any


def ordered(value: Any) -> Any:
    """The same JSON value with every object's keys sorted: a database gives them back in its own order."""
    if isinstance(value, Mapping):
        return {key: ordered(value[key]) for key in sorted(value)}
    return [ordered(item) for item in value] if isinstance(value, list | tuple) else value
