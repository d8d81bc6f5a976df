"""Which methods there are."""

from collections.abc import Callable

from simulator.api.call import Call
from simulator.model import Json

Handler = Callable[[Call], Json]
"""Runs to its end without giving way, so each effect is whole. Raises SlackError before it has changed anything."""

HANDLERS: dict[str, Handler] = {}


def method(name: str) -> Callable[[Handler], Handler]:
    """Register a handler under Slack's name for the method."""

    def register(handler: Handler) -> Handler:
        HANDLERS[name] = handler
        return handler

    return register
