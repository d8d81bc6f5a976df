"""Somebody sets the machine's clock: prompts come when they were to come, once, and the timeline says what happened."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from playbooks.entries import Kind, parse_moment
from playbooks.exports.phrases import phrase
from tests.scenario.company import BOT, ESCALATED, NOON, Company, head, lost

HOUR = timedelta(hours=1)
MARKS = ("T+3", "T+5", "T+7", "T+10", "T+15")
OWNERS = {"T+3": "sam", "T+5": "devi", "T+7": "ada", "T+10": "sam", "T+15": "rob"}


async def arrived(company: Company, mark: str) -> timedelta:
    """How long after noon, by the world's clock, the prompt reached its owner."""
    prompt = await company.prompt(getattr(company, OWNERS[mark]), mark)
    return timedelta(seconds=round(float(prompt.ts))) - timedelta(seconds=NOON.timestamp())


@pytest.mark.parametrize("by", [HOUR, -HOUR, timedelta(minutes=2), -timedelta(minutes=2), timedelta(days=30)])
async def test_every_prompt_comes_at_its_minute(company: Company, by: timedelta) -> None:
    await company.open()
    await company.minutes(4)
    await company.set_clock(by)
    await company.minutes(16)

    assert [await arrived(company, mark) for mark in MARKS] == [timedelta(minutes=int(mark[2:])) for mark in MARKS]
    late = [e.data for e in await company.entries() if e.kind is Kind.PROMPTED and "late_why" in e.data]
    assert late == []
    jumps = [entry for entry in await company.entries() if entry.kind is Kind.CLOCK_JUMPED]
    assert [(e.data["by_s"], e.at - parse_moment(e.data["before"])) for e in jumps] == [(by.total_seconds(), by)]


async def test_set_while_nothing_ran_is_found_at_the_start(company: Company) -> None:
    await company.open()
    await company.minutes(4)
    company.bot_clock.set(-HOUR)
    await company.away(timedelta(minutes=2))
    await company.minutes(1)

    assert await arrived(company, "T+5") == timedelta(minutes=6)
    assert await arrived(company, "T+7") == timedelta(minutes=7)
    late = [e.data["late_why"] for e in await company.entries() if e.kind is Kind.PROMPTED and "late_why" in e.data]
    assert set(late) == {"Quarterdeck was not running"}
    assert (await company.kinds()).count(Kind.CLOCK_JUMPED) == 1


async def test_after_a_new_start_of_the_machine_only_a_clock_that_went_back_shows(company: Company) -> None:
    await company.open()
    await company.minutes(4)
    company.bot_clock.boot = "another"
    await company.set_clock(-HOUR)
    await company.minutes(2)

    assert await arrived(company, "T+5") == timedelta(minutes=5)
    assert (await company.last(Kind.CLOCK_JUMPED)).data["by_s"] == -3600


async def test_what_was_done_in_time_stays_so_and_the_export_explains(company: Company) -> None:
    await company.open()
    await company.minutes(4)
    await company.fill_in(company.sam, "T+3", ESCALATED)
    await company.set_clock(HOUR)
    incident = await company.incident()
    step = incident.step("escalate")

    assert (step.label, step.late) == ("Done", False)
    assert step.done_at is not None
    assert (incident.t0, step.done_at - incident.t0) == (NOON + HOUR, timedelta(minutes=4))
    assert phrase(await company.last(Kind.CLOCK_JUMPED), incident) == (
        "The clock of Quarterdeck's machine was set forward by 1 h; by the old one it was 2026-11-21 12:04:00 UTC. "
        "T0 and all that is due moved with it, so that it comes when it was to come."
    )
    for form in ("md", "csv", "html", "json"):
        await company.say(company.sam, f"INC-0001 export {form}")
    assert len(company.workspace.files) == 4


async def test_what_waits_does_not_wait_an_hour_more(company: Company) -> None:
    """A message in doubt, and one that Slack put off."""
    await company.open()
    await company.minutes(2.9)
    company.trouble("chat.postMessage", error=lost, after=True)
    company.clock.move(NOON + timedelta(minutes=3))
    await company.deck.ticker.tick_once(company.bot_clock.now())
    await company.deck.courier.drain_once()
    await company.deck.courier.settle()
    company.well_again()
    await company.set_clock(-HOUR)
    await company.seconds(20)

    assert (await company.kinds()).count(Kind.PROMPTED) == 2


@pytest.mark.parametrize("ahead", [HOUR, -HOUR])
async def test_a_clock_that_is_not_slacks_hurries_nobody_and_posts_nothing_twice(
    company: Company, ahead: timedelta
) -> None:
    await company.set_clock(ahead)
    await company.open()
    await company.minutes(2.9)
    company.trouble("chat.postMessage", error=lost, after=True)
    company.clock.move(NOON + timedelta(minutes=3))
    await company.deck.ticker.tick_once(company.bot_clock.now())
    await company.deck.courier.drain_once()
    await company.deck.courier.settle()
    company.well_again()
    await company.seconds(30)

    assert (await company.kinds()).count(Kind.PROMPTED) == 2
    assert Kind.UNANSWERED not in await company.kinds()
    await company.minutes(2)
    assert Kind.UNANSWERED in await company.kinds()


async def test_asks_of_a_closed_incident_follow_too(company: Company) -> None:
    await company.open()
    await company.minutes(1)
    await company.everything_but_the_ticket_id()
    await company.say(company.sam, "INC-0001 close rotated")
    await company.set_clock(HOUR)
    await company.minutes(13)
    assert Kind.ASKED not in await company.kinds()
    await company.minutes(2)
    assert (await company.kinds()).count(Kind.ASKED) == 1


@pytest.fixture
def summer_time() -> Iterator[None]:
    """A machine whose zone has summer time."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Europe/Berlin"
    time.tzset()
    yield
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.usefixtures("summer_time")
@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2027, 10, 31)], ids=["begins", "ends"])
async def test_summer_time_begins_or_ends_in_the_middle(company: Company, day: date) -> None:
    """At 01:00 UTC Berlin goes from 02:00 to 03:00, or from 03:00 to 02:00 once more."""
    company.clock.move(datetime(day.year, day.month, day.day, 0, 50, tzinfo=UTC))
    began = company.clock.now()
    await company.open()
    await company.minutes(16)
    offsets = [(await arrived(company, mark)) - (began - NOON) for mark in MARKS]

    assert offsets == [timedelta(minutes=int(mark[2:])) for mark in MARKS]
    assert Kind.CLOCK_JUMPED not in await company.kinds()


@pytest.mark.parametrize("beats_first", [True, False])
async def test_a_sleep_of_ten_minutes_is_no_jump_and_the_prompts_say_why_they_are_late(
    company: Company, *, beats_first: bool
) -> None:
    await company.open()
    await company.minutes(4)
    await company.heart.beat()
    company.deck.lateness.ran(company.bot_clock.now())
    company.clock.move(company.clock.now() + timedelta(minutes=10))
    if beats_first:
        await company.heart.beat()
    await company.quiet()

    assert Kind.CLOCK_JUMPED not in await company.kinds()
    said = (await company.prompt(company.devi, "T+5", channel=BOT)).text
    assert said.startswith(head("T+5"))
    assert "9 min late: Quarterdeck was not running" in said
