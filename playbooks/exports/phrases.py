"""Every entry as one human sentence: plain text, whatever people wrote stands in it as it is."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from playbooks.answers import shown
from playbooks.entries import SYSTEM, Entry, Kind, parse_moment
from playbooks.incident import Incident, label_of
from playbooks.model import Role, Step, Trigger
from playbooks.scorecard import span_in_words

PROVENANCE = {"typed": "a person says so", "read_back": "we looked", "vendor": "the vendor did it"}
_SURFACES = {
    "announcement": "the announcement",
    "board": "the board",
    "thread": "what belongs into the announcement's thread",
    "topic": "the topic of the channel",
}


def phrase(entry: Entry, incident: Incident) -> str:
    """What happened, in one sentence; `incident` knows the names and the plan."""
    return _PHRASES[Kind(entry.kind)](_Teller(entry, incident))


def answer_lines(plan: Step, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The answers as (question, answer) in the order of the form; what the form does not know comes last."""
    known = [(field.label, shown(field, answers[field.key])) for field in plan.fields if field.key in answers]
    fields = {field.key for field in plan.fields}
    return known + [(key, str(answers[key])) for key in sorted(answers) if key not in fields]


class _Teller:
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


def _opened(t: _Teller) -> str:
    drill = "Drill. " if t.data["drill"] else ""
    unknown = "" if t.data["membership_verified"] else " Membership unverified."
    label = Trigger(t.data["trigger"]).label
    return f"{drill}{t.who} opened {t.incident.label}: {label}. {t.quote}{unknown}"


def _joined(t: _Teller) -> str:
    keys = "; ".join(str(key["text"]) for key in t.data["keys"])
    more = f" More keys: {keys}." if keys else ""
    return f"{t.who} joined with a report of their own{t.why}{more}"


def _same_key(t: _Teller) -> str:
    return f"The key {t.quote} is under suspicion in {label_of(t.data['other'])} too."


def _due(t: _Teller) -> str:
    if t.data["level"] == "missed":
        return f"{t.step} had come due more than 24 h before."
    nobody = "" if t.data["level"] == "prompt" else "; nobody owns it"
    return f"{t.step} came due{nobody}."


def _unanswered(t: _Teller) -> str:
    level, _, number = str(t.data["level"]).partition(":")
    told = ", ".join(t.name(user) for user in t.data["told"])
    deed = {
        "nudge": "the owner is nudged" + (f", and {told} gets the prompt too" if told else ""),
        "alerts": "the alerts channel is told",
        "reminder": f"reminder {number} follows",
    }.get(level, f"it goes on to {told}" if told else "nobody new is left")
    return f"Nobody has answered {t.step}: {deed}."


def _missed(t: _Teller) -> str:
    steps = ", ".join(t.step_named(key) for key in t.data["steps"])
    return f"More than 24 h overdue when Quarterdeck came back, told in one summary: {steps}."


def _reminded(t: _Teller) -> str:
    return f"Reminder {str(t.data['surface']).split(':')[2]} for {t.step} {t.arrived}"


def _send_failed(t: _Teller) -> str:
    kind = str(t.data["surface"]).split(":")[0]
    about = f"the {kind} for {t.step}" if t.entry.step else _SURFACES.get(kind, f"the {kind} message")
    about += f" to {t.addressee}" if t.addressee else f" in {t.place}" if t.entry.step else ""
    return f"Could not deliver {about} ({t.data['error']}){t.why}{_instead(t)}"


def _announced(t: _Teller) -> str:
    where = f"to {t.addressee}" if t.addressee else "in the alerts channel"
    return f"{t.incident.label} was announced {where}."


def _instead(t: _Teller) -> str:
    """Who got it, when the alerts channel did not take it."""
    users = [key.rpartition(":dm:")[2] for key in t.data.get("instead", ())]
    return f" It goes to {', '.join(t.name(user) for user in users)} by direct message." if users else ""


