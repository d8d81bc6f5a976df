"""Who is who: what Slack says of a person, and of everybody on the roster. Every question costs time."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.clock import Clock
from bot.errors import Limited, Rejected, SlackTrouble
from bot.pacing import HOUSEKEEPING
from bot.slack.gateway import Gateway
from playbooks.entries import Actor
from playbooks.model import Role
from playbooks.roster import Lists

FRESH = timedelta(minutes=5)
_NEVER = datetime.min.replace(tzinfo=UTC)
PATIENCE_S = 1.5  # of the three seconds that Slack gives an acknowledgement
TICKET_PATIENCE_S = 0.8  # of the same three when a form is still to be opened


_ELSEWHERE = "belongs to another organisation"
_GUEST = "is a guest"
_FLAWS = {
    "deleted": "is deactivated",
    "is_bot": "is an app",
    "is_stranger": _ELSEWHERE,
    "is_restricted": _GUEST,
    "is_ultra_restricted": _GUEST,
}
_SLACKBOT = "USLACKBOT"  # which users.info does not call a bot


@dataclass(frozen=True, kw_only=True)
class Person:
    id: str
    name: str
    active: bool
    flaw: str | None = None  # why this is no full member of our workspace

    @property
    def member(self) -> bool:
        """A full member of our workspace: no guest, no stranger, no bot, not deactivated."""
        return self.flaw is None

    @property
    def reachable(self) -> bool:
        """Has an active account in our workspace, be it a guest's. Presence is not asked."""
        return self.flaw in (None, _GUEST)


def _person_or_raise(answer: Person | BaseException | None) -> Person | None:
    """All are asked to the end before the first trouble is told, so that none is left behind."""
    if isinstance(answer, BaseException):
        raise answer
    return answer


class People:
    """Knows persons for five minutes. Of the roster those count who can be reached: active accounts."""

    def __init__(self, gateway: Gateway, clock: Clock, team: str) -> None:
        self._gateway = gateway
        self._clock = clock
        self._team = team
        self._known: dict[str, tuple[datetime, Person]] = {}
        self._roster: dict[Role, tuple[str, ...]] = {}
        self._ids: dict[str, str] = {}  # how the roster names somebody → their user id

    async def look_up(self, lists: Lists) -> list[str]:
        """Takes `lists` as the roster. Asks for whoever is not known yet, by id or e-mail; gives those that Slack does
        not know either. Raises `SlackTrouble` when it cannot be asked; the roster is then the one before."""
        unknown = [ref for ref in _everybody(lists) if ref not in self._ids and ref not in self._known]
        answers = await asyncio.gather(*(self._find(ref) for ref in unknown), return_exceptions=True)
        found = {ref: _person_or_raise(answer) for ref, answer in zip(unknown, answers, strict=True)}
        self._ids |= {ref: person.id for ref, person in found.items() if person}
        self.take(lists)
        return [ref for ref, person in found.items() if person is None]

    def take(self, lists: Lists) -> None:
        """The same with nobody asked for."""
        self._ids |= {ref: ref for ref in _everybody(lists) if ref in self._known}
        self._roster = dict(lists)

    def roster(self) -> dict[Role, tuple[Actor, ...]]:
        """The people of each role who can be reached, in order."""
        found: dict[Role, tuple[Actor, ...]] = {}
        reachable = self.reachable()
        for role, refs in self._roster.items():
            users = dict.fromkeys(reachable[ref] for ref in refs if ref in reachable)
            found[role] = tuple(Actor(id=user, name=self.name(user)) for user in users)
        return found

    def reachable(self) -> dict[str, str]:
        """How the roster names somebody who can be reached → their user id."""
        named = {ref: self.named(ref) for ref in _everybody(self._roster)}
        return {ref: person.id for ref, person in named.items() if person and person.reachable}

    def named(self, ref: str) -> Person | None:
        """Whom the roster means; None for somebody whom Slack does not know."""
        known = self._known.get(self._ids.get(ref, ref))
        return known[1] if known else None

    def named_all(self, refs: Iterable[str]) -> list[tuple[str, Person | None]]:
        return [(ref, self.named(ref)) for ref in refs]

    async def refresh(self, also: Iterable[str] = ()) -> None:
        """Asks again about everybody on the roster, and `also` these, whom it has not asked about for longest first.

        Whoever cannot be asked about now stays as known; at a limit the rest waits for the next time.
        """
        gateway = self._gateway.at(HOUSEKEEPING)
        roster = [self._ids[ref] for ref in _everybody(self._roster) if ref in self._ids]
        for user in sorted(dict.fromkeys([*roster, *sorted(also)]), key=self._asked_at):
            try:
                self._keep(await gateway.user(user))
            except Limited:
                return
            except SlackTrouble:
                continue

    def _asked_at(self, user: str) -> datetime:
        known = self._known.get(user)
        return known[0] if known else _NEVER

    def gone(self) -> set[str]:
        """Those known to have no account any more."""
        return {user for user, (_, person) in self._known.items() if not person.active}

    def roster_gone(self) -> set[str]:
        """Those of the roster among them."""
        return {person.id for _, person in self.named_all(_everybody(self._roster)) if person and not person.active}

    def active_since(self, user: str, moment: datetime) -> bool:
        """Whether Slack, asked after `moment`, says that they have an account."""
        known = self._known.get(user)
        return known is not None and known[1].active and known[0] > moment

    def name(self, user: str) -> str | None:
        known = self._known.get(user)
        return known[1].name if known else None

    async def person(self, user: str, patience_s: float = PATIENCE_S) -> Person | None:
        """What Slack says of them, or None when it does not say so in time."""
        known = self._known.get(user)
        if known and self._clock.now() - known[0] < FRESH:
            return known[1]
        try:
            async with asyncio.timeout(patience_s):
                return await self._ask(user)
        except (SlackTrouble, TimeoutError):
            return known[1] if known else None

    async def may_open(self, user: str, team: str | None, patience_s: float = PATIENCE_S) -> bool | None:
        """Whether this is a full member; None when it cannot be looked up but `team`, the person's own, is ours."""
        person = await self.person(user, patience_s)
        if person is not None:
            return person.member
        return None if team == self._team else False

    async def _find(self, ref: str) -> Person | None:
        try:
            if "@" not in ref:
                return await self._ask(ref)
            return self._keep(await self._gateway.user_by_email(ref))
        except Rejected as error:
            if error.error in ("users_not_found", "user_not_found", "user_not_visible"):
                return None
            raise

    async def _ask(self, user: str) -> Person:
        return self._keep(await self._gateway.user(user))

    def _keep(self, user: dict[str, Any]) -> Person:
        profile = user.get("profile") or {}
        person = Person(
            id=user["id"],
            name=user.get("real_name") or profile.get("real_name") or user.get("name") or user["id"],
            active=not user.get("deleted"),
            flaw=flaw_of(user, self._team),
        )
        self._known[person.id] = (self._clock.now(), person)
        return person


def flaw_of(user: Mapping[str, Any], team: str) -> str | None:
    """Why this is no full member of `team`. https://docs.slack.dev/reference/objects/user-object"""
    if user["id"] == _SLACKBOT:
        return _FLAWS["is_bot"]
    ours = user.get("team_id", team) == team
    return next((flaw for flag, flaw in _FLAWS.items() if user.get(flag)), None if ours else _ELSEWHERE)


def _everybody(lists: Lists) -> list[str]:
    return list(dict.fromkeys(ref for refs in lists.values() for ref in refs))
