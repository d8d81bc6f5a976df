"""Slack in a mood: lost answers, limits, outages, tickets that ran out; and the bot that was away."""

from datetime import timedelta
from pathlib import Path

import pytest

from playbooks.commands import MoreTime
from playbooks.entries import Actor, Kind
from simulator.api.call import Call
from simulator.errors import AnswerLost, SlackError
from storage.rows import Delayed
from tests.scenario.company import (
    BOT,
    CHANNEL,
    COMMITTED,
    REVOKED,
    Company,
    company_at_work,
    down,
    head,
    limited,
    lost,
)


@pytest.mark.parametrize("label", ["Complete step", "I can't"])
async def test_a_form_that_slack_refuses_comes_as_a_button(company: Company, label: str) -> None:
    await company.open()
    await company.at("12:05")
    company.trouble("views.open", error=SlackError("expired_trigger_id"))
    await company.devi.press(label, in_message=head("T+5"), channel=BOT)
    assert company.devi.dialog is None
    company.well_again()
    await company.quiet()
    await company.devi.press("Open it", in_message="could not be opened in time", channel=BOT)

    assert company.devi.dialog is not None
    assert company.devi.dialog.title == "T+5 · INC-0001"
    if label == "Complete step":
        await company.send(company.devi, REVOKED)
        assert (await company.incident()).step("revoke").label == "Done"


async def test_a_button_that_slack_shows_before_we_know_it_leads_to_the_form(company: Company) -> None:
    company.trouble("views.open", error=lost)
    await company.dana.command("/incident", "a key in a gist")
    company.well_again()
    company.trouble("chat.postMessage", error=lost, after=True)
    await company.deck.courier.drain_once()
    await company.deck.courier.settle()
    company.well_again()
    await company.dana.press("Open it", in_message="“Report an incident” could not be opened", channel=BOT)

    assert company.dana.dialog is not None
    assert company.dana.dialog.values["What happened?"] == "a key in a gist"
    await company.minutes(1)


async def test_the_report_that_could_not_open_keeps_its_text(company: Company) -> None:
    company.trouble("views.open", error=lost)
    await company.dana.command("/incident", "a key in a gist")
    company.well_again()
    await company.quiet()
    await company.dana.press("Open it", in_message="“Report an incident” could not be opened", channel=BOT)
    assert company.dana.dialog is not None
    assert company.dana.dialog.values["What happened?"] == "a key in a gist"
    await company.send(company.dana, {"Trigger": COMMITTED})
    assert len(await company.incidents()) == 1


async def test_a_refusal_that_could_not_be_shown_comes_as_a_button_and_is_an_entry(company: Company) -> None:
    await company.open()
    company.trouble("views.open", error=SlackError("expired_trigger_id"))
    await company.ada.press("Complete", row="T+5 · ", channel=CHANNEL)
    company.well_again()
    await company.quiet()
    assert (await company.last(Kind.REFUSED)).actor.id == company.ada.id
    await company.ada.press("Open it", in_message="could not be opened in time", channel=BOT)
    assert company.ada.dialog is not None
    assert "Only @Devi Rao" in company.ada.dialog.text


async def test_answers_lost_after_the_effect_are_posted_once(company: Company) -> None:
    company.trouble("chat.postMessage", error=lost, after=True)
    await company.open()
    await company.at("12:05")
    company.well_again()
    await company.minutes(1)  # not two: then the deputy is asked as well

    assert (await company.prompt(company.devi, "T+5")).buttons[0] == "Complete step"
    assert (await company.last(Kind.PROMPTED)).source
    texts = [message.text for message in company.by_bot() if message.text.startswith("INC-0001 · T+5")]
    assert len(texts) == 2, "one in each place"


async def test_an_answer_lost_before_the_effect_is_posted_after_the_look_back(company: Company) -> None:
    await company.open()
    company.trouble("chat.postMessage", error=lost)
    await company.at("12:05")
    company.well_again()
    await company.seconds(10)

    assert len([m for m in company.by_bot() if m.text.startswith(head("T+5"))]) == 2


