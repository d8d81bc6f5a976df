"""What a playbook is: the frozen shape of the YAML file, nothing of any one incident.

All durations are minutes from T0 (`at`) or minutes (`within`, `every`), as a person writes them in the file.
`Incident.span` turns them into real time, because only an incident knows its practice speed.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Constraint


class Frozen(BaseModel):
    """A value that never changes after it was made and accepts no key it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Trigger(StrEnum):
    """Why an incident was opened: exactly six (spec: "The fifteen-minute playbook")."""

    KEY_COMMITTED = "key_committed"
    PUBLIC_EXPOSURE = "public_exposure"
    COST_SPIKE = "cost_spike"
    UNEXPECTED_GEOGRAPHY = "unexpected_geography"
    PROMPT_INJECTION = "prompt_injection"
    UNAUTHORIZED_TOOL_USE = "unauthorized_tool_use"

    @property
    def label(self) -> str:
        return TRIGGER_LABELS[self]


TRIGGER_LABELS = {
    Trigger.KEY_COMMITTED: "API key committed to a repository",
    Trigger.PUBLIC_EXPOSURE: "Key exposed in public (scanner alert)",
    Trigger.COST_SPIKE: "Cost spike, 5x or more week over week",
    Trigger.UNEXPECTED_GEOGRAPHY: "API calls from an unexpected place",
    Trigger.PROMPT_INJECTION: "Suspected prompt injection (abuse report)",
    Trigger.UNAUTHORIZED_TOOL_USE: "Unauthorized tool run or file access by Claude Code",
}


class Role(StrEnum):
    """The seats at the table. The roster maps each, bar the detector, to people in order."""

    DETECTOR = "detector"
    SECURITY_LEAD = "security_lead"
    DEV_LEAD = "dev_lead"
    AUDITOR = "auditor"
    RECOVERY_OWNER = "recovery_owner"


class FieldKind(StrEnum):
    TEXT = "text"  # one line
    MULTILINE = "multiline"
    LINES = "lines"  # a list, one line each
    CHOICE = "choice"
    CHOICES = "choices"
    TICK = "tick"
    DATETIME = "datetime"
    DATE = "date"
    LINK = "link"  # http or https


Key = Annotated[str, Constraint(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Minutes = Annotated[float, Constraint(ge=0, le=7 * 24 * 60)]
Duration = Annotated[float, Constraint(gt=0, le=7 * 24 * 60)]
Line = Annotated[str, Constraint(min_length=1, max_length=150)]
Prose = Annotated[str, Constraint(min_length=1, max_length=2000)]


class Option(Frozen):
    value: Key
    label: Annotated[str, Constraint(min_length=1, max_length=75)]  # Slack refuses longer option texts


class Field(Frozen):
    """One question of a step's form.

    `default` is `now`, `t0`, either with an offset (`t0-24h`, `now+90d`), or an option's value.
    `latest` bounds a moment from above in the same grammar; `after` names a field that must lie before this one.
    """

    key: Key
    label: Annotated[str, Constraint(min_length=1, max_length=150)]
    kind: FieldKind = FieldKind.TEXT
    required: bool = True
    hint: Line | None = None
    options: tuple[Option, ...] = ()
    default: Annotated[str, Constraint(pattern=r"^((now|t0)([+-]\d{1,4}[mhd])?|[a-z][a-z0-9_]*)$")] | None = None
    latest: Annotated[str, Constraint(pattern=r"^(now|t0)([+-]\d{1,4}[mhd])?$")] | None = None
    after: Key | None = None


class Pending(Frozen):
    """Lets a step count as done while one answer is still to come ("Submitted, no ID yet")."""

    tick: Key  # the tick that may stand in for the answer
    field: Key  # the answer that is asked for until it is given or waived
    every: Duration = 15.0  # minutes between two asks


class Step(Frozen):
    """One thing that one role must do by a minute, and what it must leave behind."""

    key: Key
    title: Annotated[str, Constraint(min_length=1, max_length=100)]
    at: Minutes
    within: Duration = 2.0
    role: Role
    action: Prose | None = None
    guidance: Prose | None = None
    by_trigger: dict[Trigger, Prose] = {}
    copy_text: Prose | None = None  # a ready-to-copy report; see `COPY_PLACEHOLDERS`
    show_contacts: bool = False
    skip_roles: tuple[Role, ...] = ()  # when given, only these roles may skip the step
    fields: Annotated[tuple[Field, ...], Constraint(max_length=20)] = ()
    pending: Pending | None = None

    @property
    def mark(self) -> str:
        """The minute as people say it: "T+3"."""
        return f"T+{self.at:g}"

    def field(self, key: str) -> Field:
        return next(field for field in self.fields if field.key == key)


class Contact(Frozen):
    name: Line
    how: Line
    verified: bool
    triggers: tuple[Trigger, ...] = ()  # empty: for every trigger


class Playbook(Frozen):
    """An ordered plan. An incident keeps the copy it began with."""

    id: Annotated[str, Constraint(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    title: Line
    provider: Line
    version: Annotated[int, Constraint(ge=1)]
    steps: Annotated[tuple[Step, ...], Constraint(min_length=2, max_length=20)]
    contacts: tuple[Contact, ...] = ()
    watch_words: tuple[Line, ...] = ()
    remind_every: Duration = 5.0
    reminders: Annotated[int, Constraint(ge=0, le=20)] = 6

    def step(self, key: str) -> Step:
        """Raises `KeyError` when this playbook has no such step."""
        for step in self.steps:
            if step.key == key:
                return step
        raise KeyError(key)


COPY_PLACEHOLDERS = frozenset({"incident", "keys", "trigger", "window", "seen"})
