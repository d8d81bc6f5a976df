"""What Quarterdeck counts about itself, for Prometheus. docs/reference/metrics.md lists every one; a test holds it so.

Each running bot has a registry of its own. Labels are words of ours from short lists: no ids, names, texts or keys.
"""

from collections import Counter as Tally
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

from bot.errors import Limited, NotSent, SlackTrouble, Unclear
from bot.intake import Result
from playbooks.access import Act
from playbooks.entries import SYSTEM, Entry, Kind
from playbooks.incident import Incident
from playbooks.states import IncidentStatus, StepStatus

LATENESS_S = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)
COMMIT_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3)
_ACTS = {act.value: act.name.lower() for act in Act}
UNKNOWN = float("nan")


class Sent(StrEnum):
    """What became of one attempt to bring a surface up to date."""

    POSTED = "posted"
    UPDATED = "updated"
    FOUND = "found"  # its answer was lost, and the look back found it
    NOT_FOUND = "not_found"  # the look back did not find it: posted again
    BLIND = "blind"  # the conversation could not be read for 30 s: posted again, marked "may be a repeat"
    LIMITED = "limited"
    NOT_SENT = "not_sent"
    UNCLEAR = "unclear"  # the answer was lost
    REFUSED = "refused"


class Metrics:
    """Counters that the parts raise, and gauges that a scrape sets (`Scrape`)."""

    def __init__(self) -> None:
        # They would double the series, and nobody asks for them.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # because prometheus_client leaves it untyped
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._counters()
        self._gauges()
        self._open: dict[int, tuple[str, Tally[StepStatus]]] = {}
        self.last_event: datetime | None = None

    def _counters(self) -> None:
        def counter(name: str, what: str, *labels: str) -> Counter:
            return Counter(f"quarterdeck_{name}", what, labels, registry=self.registry)

        self.acts = counter("acts", "Entries that people caused", "kind")
        self.refusals = counter("refusals", "Acts that were refused", "act")
        self.sends = counter("sends", "Attempts to bring a surface up to date", "kind", "outcome")
        self.slack_calls = counter("slack_calls", "Calls to Slack's Web API", "method", "outcome")
        self.merged = counter("merged_prompts", "Prompts that shared a message with others")
        self.events = counter("slack_requests", "Requests from Slack that were taken in")
        self.lateness = Histogram(
            "quarterdeck_prompt_lateness_seconds",
            "From the moment a step was due to its first prompt in Slack",
            buckets=LATENESS_S,
            registry=self.registry,
        )
        self.commits = Histogram(
            "quarterdeck_commit_seconds", "How long a person's act waited for the disk", buckets=COMMIT_S,
            registry=self.registry,
        )  # fmt: skip

    def _gauges(self) -> None:
        def gauge(name: str, what: str, *labels: str) -> Gauge:
            return Gauge(f"quarterdeck_{name}", what, labels, registry=self.registry)

        self.incidents = gauge("incidents_open", "Open incidents", "kind")
        self.steps = gauge("steps", "Steps of open incidents", "kind", "status")
        self.unsent = gauge("unsent", "Surfaces that do not show yet what they should")
        self.oldest_unsent = gauge("oldest_unsent_seconds", "How long the oldest of them has waited")
        self.paced = gauge("paced", "Surfaces and deeds that wait for Slack's limits")
        self.jobs = gauge("jobs_waiting", "Deeds that wait to be done in Slack")
        self.overdue = gauge("oldest_overdue_seconds", "How long the clock of the most overdue incident has waited")
        self.event_age = gauge("last_slack_request_age_seconds", "Since Slack last reached us; NaN before the first")
        self.connected = gauge("slack_connected", "1 when Slack can reach us: a socket is open, or HTTP mode")
        self.sockets = gauge("slack_sockets", "Socket Mode connections that stand; NaN in HTTP mode")
        self.accepting = gauge("slack_accepting", "1 when Slack takes our messages")
        self.database = gauge("database_up", "1 when the record can be read and written")

    def committed(self, result: Result) -> None:
        """Hears of every commit (`Intake.on_commit`)."""
        if result.took_s is not None:
            self.commits.observe(result.took_s)
        if result.refused and result.outcome is None and not result.repeated:
            self.refusals.labels("open").inc()
        if result.outcome is None:
            return
        for entry in result.outcome.entries:
            self._count(entry, result.outcome.incident)
        self._keep(result.outcome.incident)

    def _count(self, entry: Entry, incident: Incident) -> None:
        if entry.kind is Kind.REFUSED:
            self.refusals.labels(_ACTS.get(entry.data["act"], "other")).inc()
        elif entry.actor.id != SYSTEM:
            self.acts.labels(entry.kind.value).inc()
        if entry.kind is Kind.PROMPTED and entry.step is not None:
            step = incident.step(entry.step)
            posted = [key for key, post in step.posts.items() if key.startswith("prompt:") and post.posted_at]
            if len(posted) == 1:  # the first of its copies
                self.lateness.observe(age(step.due_at, entry.occurred_at))

    def _keep(self, incident: Incident) -> None:
        """Only open incidents, and of each only what is counted."""
        self._open.pop(incident.number, None)
        if incident.status is IncidentStatus.OPEN:
            tally = Tally(step.status for step in incident.steps)
            self._open[incident.number] = ("drill" if incident.drill else "real", tally)

    def know(self, incidents: list[Incident]) -> None:
        """Incidents that are open at the start; from then on commits tell."""
        for incident in incidents:
            self._keep(incident)

    def count_open(self) -> None:
        """Sets the gauges of incidents and steps."""
        known = self._open.values()
        for kind in ("real", "drill"):
            mine = [tally for one, tally in known if one == kind]
            self.incidents.labels(kind).set(len(mine))
            for status in StepStatus:
                self.steps.labels(kind, status.value).set(sum(tally[status] for tally in mine))

    def sent(self, kind: str, outcome: Sent) -> None:
        self.sends.labels(kind, outcome.value).inc()

    @contextmanager
    def sending(self, kind: str) -> Iterator[None]:
        """Counts the trouble that an attempt runs into."""
        try:
            yield
        except SlackTrouble as trouble:
            self.sent(kind, Sent(_outcome(trouble)))
            raise

    def called(self, method: str, trouble: SlackTrouble | None) -> None:
        """Hears of every call to Slack (`Gateway`)."""
        self.slack_calls.labels(method, _outcome(trouble)).inc()

    def reached(self, now: datetime) -> None:
        """Slack reached us."""
        self.events.inc()
        self.last_event = now

    def nothing_known(self) -> None:
        """The record cannot be read: better no figure than an old one."""
        self.database.set(0)
        for gauge in (self.unsent, self.oldest_unsent, self.jobs, self.overdue):
            gauge.set(UNKNOWN)


def _outcome(trouble: SlackTrouble | None) -> str:
    if trouble is None:
        return "ok"
    kinds = {Limited: "limited", NotSent: "not_sent", Unclear: "unclear"}
    return kinds.get(type(trouble), "refused")


def age(since: datetime | None, now: datetime, unknown: float = 0.0) -> float:
    """Seconds, never below 0."""
    return max(0.0, (now - since).total_seconds()) if since else unknown
