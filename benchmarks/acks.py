"""How long an act waits for its acknowledgement, beside a bare Bolt app that gets the same acts in the same run.

An act is a request as Slack sends it, signed, over connections that are open already. Half of the acts are notes
(`/incident note`), half are steps completed (the form's submission), each on an incident of its own. People who act
at once send at the same instant; the next volley leaves when all are answered and a moment has passed.
"""

import asyncio
import hashlib
import hmac
import itertools
import json
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp

from benchmarks.processes import Slack, bare_app, bot, slack
from benchmarks.seed import Plan, answers_for, seed
from benchmarks.table import Row, percentile, spread
from playbooks.incident import Incident
from playbooks.model import Field, FieldKind

VOLLEYS = 20
PAUSE_S = 0.5  # people need longer than that; the courier has the time to follow


@dataclass(kw_only=True)
class Times:
    """Milliseconds until the acknowledgement, of the product and of the bare app; `slowest` is ours of each volley."""

    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    slowest: list[float] = field(default_factory=list)
    cpu_ms: float = 0.0  # of the bot, for one act and everything that follows from it


class Load:
    """People who act. `incidents` must be open, each step of each is completed once at most."""

    def __init__(self, slack: Slack, incidents: list[Incident], ours: str, bare: str) -> None:
        self._secret = slack.facts["signing_secret"].encode()
        self._team = slack.facts["team_id"]
        self._urls = {"ours": f"{ours}/slack/events", "bare": f"{bare}/slack/events"}
        self._ids = itertools.count(1)
        self._notes = itertools.cycle(incidents)
        steps = [step.key for step in incidents[0].playbook.steps if step.fields]
        self._completions = iter([(incident, step) for step in steps for incident in incidents])

    async def volleys(self, people: int, count: int) -> Times:
        """`count` times `people` at once, at the product and at the bare app by turns."""
        times = Times()
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as http:
            for turn in range(-1, count):
                bodies = list(itertools.islice(self._bodies(), people))
                for name, kept in (("bare", times.bare), ("ours", times.ours)):
                    spent = await asyncio.gather(*(self._act(http, name, body) for body in bodies))
                    if turn >= 0:  # the first volley opens the connections
                        kept += spent
                    await asyncio.sleep(PAUSE_S if people > 1 else 0.02)
        times.slowest = [max(times.ours[start : start + people]) for start in range(0, len(times.ours), people)]
        return times

    def _bodies(self) -> Iterator[str]:
        for incident, step in self._completions:
            yield self._completion(incident, step)
            yield self._note(next(self._notes))

    def _note(self, incident: Incident) -> str:
        lead = incident.everyone[0]
        ticket = f"{next(self._ids)}.{time.time_ns()}"
        text = f"note {incident.label} The key was in a public gist since this morning"
        facts = {"team_id": self._team, "channel_id": "C0", "user_id": lead, "command": "/incident", "text": text}
        return urlencode({**facts, "trigger_id": ticket, "api_app_id": "A0", "response_url": "http://localhost/"})

    def _completion(self, incident: Incident, step: str) -> str:
        plan = incident.plan(step)
        answers = answers_for(plan, t0=incident.t0, now=incident.t0)
        fields = [one for one in plan.fields if one.key in answers]
        view = {
            "id": f"V{next(self._ids)}",
            "type": "modal",
            "callback_id": "form_complete",
            "private_metadata": json.dumps({"number": incident.number, "step": step}),
            "blocks": [{"type": "input", "block_id": f"in:{one.key}"} for one in plan.fields],
            "state": {"values": {f"in:{one.key}": {one.key: _element(one, answers[one.key])} for one in fields}},
        }
        user = {"id": incident.step(step).owner, "team_id": self._team}
        payload = {"type": "view_submission", "team": {"id": self._team}, "user": user, "view": view}
        return urlencode({"payload": json.dumps(payload)})

    async def _act(self, http: aiohttp.ClientSession, name: str, body: str) -> float:
        headers = {**self._signature(body), "Content-Type": "application/x-www-form-urlencoded"}
        started = time.perf_counter()
        async with http.post(self._urls[name], data=body, headers=headers) as answer:
            text = await answer.text()
        spent = (time.perf_counter() - started) * 1000
        if answer.status != 200 or (name == "ours" and not _accepted(body, text)):
            raise RuntimeError(f"{name} answered {answer.status} {text[:300]}")
        return spent

    def _signature(self, body: str) -> dict[str, str]:
        stamp = str(int(time.time()))
        digest = hmac.new(self._secret, f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def _accepted(act: str, answer: str) -> bool:
    """A note is answered with a sentence, an accepted form with nothing."""
    return "Noted" in answer if act.startswith("team_id") else not answer


def _element(field: Field, answer: Any) -> dict[str, Any]:
    """The answer as Slack reports it."""
    match field.kind:
        case FieldKind.CHOICE:
            return {"type": "radio_buttons", "selected_option": {"value": answer}}
        case FieldKind.CHOICES:
            return {"type": "checkboxes", "selected_options": [{"value": value} for value in answer]}
        case FieldKind.DATETIME:
            return {"type": "datetimepicker", "selected_date_time": int(answer.timestamp())}
        case FieldKind.DATE:
            return {"type": "datepicker", "selected_date": answer}
        case _:
            return {"type": "plain_text_input", "value": answer}


async def measure(folder: Path) -> list[Row]:
    """One at a time, then 50 at once."""
    async with slack() as workspace:
        url = f"sqlite:///{folder / 'acks.db'}"
        incidents = await seed(workspace, url, Plan(count=200, begin=datetime.now(UTC), spread=timedelta(seconds=60)))
        async with (
            bare_app(workspace.facts["signing_secret"], folder) as bare,
            bot(workspace, url, folder, mode="http") as running,
        ):
            idle = running.mb()
            load = Load(workspace, incidents, running.http, bare.http)
            alone = await load.volleys(1, 200)
            cpu = running.cpu_s()
            many = await load.volleys(50, VOLLEYS)
            many.cpu_ms = (running.cpu_s() - cpu) * 1000 / (50 * (VOLLEYS + 1))
            after, bare_mb = running.mb(), bare.mb()
    return [
        *ack_rows("one at a time", alone),
        *ack_rows("50 at once", many, promise_ms=100),
        Row(what="Memory, idle", promise="< 150 MB", figure=f"{idle:.0f} MB", kept=idle < 150),
        Row(
            what="Memory, after 1,200 acts",
            promise="< 150 MB",
            figure=f"{after:.0f} MB; the bare app {bare_mb:.0f}: {after / bare_mb:.1f} x",
            kept=after < 150,
        ),
    ]


def ack_rows(how: str, times: Times, promise_ms: float | None = None) -> Iterator[Row]:
    ours, bare = percentile(times.ours, 99), percentile(times.bare, 99)
    yield Row(
        what=f"Acts acknowledged, {how}, p99",
        promise=f"{promise_ms:g} ms" if promise_ms else "",
        figure=spread(times.ours),
        kept=ours <= promise_ms if promise_ms else None,
    )
    if promise_ms:
        volley = f"{statistics.median(times.slowest):.1f} ms; {times.cpu_ms:.1f} ms of processor time an act"
        yield Row(what="The slowest of 50 in the median volley", promise="", figure=volley)
    ratio = statistics.median(times.ours) / statistics.median(times.bare)
    yield Row(
        what=f"The same acts at a bare Bolt app, {how}",
        promise="",
        figure=f"{spread(times.bare)}; we take {ratio:.1f} x its median, {ours / bare:.1f} x its p99",
    )
