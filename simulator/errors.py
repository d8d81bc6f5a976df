"""What can go wrong on the way through the workspace.

Exception
├── SlackError       Slack's own refusal, with the name a client sees
├── AnswerLost       the connection breaks before the answer leaves
├── Undelivered      the bot did not take a delivery in time
└── NotPossible      a person tried what the screen does not offer
"""

from collections.abc import Mapping
from typing import Any


class SlackError(Exception):
    """Slack answers `ok: false` with this name.

    `status` and `headers` are there for the refusals that are HTTP errors too, such as `ratelimited`.
    https://docs.slack.dev/apis/web-api/#responses
    """

    def __init__(
        self, error: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **details: Any
    ) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.headers = dict(headers or {})
        self.details = details

    @property
    def body(self) -> dict[str, Any]:
        return {"ok": False, "error": self.error, **self.details}


class AnswerLost(Exception):
    """The connection is closed and the caller never learns the outcome."""


class Undelivered(Exception):
    """The bot did not acknowledge. `reason` is one of Slack's names for it (`http_timeout`, `connection_failed`, …).

    `final` when the bot asked not to be sent it again. https://docs.slack.dev/apis/events-api/#retries
    """

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final


class NotPossible(Exception):
    """The screen does not offer this to that person: one sentence says why."""


def invalid_arguments(*messages: str) -> SlackError:
    """Build `invalid_arguments` with Slack's explanation beside it. https://docs.slack.dev/apis/web-api/#errors"""
    return SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {m}" for m in messages]})
