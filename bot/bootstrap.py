"""The one place where real parts are joined."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.arrivals import Arrivals
from bot.clock import Clock
from bot.courier import Courier
from bot.doubts import Doubts
from bot.errors import NoSlack, SlackTrouble, WrongSettings
from bot.findings import Findings
from bot.fingerprints import fingerprinter, secret_of
from bot.first_questions import Identity, find_alerts, identify, patiently
from bot.homes import Homes
from bot.housekeeping import Housekeeping
from bot.intake import Intake, Result
from bot.jobs import Jobs
from bot.lateness import Lateness
from bot.lookback import LookBack
from bot.losses import Losses
from bot.masking import Masker
from bot.merging import Merging
from bot.metrics import Metrics
from bot.outage import Outage
from bot.pacing import SLACK, Pacing
from bot.people import People
from bot.places import Places
from bot.roster_file import read_roster
from bot.rosters import Rosters
from bot.settings import Settings
from bot.showing import Showing
from bot.slack.app import bolt_app
from bot.slack.gateway import POST_TIMEOUT_S, Called, Gateway, Granted
from bot.slack.listeners import Desk, Watching
from bot.slack.whispers import Whispers
from bot.standing import Standing
from bot.ticker import Ticker
from bot.tidings import Tidings
from bot.troubles import why
from bot.waiting import Waiting
from playbooks.errors import InvalidPlaybook
from playbooks.loader import load_all
from playbooks.model import Playbook
from playbooks.roster import Lists
from storage.store import Store

DEFAULT_PLAYBOOK = "key-leak"


@dataclass(frozen=True, kw_only=True)
class Deck:
    """Everything that runs, joined but not started."""

    identity: Identity
    store: Store
    intake: Intake
    courier: Courier
    ticker: Ticker
    lookback: LookBack
    people: People
    rosters: Rosters
    homes: Homes
    housekeeping: Housekeeping
    lateness: Lateness
    outage: Outage
    gateway: Gateway
    standing: Standing
    tidings: Tidings
    findings: Findings
    metrics: Metrics
    bolt: AsyncApp
    http: aiohttp.ClientSession


def load_playbook(settings: Settings) -> Playbook:
    """The playbook that new incidents get. Raises `WrongSettings` with every problem of every file."""
    try:
        return load_all(settings.quarterdeck_playbooks)[DEFAULT_PLAYBOOK]
    except InvalidPlaybook as error:
        raise WrongSettings(*(str(problem) for problem in error.problems)) from None


def gateway_of(
    settings: Settings,
    http: aiohttp.ClientSession,
    called: Called | None = None,
    pacing: Pacing | None = None,
    granted: Granted | None = None,
) -> Gateway:
    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    client = AsyncWebClient(
        token=token, base_url=settings.slack_api_url, session=http, retry_handlers=[], timeout=POST_TIMEOUT_S
    )
    return Gateway(client, http, called, pacing, granted)


async def join_parts(settings: Settings, store: Store, clock: Clock, http: aiohttp.ClientSession) -> Deck:
    """Asks Slack who we are and who is on the roster, then joins everything. Raises `Stop` with sentences."""
    playbook, roster = load_playbook(settings), read_roster(settings.quarterdeck_roster)
    metrics, standing = Metrics(), Standing(quiet=True)
    pacing = Pacing(clock.now, SLACK if settings.quarterdeck_pacing == "on" else None)
    gateway = gateway_of(settings, http, _both(metrics.called, standing.heard), pacing, standing.granted)
    identity = await identify(gateway, settings.slack_api_url)
    masker = Masker(fingerprinter(secret_of(settings)))
    people, rosters = await _know_roster(settings, roster, store, gateway, masker, clock, identity)
    alerts = await find_alerts(gateway, store, identity.team, settings.quarterdeck_alerts_channel)

    findings = Findings(people)
    intake = _intake(settings, store, masker, clock, playbook, people, metrics.committed, findings.committed)
    places, lateness = Places(store, gateway, alerts.id, identity.workspace), Lateness(store, clock)
    await places.recall(identity.team)
    outage = Outage(gateway, lateness, clock)
    losses = Losses(store, intake, places, standing, clock, identity.team)
    if alerts.lost:
        losses.alerts(alerts.lost)
    courier = _courier(store, intake, gateway, pacing, outage, places, losses, lateness, clock, identity, metrics)
    ticker = Ticker(store, intake, clock, identity.team)
    intake.on_commit(lambda result: ticker.wake_at(result.outcome.next_due if result.outcome else None))
    homes = _homes(store, intake, gateway, outage, rosters, people, clock, identity)
    parts: dict[str, Any] = {"store": store, "intake": intake, "people": people, "rosters": rosters, "homes": homes}
    tools: dict[str, Any] = {"gateway": gateway, "masker": masker, "clock": clock, "places": places, "losses": losses}
    watching = Watching(words=playbook.watch_words, auto_open=settings.quarterdeck_auto_open)
    tools |= {"watching": watching, "whispers": Whispers(http)}
    desk = Desk(**parts, **tools, **_who(identity), pressed=courier.pressed)
    bolt = bolt_app(desk, gateway.client, identity_facts(identity, settings))
    _count_requests(bolt, metrics, clock)
    lookback = LookBack(desk)
    outage.on_end(courier.wake)
    outage.on_end(lookback.soon)
    tidings = Tidings(store, intake, standing, people, clock, identity.team)
    loops: dict[str, Any] = {"courier": courier, "ticker": ticker, "lookback": lookback, "outage": outage}
    loops["housekeeping"] = Housekeeping(store, clock, identity.team, settings.quarterdeck_clear_after_days)
    loops |= {"standing": standing, "tidings": tidings, "findings": findings}
    facts: dict[str, Any] = {"identity": identity, "lateness": lateness, "metrics": metrics}
    return Deck(**parts, **loops, **facts, gateway=gateway, bolt=bolt, http=http)


def _intake(
    settings: Settings,
    store: Store,
    masker: Masker,
    clock: Clock,
    playbook: Playbook,
    people: People,
    *hear: Callable[[Result], None],
) -> Intake:
    """The way in; `hear` are told of every commit before anybody else."""
    speed = settings.quarterdeck_speed
    intake = Intake(store, masker, clock, playbook=lambda: playbook, roster=people.roster, speed=speed)
    for listener in hear:
        intake.on_commit(listener)
    return intake


def _both(first: Called, second: Called) -> Called:
    def hear(method: str, trouble: SlackTrouble | None) -> None:
        first(method, trouble)
        second(method, trouble)

    return hear


def _count_requests(bolt: AsyncApp, metrics: Metrics, clock: Clock) -> None:
    @bolt.middleware
    async def count(next: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:  # noqa: A002 - because Bolt hands it in by this name
        metrics.reached(clock.now())
        return await next()


def _courier(
    store: Store,
    intake: Intake,
    gateway: Gateway,
    pacing: Pacing,
    outage: Outage,
    places: Places,
    losses: Losses,
    lateness: Lateness,
    clock: Clock,
    identity: Identity,
    metrics: Metrics,
) -> Courier:
    """The way out, woken by every commit."""
    arrivals = Arrivals(store, intake, places, lateness, clock)
    doubts = Doubts(store, gateway, outage, arrivals, lateness, clock, metrics)
    merging = Merging(store, arrivals, doubts, gateway, places, lateness, clock, metrics)
    showing = Showing(store, arrivals, doubts, gateway, places, losses, lateness, clock, metrics, merging)
    jobs = Jobs(store, intake, gateway, places, losses, clock, identity.bot_user)
    waiting = Waiting(pacing, places)
    metrics.paced.set_function(lambda: len(waiting))
    when: dict[str, Callable[[], bool]] = {"acting": lambda: intake.acting, "answering": lambda: outage.answering}
    courier = Courier(store, showing, merging, doubts, jobs, waiting, clock, identity.team, **when)
    intake.on_commit(lambda result: showing.changed(result.number))
    intake.on_commit(lambda _: courier.wake())
    return courier


def _homes(
    store: Store,
    intake: Intake,
    gateway: Gateway,
    outage: Outage,
    rosters: Rosters,
    people: People,
    clock: Clock,
    identity: Identity,
) -> Homes:
    """The Home tabs, which follow every commit about an incident and every change of the roster."""

    def waiting() -> bool:
        return intake.acting or not outage.answering

    homes = Homes(store, gateway, people, rosters, clock, identity.team, acting=waiting)
    intake.on_commit(lambda result: homes.changed() if result.number else None)
    rosters.on_change(homes.changed)
    return homes


def identity_facts(identity: Identity, settings: Settings) -> dict[str, Any]:
    """What Bolt must know to serve one workspace without asking Slack at each request."""
    secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""
    return {
        "signing_secret": secret,
        "team_id": identity.team,
        "bot_user_id": identity.bot_user,
        "bot_id": identity.bot_id,
        "bot_token": settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else "",
    }


async def _know_roster(
    settings: Settings,
    lists: Lists,
    store: Store,
    gateway: Gateway,
    masker: Masker,
    clock: Clock,
    identity: Identity,
) -> tuple[People, Rosters]:
    people = People(gateway, clock, identity.team)
    rosters = Rosters(store, people, masker, clock, identity.team)
    try:
        await patiently(lambda: rosters.begin(lists, settings.quarterdeck_roster))
    except SlackTrouble as error:
        raise NoSlack(f"QUARTERDECK_ROSTER: people cannot be looked up: {why(error.error)}.") from None
    return people, rosters


def _who(identity: Identity) -> dict[str, Any]:
    """What a listener must know of us."""
    return {"team": identity.team, "bot_user": identity.bot_user, "bot_id": identity.bot_id}