async def test_an_outage_makes_prompts_late_and_says_why(company: Company) -> None:
    await company.open()
    await company.at("12:04")
    company.trouble("chat.postMessage", error=down)
    await company.at("12:05")
    await company.seconds(40)
    company.well_again()
    await company.minutes(1)

    prompt = await company.prompt(company.devi, "T+5")
    assert "late: Slack did not accept messages" in prompt.text.splitlines()[1]
    step = (await company.incident()).step("revoke")
    assert step.prompted_late
    await company.fill_in(company.devi, "T+5", REVOKED)
    await company.say(company.sam, "INC-0001 false-alarm enough", CHANNEL)


async def test_the_next_level_waits_until_the_prompt_was_really_sent(company: Company) -> None:
    await company.open()
    await company.at("12:04")
    company.trouble("chat.postMessage", error=down)
    await company.at("12:15")
    company.well_again()
    await company.minutes(1)
    assert not any(m.text.startswith("Nudge · " + head("T+5")) for m in await company.devi.messages(BOT))
    await company.minutes(2)
    assert any(m.text.startswith("Nudge · " + head("T+5")) for m in await company.devi.messages(BOT))
    assert not any(m.text.startswith("Escalation · " + head("T+5")) for m in await company.sam.messages(BOT))


async def test_a_nudge_never_comes_before_the_prompt_that_still_waits(company: Company) -> None:
    await company.open()
    devi = (await company.devi.messages(BOT))[0].channel
    company.trouble("chat.postMessage", error=lambda call: AnswerLost() if call.args.get("channel") == devi else None)
    await company.at("12:06")
    (prompt,) = await company.store.surfaces(company.team, 1, [f"prompt:revoke:dm:{company.devi.id}"])
    until = company.clock.now() + timedelta(seconds=65)  # still looked for when the nudge is due
    await company.store.note(Delayed(id=prompt.id, not_before=until, in_doubt=True))
    company.well_again()
    await company.minutes(2)

    heads = [m.text.split("\n")[0] for m in await company.devi.messages(BOT) if head("T+5") in m.text]
    assert heads == [head("T+5"), "Nudge · " + head("T+5")]


async def test_retry_after_is_obeyed_while_other_conversations_go_on(company: Company) -> None:
    await company.open()
    devi = (await company.devi.messages(BOT))[0].channel

    def only_devi(call: Call) -> Exception | None:
        return limited(90) if call.args.get("channel") == devi else None

    company.trouble("chat.postMessage", error=only_devi)
    await company.at("12:05")
    assert (await company.prompt(company.devi, "T+5", channel=CHANNEL)).buttons
    company.well_again()
    tries = [c for c in company.workspace.ledger.calls("chat.postMessage") if c.facts["channel"] == devi]
    await company.seconds(89)
    assert tries == [c for c in company.workspace.ledger.calls("chat.postMessage") if c.facts["channel"] == devi]
    await company.seconds(1)
    assert "late: Slack did not accept messages" in (await company.prompt(company.devi, "T+5")).text


async def test_unreadable_history_sends_again_marked_as_a_repeat(company: Company) -> None:
    company.repeats_allowed = True
    await company.open()
    await company.at("12:04")

    async def blind(call: Call) -> None:
        if call.method in ("conversations.history", "conversations.replies"):
            raise SlackError("service_unavailable")

    async def silent(call: Call) -> None:
        if call.method == "chat.postMessage":
            raise AnswerLost

    company.workspace.before_effect, company.workspace.after_effect = blind, silent
    await company.at("12:05")
    company.workspace.after_effect = None
    await company.seconds(29)
    assert len(await _prompts(company)) == 1
    await company.seconds(5)
    await company.away(timedelta(0))  # the process dies before the second copy is out
    company.well_again()
    await company.seconds(5)

    prompts = await _prompts(company)
    assert len(prompts) == 2, "never is worse than twice, and three times is never"
    assert "may be a repeat" in prompts[1]
    assert (await company.last(Kind.PROMPTED)).data["maybe_repeat"] is True


async def _prompts(company: Company) -> list[str]:
    return [m.text for m in await company.devi.messages(BOT) if m.text.startswith(head("T+5"))]


