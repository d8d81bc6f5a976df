"""Who does what in the fifteen minutes, and with which words."""

from dataclasses import dataclass
from typing import Any

from tests.scenario.company import ESCALATED, NOTIFIED, PULLED, REVOKED, ROTATED

DETECTORS = ("Dana Ito", "Max Lind", "Rob Silva", "Devi Rao", "Ada Brandt", "Sid Park")
TRIGGERS = (
    "API key committed to a repository",
    "Cost spike, 5x or more week over week",
    "API calls from an unexpected place",
)
LEAD = "Sam Okafor"
ALERTS = "security-alerts"


@dataclass(frozen=True, kw_only=True)
class Task:
    key: str
    mark: str
    owner: str
    values: dict[str, Any]
    heir: str  # who gets it when it is handed over

    @property
    def minute(self) -> float:
        return float(self.mark.removeprefix("T+"))


TASKS = (
    Task(key="escalate", mark="T+3", owner=LEAD, values=ESCALATED, heir="Sid Park"),
    Task(key="revoke", mark="T+5", owner="Devi Rao", values=REVOKED, heir="Max Lind"),
    Task(key="logs", mark="T+7", owner="Ada Brandt", values=PULLED, heir="Rob Silva"),
    Task(key="notify", mark="T+10", owner=LEAD, values=NOTIFIED, heir="Sid Park"),
    Task(key="rotate", mark="T+15", owner="Rob Silva", values=ROTATED, heir="Ada Brandt"),
)
