"""Slack is away as a whole, for seconds or hours: once it is back, what is overdue goes out at once and in order."""

from datetime import timedelta

import pytest

from playbooks.entries import Kind
from simulator import losses
from simulator.api.call import Call
from simulator.errors import AnswerLost, SlackError
from simulator.model import Message
from tests.scenario.company import CHANNEL, Company, head

SECOND, THIRD = "inc-0002-key-committed", "inc-0003-key-committed"
PIN = "pushpin"


async def away(company: Company, seconds: float, *, until_back: float = 3.0) -> None:
    """Slack is away for that long; ends so many seconds after its end."""
    company.workspace.network.order("outage", lasting_s=seconds)
    company.workspace.delivery.sockets.cut()
    await company.seconds(seconds + until_back)


def posted(company: Company, channel: str = CHANNEL) -> list[Message]:
    """The prompts in an incident's channel, in their order there."""
    place = next(one.id for one in company.workspace.channels.values() if one.name == channel)
    mine = [one for one in company.by_bot() if one.channel == place]
    return [one for one in mine if one.text.startswith("INC-") and one.text.split(" · ")[1].startswith("T+")]


def marks(company: Company, channel: str = CHANNEL) -> list[str]:
    return [one.text.split(" · ")[1] for one in posted(company, channel)]


def asked(company: Company) -> list[str]:
    """What was asked of Slack while it was away."""
    calls = {"api.test", "apps.connections.open", "handshake"}
    struck = [one.facts["of"] for one in company.workspace.ledger.faults("outage")]
    return [one for one in struck if "." in one or one in calls]


async def test_twenty_seconds_are_no_matter(company: Company) -> None:
    await company.open()
    await company.at("12:04")
    await company.seconds(50)
    await away(company, 20)

    assert marks(company) == ["T+3", "T+5"]
    assert "late" not in posted(company)[-1].text
    assert (await company.incident()).step("revoke").posts
    assert company.deck.lateness.slack_down_since is None


async def test_ten_minutes_with_three_incidents(company: Company) -> None:
    for number in range(3):
        await company.open(text=f"key {number}", keys=f"key-{number}")
        await company.seconds(40)
    await company.at("12:04")
    await away(company, 600)

    assert marks(company) == ["T+3", "T+5", "T+7", "T+10"]
    assert marks(company, THIRD)[-3:] == ["T+5", "T+7", "T+10"]
    late = [one.text.splitlines()[1] for one in posted(company)[1:]]
    assert late == [f"{minutes} min late: Slack did not accept messages" for minutes in (9, 7, 4)]
    ladder = [one for one in company.by_bot() if one.text.startswith(("Nudge", "Escalation", "Reminder"))]
    assert {one.text[: len("Nudge · INC-0001 · T+3")] for one in ladder} <= {
        "Nudge · INC-0001 · T+3",
        "Nudge · INC-0002 · T+3",
    }, "the one level that was due of what had been prompted before; none of the others is made up"


async def test_what_goes_out_first_is_what_matters_most(company: Company) -> None:
    """The channel of an incident whose board has still to change gets its prompts before that."""
    for number in range(3):
        await company.open(text=f"key {number}", keys=f"key-{number}")
    await company.at("12:04")
    before = len(company.workspace.ledger.calls())
    await away(company, 600)

    calls = [one for one in company.workspace.ledger.calls()[before:] if one.facts["outcome"] == "ok"]
    for channel in (CHANNEL, SECOND, THIRD):
        place = next(one.id for one in company.workspace.channels.values() if one.name == channel)
        said = [one for one in calls if one.facts.get("channel") == place and one.name.startswith("chat.")]
        posts = [index for index, one in enumerate(said) if one.name == "chat.postMessage"]
        boards = [index for index, one in enumerate(said) if "T+0" in str(one.facts["args"].get("blocks"))]
        assert len(posts) == 3
        assert max(posts) < min(boards)


async def test_three_hours_end_with_a_look_and_never_with_a_blind_post(company: Company) -> None:
    """The last post before the outage arrived, but its answer did not; nothing can be read for three hours."""
    await company.open()
    await company.at("12:04")

    async def lost(call: Call) -> None:
        if call.method == "chat.postMessage":
            company.workspace.network.order("outage", lasting_s=3 * 3600)
            company.workspace.delivery.sockets.cut()
            raise AnswerLost

    company.workspace.after_effect = lost
    await company.at("12:05")
    company.well_again()
    await company.minutes(3 * 60)
    await company.seconds(3)

    assert marks(company) == ["T+3", "T+5", "T+7", "T+10", "T+15"]
    assert not [one for one in company.by_bot() if "may be a repeat" in one.text]
    assert posted(company)[-1].text.splitlines()[1] == "2 h 50 min late: Slack did not accept messages"
    assert len(posted(company)) == len({one.text.split("\n")[0] for one in posted(company)})


