"""Every entry as one human sentence: plain text, whatever people wrote stands in it as it is."""

from collections.abc import Callable
from datetime import timedelta

from playbooks.entries import Entry, Kind, parse_moment
from playbooks.exports.phrases_away import removed, send_failed, thread_serves, unreachable
from playbooks.exports.teller import Teller
from playbooks.incident import Incident, label_of
from playbooks.model import Role, Trigger
from playbooks.scorecard import span_in_words

PROVENANCE = {"typed": "a person says so", "read_back": "we looked", "vendor": "the vendor did it"}


def phrase(entry: Entry, incident: Incident) -> str:
    """What happened, in one sentence; `incident` knows the names and the plan."""
    return _PHRASES[Kind(entry.kind)](Teller(entry, incident))


def _opened(t: Teller) -> str:
    drill = "Drill. " if t.data["drill"] else ""
    unknown = "" if t.data["membership_verified"] else " Membership unverified."
    label = Trigger(t.data["trigger"]).label
    return f"{drill}{t.who} opened {t.incident.label}: {label}. {t.quote}{unknown}"


def _joined(t: Teller) -> str:
    keys = "; ".join(str(key["text"]) for key in t.data["keys"])
    more = f" More keys: {keys}." if keys else ""
    return f"{t.who} joined with a report of their own{t.why}{more}"


def _same_key(t: Teller) -> str:
    return f"The key {t.quote} is under suspicion in {label_of(t.data['other'])} too."


def _due(t: Teller) -> str:
    if t.data["level"] == "missed":
        return f"{t.step} had come due more than 24 h before."
    nobody = "" if t.data["level"] == "prompt" else "; nobody owns it"
    return f"{t.step} came due{nobody}."


def _unanswered(t: Teller) -> str:
    level, _, number = str(t.data["level"]).partition(":")
    told = ", ".join(t.name(user) for user in t.data["told"])
    deed = {
        "nudge": "the owner is nudged" + (f", and {told} gets the prompt too" if told else ""),
        "alerts": "the alerts channel is told",
        "reminder": f"reminder {number} follows",
    }.get(level, f"it goes on to {told}" if told else "nobody new is left")
    return f"Nobody has answered {t.step}: {deed}."


def _missed(t: Teller) -> str:
    steps = ", ".join(t.step_named(key) for key in t.data["steps"])
    return f"More than 24 h overdue when Quarterdeck came back, told in one summary: {steps}."


def _reminded(t: Teller) -> str:
    return f"Reminder {str(t.data['surface']).split(':')[2]} for {t.step} {t.arrived}"


def _announced(t: Teller) -> str:
    where = f"to {t.addressee}" if t.addressee else "in the alerts channel"
    return f"{t.incident.label} was announced {where}."


def _completed(t: Teller) -> str:
    late = " late" if t.data["late"] else ""
    said = f": {t.answers}" if t.data["answers"] else ""
    return f"{t.who} completed {t.step}{late}{said} ({PROVENANCE.get(t.data['provenance'], t.data['provenance'])})."


def _submitted(t: Teller) -> str:
    return f"{t.who} completed {t.step}{' late' if t.data['late'] else ''}; the {t.awaited} is still to come."


def _corrected(t: Teller) -> str:
    what = f" (entry {t.data['corrects']})" if t.data.get("corrects") else ""
    return f"{t.who} corrected the evidence of {t.step}{what}: {t.answers}."


def _taken_over(t: Teller) -> str:
    former = f" from {t.name(t.data['former'])}" if t.data["former"] else ""
    return f"{t.who} took over {t.step}{former}."


def _handed_over(t: Teller) -> str:
    return f"{t.who} handed {t.step} over to {t.data.get('to_name') or t.name(t.data['to'])}{t.why}"


def _assigned(t: Teller) -> str:
    to = t.data.get("to_name") or t.name(t.data["to"])
    steps = ", ".join(t.step_named(key) for key in t.data["steps"])
    return f"{t.who} made {to} {role_in_words(Role(t.data['role']))}" + (f", with {steps}." if steps else ".")


def _closed(t: Teller) -> str:
    return f"{t.who} closed {t.incident.label}{t.why}"


def _false_alarm(t: Teller) -> str:
    return f"{t.who} called {t.incident.label} a false alarm{t.why}"


def _export_wanted(t: Teller) -> str:
    return f"{t.who} asked for the record as {t.data['format']}, as of entry {t.data['as_of_seq']}."


def _exported(t: Teller) -> str:
    what = f"The record as {t.data['format']}, as of entry {t.data['as_of_seq']},"
    return f"{what} went to {t.name(t.data['to'])}" + (f" as {t.data['file']}." if t.data.get("file") else ".")


def _pinned(t: Teller) -> str:
    author = t.data.get("author_name") or t.name(t.data["author"])
    return f"{t.who} pinned a message of {author}: {t.quote}"


def _unpinned(t: Teller) -> str:
    left = "" if t.data["left"] == 0 else f"; {t.data['left']} more pinned it and keep it there"
    return f"{t.who} took the pin off the message of entry {t.data['corrects']}, which stays in the record{left}."


def _edited(t: Teller) -> str:
    return f"The message of entry {t.data['corrects']} was edited. It says now: {t.quote}"


def _clock_jumped(t: Teller) -> str:
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


_PHRASES: dict[Kind, Callable[[Teller], str]] = {
    Kind.OPENED: _opened,
    Kind.JOINED: _joined,
    Kind.SAME_KEY: _same_key,
    Kind.CHANNEL_READY: lambda t: f"The incident channel #{t.data['name']} is ready.",
    Kind.CHANNEL_UNUSED: lambda t: f"The channel #{t.data['name']} came too late and is not used.",
    Kind.THREAD_SERVES: thread_serves,
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
    Kind.SEND_FAILED: send_failed,
    Kind.UNREACHABLE: unreachable,
    Kind.REMOVED: removed,
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
