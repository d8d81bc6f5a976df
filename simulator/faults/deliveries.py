"""Faults on what Slack sends to the app. Decided as soon as something happens, so overlapping changes nothing."""

from dataclasses import dataclass, replace
from typing import Any

from simulator.delivery.parcel import Parcel
from simulator.faults.network import Network


@dataclass(frozen=True, kw_only=True)
class Course:
    """The way of one event: how often it sets out, how long it lingers first, and whether the next one overtakes it."""

    parcel: Parcel
    copies: int = 1
    pause_s: float = 0.0
    overtaken: bool = False


def course(network: Network, parcel: Parcel) -> Course:
    """Decide what becomes of an event. Slack promises no order, no single delivery and no delivery at all.

    https://docs.slack.dev/apis/events-api/#retries
    """
    if network.calm:
        return Course(parcel=parcel)

    def strikes(fault: str) -> Any:
        return network.strike(fault, parcel.name, _place(parcel), id=parcel.id)

    if strikes("event_lost"):
        return Course(parcel=parcel, copies=0)
    if strikes("event_again"):
        parcel = replace(parcel, fate="unheard")
    late, overtaken = strikes("event_late"), strikes("event_overtaken")
    pause = late or overtaken
    return Course(
        parcel=parcel,
        copies=2 if strikes("event_twice") else 1,
        pause_s=pause.seconds if pause else 0.0,
        overtaken=late is None and overtaken is not None,
    )


def interaction(network: Network, parcel: Parcel) -> Parcel:
    """Decide what becomes of a press, submission or command; Slack never sends one again."""
    user = str(parcel.payload.get("user_id") or parcel.payload.get("user", {}).get("id", ""))
    if network.strike("interaction_lost", parcel.name, user, id=parcel.id):
        return replace(parcel, fate="lost")
    if network.strike("interaction_unheard", parcel.name, user, id=parcel.id):
        return replace(parcel, fate="unheard")
    return parcel


def _place(parcel: Parcel) -> str:
    event = parcel.payload["event"]
    channel = event.get("channel_id") or event.get("channel") or event.get("item", {}).get("channel")
    return str(channel or event.get("user", ""))
