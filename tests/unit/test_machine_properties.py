"""No order of commands breaks the promises: played at random, checked after every step."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from playbooks import commands as c
from playbooks.entries import Kind, first_break
from playbooks.errors import WrongAnswers
from playbooks.fold import fold
from playbooks.ladder import next_due
from playbooks.model import Role
from playbooks.outcome import Outcome
from playbooks.scorecard import scorecard
from playbooks.states import StepStatus
from tests.unit.stories import ADA, DANA, DEVI, EVE, MAX, NO_ID_YET, ROB, ROSTER, SAM, SID, Story

PEOPLE = st.sampled_from([DANA, SAM, SID, DEVI, MAX, ADA, ROB, EVE])
STEPS = st.sampled_from(["report", "escalate", "revoke", "logs", "notify", "rotate"])
TEXT = st.text(max_size=20)
FIRST_POSTS = (Kind.PROMPTED, Kind.NUDGED, Kind.ESCALATED, Kind.REMINDED, Kind.ASKED, Kind.ANNOUNCED)


class Incident(RuleBasedStateMachine):
    """Slack posts, fails and falls behind at random; people press everything in any order."""

    @initialize(
        roster=st.sampled_from([ROSTER, {}, {Role.SECURITY_LEAD: (SAM,)}, {Role.DEV_LEAD: (DEVI,)}]),
        speed=st.sampled_from([1.0, 60.0]),
        drill=st.booleans(),
    )
    def open(self, roster: Any, speed: float, drill: bool) -> None:
        self.story = Story(roster=roster, speed=speed, channel=False, slack=False).open(drill=drill)
        self.wanted: list[str] = [s.key for s in self.story.last.surfaces]
        self.ended_at_want: dict[str, bool] = {}

    def act(self, command: type[c.OnIncident], **fields: Any) -> Outcome | None:
        before = len(self.story.entries), self.story.incident
        try:
            outcome = self.story.do(command, **fields)
        except WrongAnswers:
            assert (len(self.story.entries), self.story.incident) == before
            return None
        for surface in outcome.surfaces:
            self._check_want(surface.key, before[1])
        return outcome

    def _check_want(self, key: str, before: Any) -> None:
        """No first post of a prompt is wanted for a step that had ended."""
        parts = key.split(":")
        if key not in self.wanted and parts[0] in ("prompt", "nudge", "escalation", "reminder"):
            assert not before.step(parts[1]).status.ended, key
        self.wanted.append(key)

    # --- the clock and Slack

    @rule(seconds=st.integers(0, 900))
    def tick(self, seconds: int) -> None:
        self.story.wait(seconds=seconds)
        due, now = next_due(self.story.incident), self.story.now
        outcome = self.act(c.Tick)
        assert outcome is not None
        if due is not None and due <= now:
            again = next_due(outcome.incident)
            assert again is None or again > now, "a tick must raise next_due or clear it"
            assert outcome.entries
        else:
            assert not outcome.entries

    @rule(data=st.data(), ok=st.integers(0, 5))
    def slack_answers(self, data: st.DataObject, ok: int) -> None:
        posted = {e.data.get("surface") for e in self.story.entries if "surface" in e.data}
        unsent = [key for key in dict.fromkeys(self.wanted) if key not in posted]
        if unsent:
            key = data.draw(st.sampled_from(unsent))
            if ok:
                self.act(c.Posted, surface=key)
            else:
                self.act(c.SendFailed, surface=key, error="user_disabled", why="gone")

    @rule(ready=st.booleans())
    def channel(self, ready: bool) -> None:
        if ready:
            self.act(c.ChannelReady, channel="C1", name="inc")
        else:
            self.act(c.ChannelRefused, error="restricted_action", why="policy")

    # --- people

    @rule(step=STEPS, by=PEOPLE, pending=st.booleans())
    def complete(self, step: str, by: Any, pending: bool) -> None:
        answers = NO_ID_YET if pending else (self.story._answers(step, None) if step != "report" else {})
        self.act(c.Complete, step=step, by=by, answers=answers)

    @rule(step=STEPS, by=PEOPLE)
    def correct(self, step: str, by: Any) -> None:
        self.act(c.Correct, step=step, by=by, answers=self.story._answers(step, None) if step != "report" else {})

    @rule(step=STEPS, by=PEOPLE, to=PEOPLE, member=st.booleans())
    def hand_over(self, step: str, by: Any, to: Any, member: bool) -> None:
        self.act(c.HandOver, step=step, by=by, to=to, to_member=member, why="busy")

    @rule(step=STEPS, by=PEOPLE)
    def take_over(self, step: str, by: Any) -> None:
        self.act(c.TakeOver, step=step, by=by)

    @rule(step=STEPS, by=PEOPLE, minutes=st.sampled_from([2, 5, 10, 7]), why=TEXT)
    def more_time(self, step: str, by: Any, minutes: int, why: str) -> None:
        self.act(c.MoreTime, step=step, by=by, minutes=minutes, why=why)

    @rule(step=STEPS, by=PEOPLE, why=TEXT)
    def skip(self, step: str, by: Any, why: str) -> None:
        self.act(c.Skip, step=step, by=by, why=why)

    @rule(step=STEPS, by=PEOPLE, waive=st.booleans(), text=TEXT)
    def answer(self, step: str, by: Any, waive: bool, text: str) -> None:
        if waive:
            self.act(c.Waive, step=step, by=by, why=text)
        else:
            self.act(c.GiveAnswer, step=step, by=by, answer=text)

    @rule(role=st.sampled_from(list(Role)), by=PEOPLE, to=PEOPLE)
    def assign(self, role: Role, by: Any, to: Any) -> None:
        self.act(c.Assign, role=role, by=by, to=to)

    @rule(by=PEOPLE, text=TEXT, member=st.booleans())
    def note(self, by: Any, text: str, member: bool) -> None:
        self.act(c.Note, by=by, text=text, member=member, occurred_at=self.story.now - timedelta(hours=1))

    @rule(by=PEOPLE, text=TEXT, alarm=st.booleans())
    def close(self, by: Any, text: str, alarm: bool) -> None:
        self.act(c.FalseAlarm if alarm else c.Close, by=by, reason=text)

    @precondition(lambda self: not self.story.incident.is_open)
    @rule(by=PEOPLE)
    def reopen(self, by: Any) -> None:
        self.act(c.Reopen, by=by, reason="again")

    @rule(by=PEOPLE)
    def forward(self, by: Any) -> None:
        self.act(c.Forward, by=by)

    @rule(seconds=st.sampled_from([-3600, -60, 61, 3600, 86400]))
    def somebody_sets_the_clock(self, seconds: int) -> None:
        before = scorecard(self.story.incident).lines
        self.story.set_clock(timedelta(seconds=seconds))
        assert scorecard(self.story.incident).lines == before

    @rule(by=PEOPLE, ts=st.sampled_from(["1.0", "2.0"]), text=TEXT, member=st.booleans())
    def pin(self, by: Any, ts: str, text: str, member: bool) -> None:
        message = {"channel": "C1", "ts": ts}
        self.act(c.Pin, by=by, **message, text=text, posted_at=self.story.now, author=by, member=member)

    @rule(by=PEOPLE, ts=st.sampled_from(["1.0", "2.0"]), text=TEXT, what=st.integers(0, 2))
    def message_changes(self, by: Any, ts: str, text: str, what: int) -> None:
        message = {"channel": "C1", "ts": ts}
        if what == 0:
            self.act(c.Unpin, by=by, **message)
        elif what == 1:
            self.act(c.MessageEdited, by=by, **message, text=text, edited_at=self.story.now)
        else:
            self.act(c.MessageDeleted, by=by, **message)

    @rule(by=PEOPLE)
    def join(self, by: Any) -> None:
        self.act(c.Join, by=by, text="seen too", keys=("other",))

    # --- what always holds

    @invariant()
    def the_state_is_the_fold_of_the_entries(self) -> None:
        if not hasattr(self, "story"):
            return
        folded = fold(self.story.entries)
        assert folded == self.story.incident
        assert scorecard(folded) == scorecard(self.story.incident)

    @invariant()
    def the_chain_holds_and_no_entry_is_lost(self) -> None:
        if not hasattr(self, "story"):
            return
        assert first_break(self.story.entries) is None
        assert self.story.incident.seq == len(self.story.entries)
        assert self.story.incident.head == self.story.entries[-1].hash

    @invariant()
    def a_step_is_completed_at_most_once(self) -> None:
        if not hasattr(self, "story"):
            return
        for step in self.story.incident.steps:
            done = [e for e in self.story.entries if e.step == step.key and e.kind in (Kind.COMPLETED, Kind.SUBMITTED)]
            assert len(done) <= 1

    @invariant()
    def a_running_clock_never_forgets_a_step(self) -> None:
        """A step that is asked for either has a next moment, or a message on its way, or its ladder is at the end."""
        if not hasattr(self, "story") or not self.story.incident.is_open:
            return
        for step in self.story.incident.steps:
            if step.status is StepStatus.WAITING:
                due = next_due(self.story.incident)
                assert due is not None
                assert due <= step.due_at


TestIncident = Incident.TestCase
TestIncident.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
