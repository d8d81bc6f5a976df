"""The short-lived handles that come with an interaction: `trigger_id` and `response_url`."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from simulator.errors import SlackError


@dataclass
class Trigger:
    """What a press, command or submission entitles the app to, once."""

    user: str
    issued_at: float
    view_id: str | None
    spent: bool = False


class Triggers:
    """Each trigger opens one dialog and dies after three seconds.

    https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses
    """

    def __init__(self, now: Callable[[], float], lifetime_s: float) -> None:
        self._now = now
        self._lifetime = lifetime_s
        self._issued: dict[str, Trigger] = {}

    def issue(self, user: str, view_id: str | None = None) -> str:
        trigger_id = f"{len(self._issued) + 1}.{int(self._now())}.{secrets.token_hex(16)}"
        self._issued[trigger_id] = Trigger(user, self._now(), view_id)
        return trigger_id

    def spend(self, trigger_id: str) -> Trigger:
        """Use the trigger up. Raises SlackError under the names of the method page, not of the guide."""
        trigger = self._issued.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.spent:
            raise SlackError("exchanged_trigger_id")
        if self._now() - trigger.issued_at > self._lifetime:
            raise SlackError("expired_trigger_id")
        trigger.spent = True
        return trigger


@dataclass
class ResponseUrl:
    """Where the app may answer one interaction: five times within half an hour."""

    user: str
    channel: str
    issued_at: float
    message_ts: str | None
    thread_ts: str | None
    uses: int = 0


class ResponseUrls:
    """https://docs.slack.dev/interactivity/handling-user-interaction#message_responses"""

    USES = 5

    def __init__(self, now: Callable[[], float], lifetime_s: float) -> None:
        self._now = now
        self._lifetime = lifetime_s
        self._issued: dict[str, ResponseUrl] = {}

    def issue(self, user: str, channel: str, message_ts: str | None = None, thread_ts: str | None = None) -> str:
        """Open one and return its key, the last part of the URL."""
        key = secrets.token_hex(16)
        self._issued[key] = ResponseUrl(user, channel, self._now(), message_ts, thread_ts)
        return key

    def find(self, key: str) -> ResponseUrl:
        """Raises SlackError: Slack answers a used or expired URL with HTTP 404."""
        issued = self._issued.get(key)
        if issued is None or self._now() - issued.issued_at > self._lifetime:
            raise SlackError("expired_url", status=404)
        if issued.uses >= self.USES:
            raise SlackError("used_url", status=404)
        return issued
