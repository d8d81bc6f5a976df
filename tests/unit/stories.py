"""Plays incidents through the real machine, so that a test says only what happened.

    story = Story().open()
    story.until(6)                              # six minutes go by: prompts come due and Slack delivers them
    story.complete("revoke", by=DEVI)
    story.slack = False                         # from now on nothing arrives ...
    story.until(12)
    story.slack = True                          # ... and what still matters arrives now, late
    assert story.step("logs").prompted_late

Minutes are real ones since T0. `story.incident`, `story.entries`, `story.outcomes` are what the machine gave.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from playbooks import commands as c
from playbooks.entries import Actor, Entry, Kind
from playbooks.errors import Refused
from playbooks.incident import Incident, StepState
from playbooks.ladder import next_due
from playbooks.loader import library
from playbooks.machine import advance, open_incident
from playbooks.model import Playbook, Role, Trigger
from playbooks.outcome import Outcome, Surface

TEAM = "T0COMPANY"
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

DANA = Actor(id="U0DANA", name="Dana Ito")  # the detector, not on the roster
SAM = Actor(id="U0SAM", name="Sam Okafor")
SID = Actor(id="U0SID", name="Sid Park")
DEVI = Actor(id="U0DEVI", name="Devi Rao")
MAX = Actor(id="U0MAX", name="Max Lind")
ADA = Actor(id="U0ADA", name="Ada Brandt")
ROB = Actor(id="U0ROB", name="Rob Silva")
EVE = Actor(id="U0EVE", name="Eve Novak")  # a full member who has no role

ROSTER: dict[Role, tuple[Actor, ...]] = {
    Role.SECURITY_LEAD: (SAM, SID),
    Role.DEV_LEAD: (DEVI, MAX),
    Role.AUDITOR: (ADA,),
    Role.RECOVERY_OWNER: (ROB,),
}
OWNERS = {"report": DANA, "escalate": SAM, "revoke": DEVI, "logs": ADA, "notify": SAM, "rotate": ROB}
ANSWERS: dict[str, dict[str, Any]] = {
    "escalate": {"ticket_id": "CASE-4711"},
    "revoke": {"which_key": "prod-gateway", "confirmed_by": "console"},
    "logs": {"verdict": "nothing_unusual", "who_called_what": "Only the gateway, from its usual addresses."},
    "notify": {
        "severity": "sev2",
        "data_within_reach": ["internal"],
        "notify_executives": "no",
        "why": "Nothing was called.",
        "teams_told": "The gateway answers again by half past.",
    },
    "rotate": {
        "new_key": "prod-gateway-2",
        "deployed_to": "The gateway",
        "old_key_deleted_on": "2026-11-28",
        "next_rotation": "2027-02-19",
    },
}
NO_ID_YET: dict[str, Any] = {"no_id_yet": True}

_STEP_SURFACES = ("prompt", "nudge", "escalation", "reminder", "ask")
S = TypeVar("S", bound="Story")


@cache
def key_leak() -> Playbook:
    """The shipped playbook."""
    return library()["key-leak"]


class Story:
    """One incident and the time that goes by. `slack` says whether messages arrive."""

    def __init__(
        self,
        *,
        playbook: Playbook | None = None,
        roster: dict[Role, tuple[Actor, ...]] | None = None,
        speed: float = 1.0,
        number: int = 1,
        begins: datetime = NOON,
        channel: bool = True,
        slack: bool = True,
    ) -> None:
        self.playbook = playbook or key_leak()
        self.roster = ROSTER if roster is None else roster
        self.speed = speed
        self.number = number
        self.now = begins
        self.channel = channel  # False: the incident never gets one
        self.entries: list[Entry] = []
        self.outcomes: list[Outcome] = []
        self._incident: Incident | None = None
        self._slack = slack
        self._unsent: dict[str, datetime] = {}
        self._shown: set[str] = set()
        self._count = 0

    # --- what is there

    @property
    def incident(self) -> Incident:
        assert self._incident is not None, "the story is not opened yet"
        return self._incident

    @property
    def last(self) -> Outcome:
        return self.outcomes[-1]

    @property
    def kinds(self) -> list[Kind]:
        return [entry.kind for entry in self.entries]

    @property
    def minute(self) -> float:
        """Real minutes since T0."""
        return (self.now - self.incident.t0).total_seconds() / 60

    def step(self, key: str) -> StepState:
        return self.incident.step(key)

    def of(self, kind: Kind, step: str | None = None) -> list[Entry]:
        """The entries of one kind, of one step when it is named."""
        return [e for e in self.entries if e.kind is kind and (step is None or e.step == step)]

    def surfaces(self) -> list[Surface]:
        """Every surface that was ever wanted, in order, each once."""
        return list(dict.fromkeys(surface for outcome in self.outcomes for surface in outcome.surfaces))

    # --- the beginning

    def open(
        self: S,
        text: str = "Key in a public gist, removed, still in the history",
        *,
        trigger: Trigger = Trigger.KEY_COMMITTED,
        by: Actor = DANA,
        noticed_ago: float = 8,
        **more: Any,
    ) -> S:
        """Opens it now; it was noticed `noticed_ago` minutes before."""
        noticed = self.now - timedelta(minutes=noticed_ago)
        command = c.Open(
            team=TEAM, at=self.now, source_id=self._id(), by=by, text=text, trigger=trigger, noticed_at=noticed, **more
        )
        outcome = open_incident(
            command, number=self.number, playbook=self.playbook, roster=self.roster, speed=self.speed
        )
        assert not isinstance(outcome, Refused), outcome
        self._take(outcome)
        if self.channel:
            self.do(c.ChannelReady, channel="C0INC", name=f"{self.incident.label.lower()}-key-committed")
        return self

    # --- time

    def wait(self: S, *, minutes: float = 0, seconds: float = 0) -> S:
        """Time goes by and nothing ticks: Quarterdeck is not looking, or not running."""
        self.now += timedelta(minutes=minutes, seconds=seconds)
        return self

    def set_clock(self: S, by: timedelta) -> S:
        """Somebody sets the clock of the machine."""
        before, self.now = self.now, self.now + by
        self._unsent = {key: at + by for key, at in self._unsent.items()}
        self.do(c.ClockJumped, before=before)
        return self

    def tick(self: S, minutes: float = 0) -> S:
        """Time goes by, and everything that comes due on the way happens when it is due."""
        end = self.now + timedelta(minutes=minutes)
        while (due := next_due(self.incident)) is not None and due <= end:
            self.now = max(self.now, due)
            self.do(c.Tick)
        self.now = end
        return self

    def until(self: S, minute: float) -> S:
        """Like `tick`, up to that real minute since T0."""
        return self.tick(minute - self.minute)

    # --- Slack

    @property
    def slack(self) -> bool:
        return self._slack

    @slack.setter
    def slack(self, up: bool) -> None:
        self._slack = up
        self._deliver()

    def posted(self, surface: str, **more: Any) -> Outcome:
        """That surface is there for the first time."""
        self._unsent.pop(surface, None)
        self._shown.add(surface)
        link = f"https://company.slack.com/archives/C0INC/p{self._count}"
        return self.do(c.Posted, surface=surface, **{"link": link, **more})

    def failed(self, surface: str, error: str = "user_disabled", why: str = "The account is deactivated.") -> Outcome:
        self._unsent.pop(surface, None)
        return self.do(c.SendFailed, surface=surface, error=error, why=why)

    # --- people

    def complete(self, step: str, answers: dict[str, Any] | None = None, *, by: Actor | None = None) -> Outcome:
        """By its owner of the shipped playbook, with answers that will do, unless said otherwise."""
        return self.do(c.Complete, step=step, answers=self._answers(step, answers), by=by or OWNERS[step])

    def complete_all(self: S, *steps: str) -> S:
        for step in steps or self.incident.missing:
            self.complete(step)
        return self

    def correct(self, step: str, answers: dict[str, Any], *, by: Actor | None = None) -> Outcome:
        return self.do(c.Correct, step=step, answers=self._answers(step, answers), by=by or OWNERS[step])

    def answer(self, step: str, answer: str, *, by: Actor | None = None) -> Outcome:
        return self.do(c.GiveAnswer, step=step, answer=answer, by=by or OWNERS[step])

    def waive(self, step: str, why: str = "The chat was closed.", *, by: Actor | None = None) -> Outcome:
        return self.do(c.Waive, step=step, why=why, by=by or OWNERS[step])

    def skip(self, step: str, why: str = "Not needed here.", *, by: Actor = SAM) -> Outcome:
        return self.do(c.Skip, step=step, why=why, by=by)

    def take_over(self, step: str, *, by: Actor) -> Outcome:
        return self.do(c.TakeOver, step=step, by=by)

    def hand_over(self, step: str, to: Actor, why: str = "In a meeting.", *, by: Actor | None = None) -> Outcome:
        return self.do(c.HandOver, step=step, to=to, why=why, by=by or OWNERS[step])

    def more_time(
        self, step: str, minutes: int = 5, why: str = "The Console is slow.", *, by: Actor | None = None
    ) -> Outcome:
        return self.do(c.MoreTime, step=step, minutes=minutes, why=why, by=by or OWNERS[step])

    def assign(self, role: Role, to: Actor, *, by: Actor = SAM) -> Outcome:
        return self.do(c.Assign, role=role, to=to, by=by)

    def note(self, text: str, *, by: Actor = SAM, **more: Any) -> Outcome:
        return self.do(c.Note, text=text, by=by, **{"occurred_at": self.now, **more})

    def join(self, text: str = "Seen here too", *, by: Actor = EVE, **more: Any) -> Outcome:
        return self.do(c.Join, text=text, by=by, **more)

    def close(self, reason: str = "Rotated, nothing was called.", *, by: Actor = SAM) -> Outcome:
        return self.do(c.Close, reason=reason, by=by)

    def false_alarm(self, reason: str = "The key was a dummy.", *, by: Actor = SAM) -> Outcome:
        return self.do(c.FalseAlarm, reason=reason, by=by)

    def reopen(self, reason: str = "It was seen again.", *, by: Actor = SAM, **more: Any) -> Outcome:
        return self.do(c.Reopen, reason=reason, by=by, **more)

    def export(self, format: str = "md", *, by: Actor = SAM) -> Outcome:  # noqa: A002 - because the command calls it so
        return self.do(c.Export, format=format, to=f"dm:{by.id}", by=by)

    def do(self, command: type[c.OnIncident], **fields: Any) -> Outcome:
        """Any command, now; what Slack must show because of it arrives at once when `slack` is up."""
        made = command(team=TEAM, at=self.now, source_id=self._id(), number=self.number, **fields)
        return self._take(advance(self.incident, made))

    # --- inside

    def _answers(self, step: str, answers: dict[str, Any] | None) -> dict[str, Any]:
        if answers is not None:
            return answers
        given: dict[str, Any] = dict(ANSWERS[step])
        if step == "revoke":
            given["revoked_at"] = self.now
        if step == "logs":
            given |= {"window_from": self.incident.t0 - timedelta(hours=24), "window_to": self.now}
        return given

    def _take(self, outcome: Outcome) -> Outcome:
        self._incident = outcome.incident
        self.entries += outcome.entries
        self.outcomes.append(outcome)
        for surface in outcome.surfaces:
            if surface.key not in self._shown:
                self._unsent.setdefault(surface.key, self.now)
        self._deliver()
        return outcome

    def _deliver(self) -> None:
        while self._slack and (key := next(iter(self._sendable()), None)):
            self.posted(key, **self._lateness(key))

    def _sendable(self) -> Iterator[str]:
        """What has a place by now, and still matters."""
        home = self.incident.home.channel or self.incident.home.thread
        for key, place in ((s.key, s.place) for s in self.surfaces() if s.key in self._unsent):
            if (place != "incident" or home) and self._matters(key):
                yield key

    def _matters(self, key: str) -> bool:
        kind, *rest = key.split(":")
        if kind not in _STEP_SURFACES:
            return True
        step = self.incident.step(rest[0])
        return step.status.value == "submitted" if kind == "ask" else not step.status.ended

    def _lateness(self, key: str) -> dict[str, Any]:
        late = (self.now - self._unsent[key]).total_seconds()
        if late <= 30 / self.speed or key.split(":")[0] not in _STEP_SURFACES:
            return {}
        return {"late_s": late, "late_why": "Slack did not accept messages"}

    def _id(self) -> str:
        self._count += 1
        return f"happening-{self._count}"


def closed_story() -> Story:
    """A whole run: one step late, an answer still to come, a hand-over, a refusal, a correction, closed at T+21."""
    story = Story().open(keys=("prod-gateway",))
    story.until(4).complete("escalate", NO_ID_YET)
    story.until(5.5).complete("revoke", by=EVE)
    story.until(6).complete("revoke")
    story.note("The gist had 14 views.", by=ADA)
    story.until(7.5).hand_over("logs", SID, by=ADA)
    story.until(8).complete("logs", by=SID)
    story.until(11).complete("notify")
    story.correct("notify", {**ANSWERS["notify"], "severity": "sev1"})
    story.until(19).complete("rotate")
    story.until(21).close()
    return story
