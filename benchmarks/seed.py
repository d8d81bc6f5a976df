"""Open incidents as they would be in the middle of their fifteen minutes, with the messages that would be there.

The rules make every state and entry; only the time is told, and what Slack would have shown is noted as shown. Steps
that were due before the measuring begins were prompted and completed within half a minute, so nothing but the prompts
that fall due is left to send.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from benchmarks.processes import Slack
from playbooks import commands as c
from playbooks.answers import defaults
from playbooks.entries import Actor, Entry, parse_moment
from playbooks.incident import Incident
from playbooks.ladder import channel_key, prompt_key
from playbooks.loader import load_all
from playbooks.machine import advance, open_incident
from playbooks.model import Field, FieldKind, Role, Step, Trigger
from playbooks.outcome import Job, Outcome, Surface
from storage.engine import open_engine
from storage.migrations import migrate
from storage.sql_store import SqlStore, open_store
from storage.store import Tx

CHUNK = 50
PLAYBOOK = load_all(None)["key-leak"]
_SHOWN = """
    UPDATE surfaces SET shown = wanted, attempted_at = wanted_at, ts = '1700000000.' || id,
    channel = CASE place WHEN 'incident' THEN (SELECT channel FROM incidents
    WHERE incidents.team = surfaces.team AND incidents.number = surfaces.number) ELSE 'D' || place END
    WHERE shown < wanted
"""
# With the team, or each of them would be searched for in all surfaces.
_BOARD = "UPDATE surfaces SET ts = :ts WHERE team = :team AND number = :number AND key = 'board'"
_FIRST_OPTION = (FieldKind.CHOICE, FieldKind.CHOICES)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`count` incidents from number `first` on, their T0 evenly over `spread` before `begin`; what was due is done."""

    count: int
    begin: datetime
    spread: timedelta = timedelta(minutes=15)
    speed: float = 1.0
    first: int = 1

    @property
    def numbers(self) -> range:
        return range(self.first, self.first + self.count)

    def t0(self, position: int) -> datetime:
        return self.begin - self.spread * ((position + 0.5) / self.count)


class History:
    """One incident, told from its opening to `plan.begin`."""

    def __init__(self, number: int, plan: Plan, team: str, roster: dict[Role, tuple[Actor, ...]], channel: str) -> None:
        self._facts: dict[str, Any] = {"team": team, "source_id": ""}
        self.number, self._plan = number, plan
        self.entries: list[Entry] = []
        self.surfaces: dict[str, Surface] = {}
        self.jobs: list[Job] = []
        t0 = plan.t0(number - plan.first)
        first = c.Open(
            **self._facts,
            at=t0,
            by=Actor(id=roster[Role.SECURITY_LEAD][0].id),
            text="A key in a public gist",
            trigger=Trigger.KEY_COMMITTED,
            keys=(f"key of service {number}",),
            noticed_at=t0,
        )
        opened = open_incident(first, number=number, playbook=PLAYBOOK, roster=roster, speed=plan.speed)
        assert isinstance(opened, Outcome)
        self._take(opened)
        self._go(c.ChannelReady, t0, channel=channel, name=f"inc-{number:04d}")
        self._go(c.Posted, t0, surface="announcement")
        for step in opened.incident.steps:
            if step.due_at <= plan.begin and step.done_at is None:
                self._pass(step.key, step.owner or "", step.due_at)

    def close(self, by: Actor, at: datetime) -> None:
        self._go(c.Close, at, by=by, reason="The key is revoked and nothing was found")

    def _pass(self, step: str, owner: str, due: datetime) -> None:
        """Prompted in both places, then completed."""
        self._go(c.Tick, due)
        for key in (prompt_key(step, owner), channel_key(step)):
            self._go(c.Posted, due, surface=key)
        done = min(due + timedelta(seconds=30), self._plan.begin)
        answers = answers_for(PLAYBOOK.step(step), t0=self.last.incident.t0, now=done)
        self._go(c.Complete, done, by=Actor(id=owner), step=step, answers=answers)

    def _go(self, kind: type[c.OnIncident], at: datetime, **facts: Any) -> None:
        self._take(advance(self.last.incident, kind(**self._facts, at=at, number=self.number, **facts)))

    def _take(self, outcome: Outcome) -> None:
        self.last = outcome
        self.entries += outcome.entries
        self.surfaces |= {surface.key: surface for surface in outcome.surfaces}
        self.jobs += outcome.jobs

    @property
    def whole(self) -> Outcome:
        """Everything as one outcome, without the deeds, which the seeding did itself."""
        return replace(self.last, entries=tuple(self.entries), surfaces=tuple(self.surfaces.values()), jobs=())


