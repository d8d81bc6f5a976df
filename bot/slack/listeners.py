"""What every listener needs, and the small things they share."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from bot import wording
from bot.clock import Clock
from bot.errors import SlackTrouble
from bot.homes import Homes
from bot.intake import Intake
from bot.losses import Losses
from bot.masking import Masker
from bot.people import PATIENCE_S, TICKET_PATIENCE_S, People
from bot.places import Places
from bot.rosters import Rosters
from bot.slack import forms
from bot.slack.gateway import Gateway
from bot.slack.whispers import Whispers
from bot.troubles import TOKEN_REFUSED
from playbooks.access import Act
from playbooks.commands import Try
from playbooks.entries import Actor
from playbooks.errors import Refused
from playbooks.incident import Incident
from playbooks.model import Trigger
from playbooks.objections import ONLY_MEMBERS_OPEN, objection
from storage.store import Store

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Watching:
    """What makes an alert: words that count, and senders whose messages open an incident at once."""

    words: tuple[str, ...] = ()
    auto_open: Mapping[str, Trigger] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The parts that a listener may use."""

    store: Store
    intake: Intake
    gateway: Gateway
    people: People
    rosters: Rosters
    homes: Homes
    masker: Masker
    clock: Clock
    places: Places
    losses: Losses
    watching: Watching
    whispers: Whispers
    team: str
    bot_user: str  # who we are ourselves, as a user and as a bot
    bot_id: str
    pressed: Callable[[str, str], None]  # tells the courier which message somebody looks at

    def actor(self, body: Mapping[str, Any]) -> Actor:
        """Who did it, with the name if it is known without asking."""
        user = str((body.get("user") or {}).get("id") or body.get("user_id") or "")
        return Actor(id=user, name=self.people.name(user))

    def about(self, body: Mapping[str, Any], source_id: str, number: int | None = None) -> dict[str, Any]:
        """The part that every command has in common."""
        facts = {"team": self.team, "at": self.clock.now(), "by": self.actor(body), "source_id": source_id}
        return facts if number is None else {**facts, "number": number}

    async def open_view(self, body: Mapping[str, Any], view: Mapping[str, Any]) -> str:
        """Opens a form or notice. When Slack refuses (the ticket ran out), a direct message leads to it.

        When that cannot be sent now either, the person reads so at once: a command's answer is what is given back.
        """
        try:
            await self.gateway.open_view(str(body.get("trigger_id") or ""), view)
        except SlackTrouble as error:
            log.warning("a form could not be opened", action="form_refused", why=str(error))
            await self.leave_door(
                self.actor(body).id, view, str(body.get("trigger_id") or self.clock.now().timestamp())
            )
            return self._instead(body, view, error)
        return ""

    def _instead(self, body: Mapping[str, Any], view: Mapping[str, Any], error: SlackTrouble) -> str:
        """Said by a way that takes no token; nothing where the direct message comes soon."""
        refused = error.error in TOKEN_REFUSED
        if not (refused or error.silent):
            return ""
        text = wording.later(*forms.title_and_notice(view), refused=refused)
        text, _ = self.masker.text(text)
        if not body.get("command"):
            self.whispers.say(body, text)
        return text

    async def leave_door(self, user: str, view: Mapping[str, Any], ticket: str) -> None:
        """A direct message with a button that opens `view`; it stays until it is pressed."""
        payload, _ = self.masker.whole({"view": dict(view)})
        now = self.clock.now()
        await self.store.transact(lambda tx: tx.want(self.team, f"door:{ticket}", f"dm:{user}", payload, now))
        self.intake.stir()

    async def refused(
        self, body: Mapping[str, Any], incident: Incident, act: Act, step: str | None, *, member: bool = False
    ) -> bool:
        """Checks a press that would open a form. A refusal shows its notice first, since the ticket lives three
        seconds, and then becomes an entry."""
        refused = objection(incident, act, self.actor(body).id, step, member=member)
        if refused is None:
            return False
        await self.notice(body, refused)
        about = self.about(body, press_id(body), incident.number)
        await self.intake.submit(Try(**about, act=act.value, step=step, member=member))
        return True

    async def may_open(self, body: Mapping[str, Any], patience_s: float = PATIENCE_S) -> bool | None:
        """Whether the person is a full member, by their own workspace and not by that of the request."""
        user = body.get("user") or {}
        team = user.get("team_id") or body.get("team_id") or (body.get("team") or {}).get("id")
        return await self.people.may_open(self.actor(body).id, team, patience_s)

    async def only_members(self, body: Mapping[str, Any]) -> Refused | None:
        """Why the form of a report is not opened for this person; None also when nobody can say in time."""
        return ONLY_MEMBERS_OPEN if await self.may_open(body, TICKET_PATIENCE_S) is False else None

    async def in_channel(self, incident: Incident, user: str) -> bool:
        """Whether Slack says now that `user` is in the incident's channel; no when it does not say so in time."""
        if incident.home.channel is None:
            return False
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._among_members(incident.home.channel, user)
        except (SlackTrouble, TimeoutError):
            return False

    async def _among_members(self, channel: str, user: str) -> bool:
        cursor = None
        while True:
            page = await self.gateway.call("conversations.members", channel=channel, limit=200, cursor=cursor)
            if user in page.get("members", ()):
                return True
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return False

    async def tell_of_keys(self, body: Mapping[str, Any], given: Any, source_id: str) -> None:
        """Whoever typed a key into what led to no act is told all the same, once per form."""
        _, found = self.masker.whole(given)
        if not found:
            return
        told, user, now = {"tokens": [str(one) for one in found], "link": ""}, self.actor(body).id, self.clock.now()
        await self.store.transact(lambda tx: tx.want(self.team, f"secret:{source_id}", f"dm:{user}", told, now))
        self.intake.stir()

    async def notice(self, body: Mapping[str, Any], refused: Refused) -> None:
        await self.open_view(body, forms.refusal_notice(refused))

    async def on_direct_message(self, event: Mapping[str, Any]) -> None:
        """A direct message to the bot is answered with help, once; whoever pasted a key there is told."""
        if event.get("channel_type") != "im" or event.get("subtype") or event.get("bot_id"):
            return
        if event.get("user") in (None, "", self.bot_user):  # help for help would never end
            return
        source = f"message:{event.get('channel')}:{event.get('ts')}"
        user, now = str(event["user"]), self.clock.now()
        _, found = self.masker.text(str(event.get("text") or ""))
        tokens = [str(one) for one in found]

        def want_help(tx: Any) -> None:
            if tx.repeat(self.team, source) is None:
                tx.remember(self.team, source, now)
                tx.want(self.team, f"help:{event.get('ts')}", f"dm:{user}", {}, now)
                if tokens:
                    tx.want(self.team, f"secret:{source}", f"dm:{user}", {"tokens": tokens, "link": ""}, now)

        await self.store.transact(want_help)
        self.intake.stir()


def press_id(body: Mapping[str, Any]) -> str:
    """A press is known by its ticket and action; a repeat of the same press carries the same."""
    action = (body.get("actions") or [{}])[0]
    ticket = body.get("trigger_id") or f"{action.get('action_ts')}"
    return f"press:{ticket}:{action.get('action_id')}"