def _unreachable(t: _Teller) -> str:
    heirs: dict[str | None, list[str]] = {}
    for one in t.data["steps"]:
        heirs.setdefault(one["to"], []).append(t.step_named(one["step"]))
    goes = [f"{t.name(to) if to else 'nobody'} owns {', '.join(steps)} now" for to, steps in heirs.items()]
    more = f": {'; '.join(goes)}" if goes else ""
    return f"{t.name(t.data['user'])} cannot be reached any more ({t.data['error']}){more}{t.why}"


def _removed(t: _Teller) -> str:
    surface, times = str(t.data["surface"]), int(t.data["times"])
    if surface == "pin":
        after = "it is put back" if t.data["anew"] else "it stays off"
        return f"Somebody took the pin off the board; {after}."
    kind = surface.split(":")[0]
    about = f"the {kind} for {t.step}" if t.entry.step else _SURFACES.get(kind, f"the {kind} message")
    again = f" for the {times}th time" if times > 3 else ""
    after = "it is posted again" if t.data["anew"] else "it is not posted again"
    return f"Somebody deleted {about}{again}; {after}."


def _completed(t: _Teller) -> str:
    late = " late" if t.data["late"] else ""
    said = f": {t.answers}" if t.data["answers"] else ""
    return f"{t.who} completed {t.step}{late}{said} ({PROVENANCE.get(t.data['provenance'], t.data['provenance'])})."


def _submitted(t: _Teller) -> str:
    return f"{t.who} completed {t.step}{' late' if t.data['late'] else ''}; the {t.awaited} is still to come."


def _corrected(t: _Teller) -> str:
    what = f" (entry {t.data['corrects']})" if t.data.get("corrects") else ""
    return f"{t.who} corrected the evidence of {t.step}{what}: {t.answers}."


def _taken_over(t: _Teller) -> str:
    former = f" from {t.name(t.data['former'])}" if t.data["former"] else ""
    return f"{t.who} took over {t.step}{former}."


def _handed_over(t: _Teller) -> str:
    return f"{t.who} handed {t.step} over to {t.data.get('to_name') or t.name(t.data['to'])}{t.why}"


def _assigned(t: _Teller) -> str:
    to = t.data.get("to_name") or t.name(t.data["to"])
    steps = ", ".join(t.step_named(key) for key in t.data["steps"])
    return f"{t.who} made {to} {role_in_words(Role(t.data['role']))}" + (f", with {steps}." if steps else ".")


def _closed(t: _Teller) -> str:
    return f"{t.who} closed {t.incident.label}{t.why}"


def _false_alarm(t: _Teller) -> str:
    return f"{t.who} called {t.incident.label} a false alarm{t.why}"


def _export_wanted(t: _Teller) -> str:
    return f"{t.who} asked for the record as {t.data['format']}, as of entry {t.data['as_of_seq']}."


def _exported(t: _Teller) -> str:
    what = f"The record as {t.data['format']}, as of entry {t.data['as_of_seq']},"
    return f"{what} went to {t.name(t.data['to'])}" + (f" as {t.data['file']}." if t.data.get("file") else ".")


def _thread_serves(t: _Teller) -> str:
    missing = "The incident channel is lost" if t.data.get("left") else "There is no incident channel"
    return f"{missing}, so the announcement's thread serves: {t.data['why']} ({t.data['error']})."


def _pinned(t: _Teller) -> str:
    author = t.data.get("author_name") or t.name(t.data["author"])
    return f"{t.who} pinned a message of {author}: {t.quote}"


def _unpinned(t: _Teller) -> str:
    left = "" if t.data["left"] == 0 else f"; {t.data['left']} more pinned it and keep it there"
    return f"{t.who} took the pin off the message of entry {t.data['corrects']}, which stays in the record{left}."


def _edited(t: _Teller) -> str:
    return f"The message of entry {t.data['corrects']} was edited. It says now: {t.quote}"


def _clock_jumped(t: _Teller) -> str:
    by = timedelta(seconds=t.data["by_s"])
    before = f"{parse_moment(t.data['before']):%Y-%m-%d %H:%M:%S} UTC"
    how = "forward" if by > timedelta() else "back"
    told = (
        f"The clock of Quarterdeck's machine was set {how} by {span_in_words(abs(by))}; by the old one it was {before}."
    )
    return f"{told} T0 and all that is due moved with it, so that it comes when it was to come."


