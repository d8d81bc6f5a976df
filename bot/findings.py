"""What open incidents have lost in Slack and go on without: their channel, people of theirs, and people of the roster.

`/readyz` names it while it lasts. The record remembers it, so the next start knows it too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.intake import Result
from bot.people import People
from playbooks.incident import Incident

log = structlog.get_logger()
MOST_NAMED = 20  # incidents, or people: who reads it wants to know what is wrong, not each one of a thousand
_ADVICE = "Put somebody else on the roster."


@dataclass(frozen=True, kw_only=True)
class _Lost:
    """What one open incident lost, and what it remembers of whom."""

    label: str
    place: str | None
    gone: Mapping[str, datetime]
    names: Mapping[str, str]
    nobodys: tuple[str, ...]  # the steps without an owner

    @property
    def where(self) -> str:
        return f"{self.label} (nobody owns {', '.join(self.nobodys)})" if self.nobodys else self.label


class Findings:
    """Hears of every commit (`Intake.on_commit`)."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._lost: dict[int, _Lost] = {}
        self._said: set[str] = set()

    def know(self, incidents: Iterable[Incident]) -> None:
        """Incidents that are open at the start; from then on commits tell."""
        for incident in incidents:
            self._keep(incident)

    def committed(self, result: Result) -> None:
        if result.outcome is not None and result.outcome.entries:
            self._keep(result.outcome.incident)

    def _keep(self, incident: Incident) -> None:
        self._lost.pop(incident.number, None)
        if incident.is_open and (incident.home.thread or incident.outside.gone):
            self._lost[incident.number] = _lost(incident)
            self._log(incident)

    def _log(self, incident: Incident) -> None:
        """Once for each person, whatever number of incidents is touched."""
        for user in incident.outside.gone.keys() - self._said:
            self._said.add(user)
            log.warning("somebody of an open incident has no account any more", action="person_gone", person=user)

    @property
    def gone(self) -> set[str]:
        """Those whom open incidents had to do without."""
        return {user for lost in self._lost.values() for user in lost.gone}

    @property
    def sentences(self) -> list[str]:
        """One for each incident without its channel, one for each person without an account."""
        places = [f"{lost.label} {lost.place}" for _, lost in sorted(self._lost.items()) if lost.place]
        return _some(places, "more open incidents have no channel of their own.") + _some(
            [self._of_person(user) for user in sorted(self._missed() | self._people.roster_gone())],
            "more people have no account any more.",
        )

    def _missed(self) -> set[str]:
        return {user for _, lost in sorted(self._lost.items()) for user in lost.gone if self._still(lost, user)}

    def _still(self, lost: _Lost, user: str) -> bool:
        """Until Slack, asked later, says that the account is active again."""
        return not self._people.active_since(user, lost.gone[user])

    def _of_person(self, user: str) -> str:
        missing = [lost for _, lost in sorted(self._lost.items()) if user in lost.gone and self._still(lost, user)]
        names = [self._people.name(user), *(lost.names.get(user) for lost in missing)]
        said = f"{next(filter(None, names), user)} ({user}) has no account any more"
        if missing:
            where = ", ".join(_some([lost.where for lost in missing], "more"))
            said += f"; what was theirs went to the next in the role: {where}"
        return f"{said}. {_ADVICE}"


def _lost(incident: Incident) -> _Lost:
    place = None
    if incident.home.thread:
        where = "a thread with whoever leads" if incident.outside.announced_to else "the thread under its announcement"
        place = f"has no channel of its own: {incident.home.why_thread}. It goes on in {where} until it is closed."
    open_steps = [step for step in incident.steps if step.owner is None and not step.status.ended]
    marks = tuple(incident.plan(step.key).mark for step in open_steps) if incident.outside.gone else ()
    return _Lost(label=incident.label, place=place, gone=incident.outside.gone, names=incident.names, nobodys=marks)


def _some(sentences: list[str], rest: str) -> list[str]:
    more = len(sentences) - MOST_NAMED
    return [*sentences[:MOST_NAMED], f"{more} {rest}"] if more > 0 else sentences
