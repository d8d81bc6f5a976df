"""What is asked of Slack before anything runs: who we are, and which channel is meant."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.errors import Limited, NoSlack, SlackTrouble, Unclear
from bot.slack.gateway import Gateway
from bot.troubles import TOKEN_REFUSED, token_refused, why
from storage.store import Store

KEPT = "alerts:"  # in `meta`, with the setting as it is: the id of the channel that was found
LOST_S = 0.3
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who we are in which workspace (auth.test)."""

    team: str
    bot_user: str
    bot_id: str
    workspace: str  # its address, with which permalinks begin


async def identify(gateway: Gateway, url: str) -> Identity:
    """Raises `NoSlack` with a sentence when Slack cannot be reached or refuses the token."""
    try:
        who = await patiently(gateway.identity)
    except SlackTrouble as error:
        if error.error in TOKEN_REFUSED:
            raise NoSlack(f"SLACK_BOT_TOKEN: {' '.join(token_refused(error.error))}") from None
        advice = "Check the network and SLACK_API_URL."
        raise NoSlack(f"Slack cannot be used at {url}: {error.error}. {advice}") from None
    return Identity(
        team=who["team_id"], bot_user=who["user_id"], bot_id=who.get("bot_id", ""), workspace=who.get("url", "")
    )


async def patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """At the start many may ask at once: a limit is waited out, a lost answer asked for again, three times at most."""
    for _ in range(3):
        try:
            return await ask()
        except Limited as error:
            await asyncio.sleep(error.retry_after)
        except Unclear:
            await asyncio.sleep(LOST_S)
    return await ask()


@dataclass(frozen=True, kw_only=True)
class AlertsChannel:
    """`lost` is Slack's word when it is the one of the last start and cannot be used now."""

    id: str
    lost: str | None = None


async def find_alerts(gateway: Gateway, store: Store, team: str, channel: str) -> AlertsChannel:
    """The alerts channel by name or id, as Slack knows it, else as it was found under that name at a start before.

    Raises `NoSlack` when it never was: then it is a mistake in the settings. Otherwise people who work on incidents
    would have to wait for somebody to put it right.
    """
    name, kept = channel.removeprefix("#"), f"{KEPT}{channel}"
    before = await store.meta(team, kept)
    try:
        if found := await patiently(lambda: _own_channel(gateway, channel, name, before)):
            if found.lost is None and found.id != before:
                await store.set_meta(team, kept, found.id)
            return found
    except SlackTrouble as error:
        if before:
            return AlertsChannel(id=before, lost=error.error)
        raise NoSlack(f"QUARTERDECK_ALERTS_CHANNEL: #{name} cannot be looked up: {why(error.error)}.") from None
    if before:
        return AlertsChannel(id=before, lost="channel_not_found")
    advice = "Invite it there (/invite @quarterdeck), or name another channel."
    raise NoSlack(f"QUARTERDECK_ALERTS_CHANNEL: Quarterdeck is not in a channel #{name}. {advice}")


async def _own_channel(gateway: Gateway, channel: str, name: str, before: str | None) -> AlertsChannel | None:
    """The one of that id or name; else the one of before, which was renamed or archived."""
    renamed = None
    async for found in gateway.own_channels(archived=before is not None):
        archived, known = bool(found.get("is_archived")), found["id"] == before
        if not archived and (channel == found["id"] or name == found.get("name")):
            return AlertsChannel(id=found["id"])
        if known:
            renamed = AlertsChannel(id=found["id"], lost="is_archived" if archived else None)
    return renamed
