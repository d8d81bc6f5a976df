"""One entry with the words that its sentence needs."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from playbooks.answers import shown
from playbooks.entries import SYSTEM, Entry
from playbooks.incident import Incident
from playbooks.model import Step
from playbooks.scorecard import span_in_words


def answer_lines(plan: Step, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The answers as (question, answer) in the order of the form; what the form does not know comes last."""
    known = [(field.label, shown(field, answers[field.key])) for field in plan.fields if field.key in answers]
    fields = {field.key for field in plan.fields}
    return known + [(key, str(answers[key])) for key in sorted(answers) if key not in fields]


class Teller:
    """One entry with the words that its sentence needs."""

    def __init__(self, entry: Entry, incident: Incident) -> None:
        self.entry = entry
        self.incident = incident
        self.data = entry.data
        self.text = entry.text
        self.quote = f"“{entry.text}”"
        self.who = self.name(entry.actor.id) if entry.actor.name is None else entry.actor.name

    @property
    def plan(self) -> Step:
        return self.incident.plan(self.entry.on_step)

    @property
    def step(self) -> str:
        return self.step_named(self.entry.on_step)

    def step_named(self, key: str) -> str:
        plan = self.incident.plan(key)
        return f"{plan.mark} {plan.title}"

    def name(self, user: str) -> str:
        return "Quarterdeck" if user == SYSTEM else self.incident.name(user)

    @property
    def awaited(self) -> str:
        pending = self.plan.pending
        label = self.plan.field(pending.field).label if pending else "answer"
        return label if label[1:2].isupper() else label[:1].lower() + label[1:]

    @property
    def why(self) -> str:
        return f": {self.quote}" if self.text else "."

    @property
    def answers(self) -> str:
        lines = answer_lines(self.plan, self.data["answers"])
        return "; ".join(f"{question}: {answer}" for question, answer in lines).rstrip(".")

    @property
    def arrived(self) -> str:
        """`reached Sam Okafor` or `arrived in the alerts channel`, how late, and why."""
        person = self.addressee
        where = f"reached {person}" if person else f"arrived in {self.place}"
        late, repeat = self.data.get("late_why"), self.data.get("maybe_repeat")
        said = f", {span_in_words(timedelta(seconds=self.data['late_s']))} late: {late}" if late else ""
        return where + said + (" (may be a repeat)" if repeat else "") + "."

    @property
    def addressee(self) -> str | None:
        """Whom the message of this entry was for, when it was a direct one."""
        key = str(self.data["surface"])
        return self.name(key.rsplit(":dm:", 1)[1]) if ":dm:" in key else None

    @property
    def place(self) -> str:
        return "the alerts channel" if str(self.data["surface"]).endswith(":alerts") else "the incident channel"
