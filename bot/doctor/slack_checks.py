"""Asks Slack what the bot will ask it, and posts nothing."""

import asyncio
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.doctor import judge_slack as judge
from bot.doctor.case import Case
from bot.doctor.findings import Finding, failed, fine, skipped
from bot.doctor.roster_kept import roster_of
from bot.errors import Limited, NotSent, SlackTrouble, Stop, Unclear
from bot.slack.gateway import Gateway
from bot.slack.socket_tickets import app_token_refused
from bot.troubles import token_refused, why

LONGEST_WAIT_S = 30.0
_NO_TOKEN = "There is no bot token that Slack accepts."  # noqa: S105 - because it is a sentence


class SlackChecks:
    """In this order: `reach`, `token`, then the others. `reached` and `team` say what the first two found out."""

    def __init__(self, case: Case, gateway: Gateway) -> None:
        self._case = case
        self._gateway = gateway
        self.reached = False
        self.team: str | None = None

    async def reach(self) -> list[Finding]:
        """api.test needs no token, so this is about the network and the clock alone."""
        url, clock = self._case.settings.slack_api_url, self._case.clock
        before = clock.now()
        try:
            answer = await self._gateway.ask("api.test")
        except (NotSent, Unclear) as error:
            advice = "Check the network, the proxy and SLACK_API_URL."
            return [failed("slack", f"Slack cannot be reached at {url}: {error.error}.", advice)]
        except SlackTrouble as error:
            self.reached = True
            return [fine("slack", f"{url} answers."), skipped("clock", f"Slack told no time: {why(error.error)}.")]
        after = clock.now()
        self.reached = True
        date = _header(answer.headers, "date")
        if date is None:
            return [fine("slack", f"{url} answers."), skipped("clock", "Slack's answer has no date.")]
        # The header has whole seconds, and somewhere between asking and hearing it was written.
        half_way, doubt = before + (after - before) / 2, 0.5 + (after - before).total_seconds() / 2
        skew = (half_way - parsedate_to_datetime(date)).total_seconds() - 0.5
        return [fine("slack", f"{url} answers."), judge.clock(skew, doubt)]

    async def token(self) -> list[Finding]:
        """https://docs.slack.dev/reference/methods/auth.test; the header X-OAuth-Scopes lists what the token may do."""
        try:
            answer = await self._gateway.ask("auth.test")
        except SlackTrouble as error:
            said, advice = token_refused(error.error)
            return [failed("bot_token", f"SLACK_BOT_TOKEN: {said}", advice), skipped("scopes", _NO_TOKEN)]
        who: Any = answer.data
        self.team = str(who["team_id"])
        said = f"xoxb- is accepted: {who.get('user')} in the workspace {who.get('team')} ({self.team})."
        header = _header(answer.headers, "x-oauth-scopes")
        granted = None if header is None else {scope.strip() for scope in header.split(",") if scope.strip()}
        return [fine("bot_token", said), *judge.scopes(granted)]

    async def mode(self) -> list[Finding]:
        """Asks for a socket's address and does not use it: it lapses, and a running bot keeps its own."""
        token = self._case.settings.slack_app_token
        if token is None:
            said = "HTTP mode: the signing secret is set, and Slack posts to https://<your host>/slack/events."
            return [fine("mode", f"{said} Whether it gets there cannot be seen from here.")]
        try:
            await self._gateway.client.apps_connections_open(app_token=token.get_secret_value())
        except SlackApiError as error:
            code = str(error.response.get("error"))
            return [failed("mode", f"SLACK_APP_TOKEN: {said}", advice) for said, advice in [app_token_refused(code)]]
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return [failed("mode", f"No socket can be asked for ({type(error).__name__}).", "Check the network.")]
        return [fine("mode", "Socket Mode: xapp- is accepted, Slack would give a socket.")]

    async def alerts(self) -> list[Finding]:
        wanted = self._case.settings.quarterdeck_alerts_channel
        if self.team is None:
            return [skipped("alerts_channel", _NO_TOKEN)]
        try:
            channels = [one async for one in self._gateway.own_channels(archived=True)]
        except SlackTrouble as error:
            said = f"#{wanted.removeprefix('#')} cannot be looked up: {why(error.error)}."
            return [failed("alerts_channel", said)]
        return [judge.alerts(wanted, channels)]

    async def roster(self) -> list[Finding]:
        """Also without Slack: what the roster itself lacks can be said all the same."""
        try:
            people, differs = await roster_of(self._case)
        except Stop as error:
            return [failed("roster", sentence) for sentence in error.sentences]
        refs = list(dict.fromkeys(ref for refs in people.values() for ref in refs))
        if self.team is None:
            return [
                *differs,
                *judge.roster(people, {}, ""),
                skipped("roster", f"Nobody was looked up. {self._why_not()}"),
            ]
        asked = dict(zip(refs, await asyncio.gather(*(self._person(ref) for ref in refs)), strict=True))
        return [*differs, *judge.roster(people, asked, self.team)]

    def _why_not(self) -> str:
        return _NO_TOKEN if self.reached else "Slack cannot be reached."

    async def _person(self, ref: str) -> judge.Asked:
        look_up = self._gateway.user_by_email if "@" in ref else self._gateway.user
        try:
            return judge.Asked(user=await look_up(ref))
        except Limited as error:
            await self._case.clock.sleep(min(error.retry_after, LONGEST_WAIT_S))
        except SlackTrouble as error:
            return judge.Asked(error=error.error)
        try:
            return judge.Asked(user=await look_up(ref))
        except SlackTrouble as error:
            return judge.Asked(error=error.error)


def _header(headers: Mapping[str, Any], name: str) -> str | None:
    return next((str(value) for key, value in headers.items() if key.lower() == name), None)