async def test_while_it_is_away_only_one_small_question_is_asked(company: Company) -> None:
    for number in range(3):
        await company.open(text=f"key {number}", keys=f"key-{number}")
    await company.at("12:04")
    await away(company, 3600, until_back=-1)
    questions = asked(company)
    await company.seconds(4)

    assert questions.count("api.test") >= 5, "the told clock stops here and there, and each time it is asked"
    others = [one for one in questions if one != "api.test"]
    assert len(others) <= 20 + 6, "what was under way, and the first tries to connect again"


@pytest.mark.parametrize("seconds", [600.0, 3 * 3600.0])
async def test_what_was_said_meanwhile_is_looked_up_once(company: Company, seconds: float) -> None:
    await company.open()
    await company.at("12:01")
    company.workspace.network.order("outage", lasting_s=seconds)
    company.workspace.delivery.sockets.cut()
    await company.ada.say("seen in two logs", channel=CHANNEL)
    await company.sam.react(PIN, in_message="seen in two logs", channel=CHANNEL)
    await company.practice.person("Leak Scanner").say("an API key in a gist", channel="security-alerts")
    await company.seconds(seconds)
    await company.seconds(3)

    pinned = [entry for entry in await company.entries() if entry.kind is Kind.PINNED]
    assert [entry.text for entry in pinned] == ["seen in two logs"]
    offers = [one for one in company.by_bot() if "Is this an incident?" in one.text]
    assert len(offers) == 1
    await company.minutes(10)
    assert len([entry for entry in await company.entries() if entry.kind is Kind.PINNED]) == 1


async def test_one_method_that_fails_alone_stops_nothing_else(company: Company) -> None:
    await company.open()
    await company.at("12:04")
    company.trouble("chat.update", error=SlackError("internal_error", status=500))
    await company.at("12:07")
    sent = marks(company)
    company.well_again()
    await company.minutes(1)

    assert sent == ["T+3", "T+5", "T+7"]
    assert company.deck.outage.answering
    assert company.deck.outage.ended_at is None


async def test_a_refused_token_is_no_outage_and_no_reason_to_post_blindly(company: Company) -> None:
    await company.open()
    await company.at("12:04")

    async def lost(call: Call) -> None:
        if call.method == "chat.postMessage":
            losses.revoke_token(company.workspace, "bot")
            raise AnswerLost

    company.workspace.after_effect = lost
    await company.at("12:05")
    company.well_again()
    await company.seconds(90)
    believed = company.deck.outage.answering
    losses.restore_token(company.workspace, "bot")
    await company.seconds(10)

    assert believed
    assert marks(company) == ["T+3", "T+5"]
    assert not [one for one in company.by_bot() if "may be a repeat" in one.text]


async def test_the_same_event_over_both_connections_counts_once(company: Company) -> None:
    company.workspace.network.order("event_twice", count=1, names=["message"])
    await company.practice.person("Leak Scanner").say("an API key in a gist", channel="security-alerts")
    await company.quiet()

    assert len(company.workspace.ledger.deliveries("message")) >= 2
    assert len([one for one in company.by_bot() if "Is this an incident?" in one.text]) == 1


async def test_hammered_by_nobody_when_it_comes_and_goes(company: Company) -> None:
    """Five outages of a minute each, one after the other: each prompt once, and each time the same end."""
    await company.open()
    await company.at("12:02")
    for _ in range(5):
        await away(company, 60, until_back=30)

    assert marks(company) == ["T+3", "T+5", "T+7"]
    assert company.clock.now() - (await company.incident()).t0 == timedelta(minutes=9, seconds=30)
    assert head("T+7") in posted(company)[-1].text


async def test_an_outage_in_which_it_died_is_still_the_reason(company: Company) -> None:
    await company.open()
    await company.at("12:04")
    company.workspace.network.order("outage", lasting_s=120)
    await company.at("12:06")
    await company.heart.beat()
    await company.away(timedelta(seconds=10))

    assert "1 min late: Slack did not accept messages" in (await company.prompt(company.devi, "T+5")).text
    assert company.deck.lateness.slack_down_since is None
