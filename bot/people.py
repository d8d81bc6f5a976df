"""Who is who: the roster file, and what Slack says of a person. Asked with care, since every question costs time."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bot.clock import Clock
from bot.errors import Rejected, SlackTrouble, WrongSettings
from bot.slack.gateway import Gateway
from playbooks.entries import Actor
from playbooks.model import Role

FRESH = timedelta(minutes=5)
PATIENCE_S = 1.5  # of the three seconds that Slack gives an acknowledgement
TICKET_PATIENCE_S = 0.8  # of the same three when a form is still to be opened
_ROLES = [role.value for role in Role if role is not Role.DETECTOR]


@dataclass(frozen=True, kw_only=True)
class Person:
    id: str
    name: str
    active: bool
    member: bool  # a full member of our workspace: no guest, no stranger, no bot


class People:
    """Knows persons for five minutes. The roster holds the reachable ones: active accounts."""

    def __init__(self, gateway: Gateway, clock: Clock, team: str) -> None:
        self._gateway = gateway
        self._clock = clock
        self._team = team
        self._known: dict[str, tuple[datetime, Person]] = {}
        self._roster: dict[Role, tuple[str, ...]] = {}

    async def look_up(self, roster: Mapping[Role, tuple[str, ...]]) -> list[str]:
        """Finds everybody on the roster, by id or e-mail. Sentences for the ones that Slack does not know."""
        everyone = list(dict.fromkeys(ref for refs in roster.values() for ref in refs))
        found = dict(zip(everyone, await asyncio.gather(*(self._find(ref) for ref in everyone)), strict=True))
        self._roster = {
            role: tuple(dict.fromkeys(person.id for ref in refs if (person := found[ref])))
            for role, refs in roster.items()
        }
        return [f"QUARTERDECK_ROSTER: Slack knows nobody as {ref!r}." for ref in everyone if found[ref] is None]

    def roster(self) -> dict[Role, tuple[Actor, ...]]:
        """The people of each role who can be reached, in order."""
        return {
            role: tuple(Actor(id=user, name=self._known[user][1].name) for user in users if self._known[user][1].active)
            for role, users in self._roster.items()
        }

    async def refresh(self) -> None:
        """Asks again about everybody on the roster; whoever cannot be asked about now stays as known."""
        for user in dict.fromkeys(user for users in self._roster.values() for user in users):
            try:
                await self._ask(user)
            except SlackTrouble:
                continue

    def name(self, user: str) -> str | None:
        known = self._known.get(user)
        return known[1].name if known else None

    async def person(self, user: str, patience_s: float = PATIENCE_S) -> Person | None:
        """What Slack says of them, or None when it does not say so in time."""
        known = self._known.get(user)
        if known and self._clock.now() - known[0] < FRESH:
            return known[1]
        try:
            return await asyncio.wait_for(self._ask(user), patience_s)
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
        flags = ("is_bot", "is_restricted", "is_ultra_restricted", "is_stranger", "deleted")
        profile = user.get("profile") or {}
        person = Person(
            id=user["id"],
            name=user.get("real_name") or profile.get("real_name") or user.get("name") or user["id"],
            active=not user.get("deleted"),
            member=not any(user.get(flag) for flag in flags) and user.get("team_id", self._team) == self._team,
        )
        self._known[person.id] = (self._clock.now(), person)
        return person


def read_roster(path: Path | None) -> dict[Role, tuple[str, ...]]:
    """The roster file. Raises `WrongSettings` with every problem."""
    if path is None:
        return {}
    try:
        data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise WrongSettings(f"QUARTERDECK_ROSTER: {path} cannot be read ({reason}).") from None
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise WrongSettings(f"QUARTERDECK_ROSTER: {path}{where} is not YAML. Write role: [people].") from None
    if not isinstance(data, dict):
        raise WrongSettings(
            f"QUARTERDECK_ROSTER: {path} must map roles to people, for example dev_lead: [dev@example.com]."
        )
    problems = [problem for role, people in data.items() for problem in _roster_problems(path, role, people)]
    if problems:
        raise WrongSettings(*problems)
    return {Role(role): tuple(people) for role, people in data.items()}


def _roster_problems(path: Path, role: object, people: object) -> list[str]:
    if role not in _ROLES:
        return [f"QUARTERDECK_ROSTER: {path} names the role {role!r}; there are {', '.join(_ROLES)}."]
    if not isinstance(people, list) or not all(isinstance(person, str) and person.strip() for person in people):
        return [f"QUARTERDECK_ROSTER: {path}, {role}: expected a list of Slack user ids or e-mail addresses."]
    return []