def answers_for(step: Step, *, t0: datetime, now: datetime) -> dict[str, Any]:
    """What a person in a hurry would answer."""
    given = dict(_answers(step.fields))
    prefilled = {key: _typed(value) for key, value in defaults(step, t0=t0, now=now).items()}
    return {**given, **prefilled}


def _answers(fields: tuple[Field, ...]) -> Iterator[tuple[str, Any]]:
    for field in fields:
        if field.kind in _FIRST_OPTION:
            value = field.options[0].value
            yield field.key, [value] if field.kind is FieldKind.CHOICES else value
        elif field.kind in (FieldKind.TEXT, FieldKind.MULTILINE, FieldKind.LINES):
            yield field.key, "as agreed"


def _typed(value: Any) -> Any:
    """Moments as the form's reader gives them."""
    return parse_moment(value) if isinstance(value, str) and value.endswith("Z") else value


async def seed(slack: Slack, url: str, plan: Plan) -> list[Incident]:
    """Makes channels and boards in the workspace and the incidents in a new database at `url`."""
    migrate(url)
    store = open_store(url)
    try:
        roster, channels = await roster_of(slack), await _channels(slack, plan.numbers)
        team = slack.facts["team_id"]
        histories = [History(number, plan, team, roster, channels[number]) for number in plan.numbers]
        boards = []
        for start in range(0, plan.count, CHUNK):
            boards += await _keep(store, slack, histories[start : start + CHUNK])
    finally:
        await store.close()
    await asyncio.to_thread(show, url, boards)
    return [history.last.incident for history in histories]


async def roster_of(slack: Slack) -> dict[Role, tuple[Actor, ...]]:
    """Who sits where, as Slack knows them."""
    actors = {}
    for email in {email for emails in slack.facts["roster"].values() for email in emails}:
        user = (await slack.call("users.lookupByEmail", email=email))["user"]
        actors[email] = Actor(id=user["id"], name=user["real_name"])
    return {Role(role): tuple(actors[email] for email in emails) for role, emails in slack.facts["roster"].items()}


async def _channels(slack: Slack, numbers: range) -> dict[int, str]:
    async def make(number: int) -> tuple[int, str]:
        made = await slack.call("conversations.create", name=f"inc-{number:04d}-key-committed", is_private=True)
        return number, made["channel"]["id"]

    found = []
    for start in range(0, len(numbers), CHUNK):
        found += await asyncio.gather(*(make(number) for number in numbers[start : start + CHUNK]))
    return dict(found)


async def _keep(store: SqlStore, slack: Slack, histories: list[History]) -> list[dict[str, Any]]:
    """Where their boards are; they are there really, because they go on being updated."""

    def commit(tx: Tx) -> None:
        for history in histories:
            tx.commit(history.whole, source_id="", now=history.last.incident.t0)

    await store.transact(commit)
    return list(await asyncio.gather(*(_board(slack, history) for history in histories)))


async def _board(slack: Slack, history: History) -> dict[str, Any]:
    posted = await slack.call("chat.postMessage", channel=history.last.incident.home.channel, text="The board")
    return {"team": slack.facts["team_id"], "number": history.number, "ts": posted["ts"]}


def show(url: str, boards: list[dict[str, Any]]) -> None:
    """Everything that was wanted is there."""
    engines = open_engine(url)
    with engines.writer.begin() as connection:
        connection.execute(text(_SHOWN))
        if boards:
            connection.execute(text(_BOARD), boards)
    engines.dispose()