def role_in_words(role: Role) -> str:
    """`security lead`."""
    return role.value.replace("_", " ")


_PHRASES: dict[Kind, Callable[[_Teller], str]] = {
    Kind.OPENED: _opened,
    Kind.JOINED: _joined,
    Kind.SAME_KEY: _same_key,
    Kind.CHANNEL_READY: lambda t: f"The incident channel #{t.data['name']} is ready.",
    Kind.CHANNEL_UNUSED: lambda t: f"The channel #{t.data['name']} came too late and is not used.",
    Kind.THREAD_SERVES: _thread_serves,
    Kind.DUE: _due,
    Kind.OVERDUE: lambda t: f"{t.step} is overdue.",
    Kind.UNANSWERED: _unanswered,
    Kind.ASK_DUE: lambda t: f"The {t.awaited} of {t.step} is still missing: time to ask again.",
    Kind.MISSED: _missed,
    Kind.ANNOUNCED: _announced,
    Kind.PROMPTED: lambda t: f"The prompt for {t.step} {t.arrived}",
    Kind.NUDGED: lambda t: f"The nudge for {t.step} {t.arrived}",
    Kind.ESCALATED: lambda t: f"The escalation of {t.step} {t.arrived}",
    Kind.REMINDED: _reminded,
    Kind.ASKED: lambda t: f"The question for the {t.awaited} of {t.step} {t.arrived}",
    Kind.SEND_FAILED: _send_failed,
    Kind.UNREACHABLE: _unreachable,
    Kind.REMOVED: _removed,
    Kind.HINDERED: lambda t: f"From here on something hinders Quarterdeck in Slack{t.why}",
    Kind.UNHINDERED: lambda t: f"This hinders Quarterdeck no more{t.why}",
    Kind.COMPLETED: _completed,
    Kind.SUBMITTED: _submitted,
    Kind.ANSWERED: lambda t: f"{t.who} gave what was still to come for {t.step}: {t.answers}.",
    Kind.WAIVED: lambda t: f"{t.who} waived the {t.awaited} of {t.step}{t.why}",
    Kind.SKIPPED: lambda t: f"{t.who} skipped {t.step}{t.why}",
    Kind.SHELVED: lambda t: f"{t.step} was put aside by the false alarm.",
    Kind.CORRECTED: _corrected,
    Kind.TAKEN_OVER: _taken_over,
    Kind.HANDED_OVER: _handed_over,
    Kind.ASSIGNED: _assigned,
    Kind.MORE_TIME: lambda t: f"{t.who} took {t.data['minutes']} min more for {t.step}{t.why}",
    Kind.NOTE: lambda t: f"{t.who} noted: {t.quote}",
    Kind.PINNED: _pinned,
    Kind.PINNED_TOO: lambda t: f"{t.who} pinned the message of entry {t.data['of']} too.",
    Kind.UNPINNED: _unpinned,
    Kind.MESSAGE_EDITED: _edited,
    Kind.MESSAGE_DELETED: lambda t: f"The message of entry {t.data['corrects']} was deleted in Slack.",
    Kind.REFUSED: lambda t: f"{t.who} was refused: {t.text}",
    Kind.FORWARDED: lambda t: (
        f"{t.who} put the clock of this drill forward by {span_in_words(timedelta(seconds=t.data['by_s']))}."
    ),
    Kind.CLOCK_JUMPED: _clock_jumped,
    Kind.CLOSED: _closed,
    Kind.FALSE_ALARM: _false_alarm,
    Kind.REOPENED: lambda t: f"{t.who} reopened {t.incident.label}{t.why}",
    Kind.EXPORT_WANTED: _export_wanted,
    Kind.EXPORTED: _exported,
    Kind.JOB_FAILED: lambda t: f"The job “{t.data['job']}” failed ({t.data['error']}){t.why}",
}