async def test_a_bot_that_was_away_says_how_late_and_why(record: str, tmp_path: Path) -> None:
    async with company_at_work(tmp_path, record) as company:
        await company.open()
        await company.at("12:04")
        await company.away(timedelta(minutes=5))

        prompt = await company.prompt(company.devi, "T+5")
        assert prompt.text.splitlines()[1] == "4 min late: Quarterdeck was not running"
        await company.fill_in(company.devi, "T+5", REVOKED)
        assert "late, prompted late" in await _scorecard(company)
        await company.check()


async def test_more_than_a_day_overdue_becomes_one_summary(record: str, tmp_path: Path) -> None:
    async with company_at_work(tmp_path, record) as company:
        await company.open()
        await company.at("12:04")
        before = len(company.by_bot())
        await company.away(timedelta(hours=25))

        missed = [m for m in await company.sam.messages() if m.text.startswith("Missed · INC-0001")]
        assert sorted(m.channel_name for m in missed) == [f"#{CHANNEL}", "#security-alerts"]
        for mark in ("T+5", "T+7", "T+10", "T+15"):
            assert all(head(mark) in m.text for m in missed)
        prompted = [m for m in company.by_bot()[before:] if m.text.startswith("INC-0001 · T+")]
        assert not [m for m in prompted if " · T+3 · " not in m.text]
        about = {"team": company.team, "at": company.clock.now(), "number": 1, "source_id": "form:more", "step": "logs"}
        wish = MoreTime(**about, by=Actor(id=company.ada.id), minutes=5, why="busy")
        refused = await company.deck.intake.submit(wish)
        assert (refused.refused, refused.title) == (True, "Nothing to move")
        await company.devi.press("Complete", row=head("T+5"), in_message="Missed", channel=CHANNEL)
        await company.send(company.devi, REVOKED)
        await company.minutes(120)
        await company.check()


async def test_a_restart_posts_nothing_twice(company: Company) -> None:
    await company.open()
    await company.at("12:05")
    before = len(company.by_bot())
    await company.away(timedelta(seconds=1))
    assert len(company.by_bot()) == before
    await company.fill_in(company.devi, "T+5", REVOKED)
    assert (await company.incident()).step("revoke").label == "Done"


async def test_a_post_whose_answer_was_lost_before_the_end_is_found_by_the_next_start(company: Company) -> None:
    await company.open()
    await company.at("12:04")
    company.trouble("chat.postMessage", error=lost, after=True)
    await company.at("12:05")
    company.well_again()
    await company.away(timedelta(seconds=20))
    await company.seconds(10)

    assert len([m for m in company.by_bot() if m.text.startswith(head("T+5"))]) == 2


async def _scorecard(company: Company) -> str:
    await company.say(company.sam, "INC-0001 false-alarm enough")
    return (await company.sam.sees("called off as a false alarm", channel=CHANNEL)).text


async def test_a_direct_message_whose_conversation_is_gone_is_opened_anew(company: Company) -> None:
    for person in (company.devi, company.sam):
        await company.store.keep_conversation(company.team, person.id, "D0GONE")
    await company.away(timedelta())
    await company.open()
    await company.at("12:05")

    assert await company.prompt(company.devi, "T+5", channel=BOT)
    assert (await company.store.conversations(company.team))[company.devi.id] != "D0GONE"


async def test_reopening_is_told_in_the_incident_channel(company: Company) -> None:
    await company.open()
    await company.say(company.sam, "INC-0001 false-alarm a dummy")
    await company.minutes(1)
    await company.say(company.sam, "INC-0001 reopen it was none")
    await company.minutes(0)

    assert "INC-0001 was opened again, led by Sam Okafor" in (await company.sam.sees("was opened again")).text


async def test_a_topic_that_comes_late_ends_what_it_began(company: Company) -> None:
    company.trouble("conversations.setTopic", error=lost)
    await company.open()
    await company.seconds(3)
    assert company.deck.lateness.slack_down_since is not None
    company.well_again()
    await company.seconds(3)

    assert company.deck.lateness.slack_down_since is None
