"""Deeds with a result, when their answers are lost or somebody is refused: done once, and never instead of others."""

import sys

import pytest

from playbooks.entries import Kind
from simulator.api.call import Call
from simulator.errors import SlackError
from tests.scenario.company import BOT, CHANNEL, REVOKED, Company, head, limited, lost


@pytest.mark.parametrize(
    "method", ["files.getUploadURLExternal", "files.completeUploadExternal", "conversations.open", "files.info"]
)
@pytest.mark.parametrize("after", [False, True])
async def test_an_export_arrives_once_whatever_answer_is_lost(company: Company, method: str, after: bool) -> None:
    await company.open()
    company.trouble(method, error=lost, after=after)
    await company.say(company.sam, "INC-0001 export md")
    company.well_again()
    await company.minutes(1)

    shared = [m for m in await company.sam.messages(BOT) if "[INC-0001.md]" in m.text]
    assert len(shared) == 1
    assert (await company.kinds()).count(Kind.EXPORTED) == 1


@pytest.mark.parametrize(
    "method", ["conversations.invite", "pins.add", "conversations.setTopic", "conversations.create"]
)
@pytest.mark.parametrize("after", [False, True])
async def test_the_channel_gets_ready_whatever_answer_is_lost(company: Company, method: str, after: bool) -> None:
    company.trouble(method, error=lost, after=after)
    await company.open()
    company.well_again()
    await company.minutes(1)

    channel = company.workspace.channel_named(CHANNEL)
    assert channel.topic["value"].startswith("INC-0001 · ")
    assert [pin["ts"] for pin in channel.pins] == [(await company.board()).ts]
    assert company.devi.id in channel.members
    assert len([c for c in company.workspace.channels.values() if c.name.startswith("inc-")]) == 1


async def test_one_who_cannot_be_invited_keeps_nobody_out(company: Company) -> None:
    def not_ada(call: Call) -> Exception | None:
        return SlackError("user_is_restricted") if company.ada.id in call.text("users") else None

    company.trouble("conversations.invite", error=not_ada)
    await company.open()

    members = company.workspace.channel_named(CHANNEL).members
    assert {company.sam.id, company.devi.id, company.rob.id} < set(members)
    assert company.ada.id not in members
    assert (await company.last(Kind.JOB_FAILED)).text == "guests cannot be added"


async def test_a_limited_invitation_is_waited_out(company: Company) -> None:
    company.trouble("conversations.invite", error=limited(30))
    await company.open()
    company.well_again()
    await company.seconds(29)
    assert company.devi.id not in company.workspace.channel_named(CHANNEL).members
    await company.seconds(1)
    assert company.devi.id in company.workspace.channel_named(CHANNEL).members


@pytest.mark.parametrize("error", ["token_revoked", "invalid_auth", "account_inactive"])
async def test_a_revoked_token_drops_nothing(company: Company, error: str) -> None:
    await company.open()
    await company.at("12:04")
    company.trouble(error=SlackError(error))
    await company.at("12:06")
    company.well_again()
    await company.minutes(2)

    assert (await company.prompt(company.devi, "T+5")).buttons[0] == "Complete step"
    assert (await company.prompt(company.devi, "T+5", channel=CHANNEL)).buttons[0] == "Complete step"
    assert "late: Slack did not accept messages" in (await company.prompt(company.devi, "T+5")).text
    assert Kind.SEND_FAILED not in await company.kinds()


async def test_a_deleted_prompt_stays_deleted_and_stops_nothing(company: Company) -> None:
    await company.open()
    await company.at("12:05")
    prompt = await company.prompt(company.devi, "T+5")
    company.workspace.drop(company.workspace.message(prompt.channel, prompt.ts))
    await company.devi.press("Complete step", in_message=head("T+5"), channel=CHANNEL)
    await company.send(company.devi, REVOKED)
    assert "Done 12:05" in (await company.prompt(company.devi, "T+5", channel=CHANNEL)).text


async def test_an_export_that_cannot_be_made_here_is_said_and_not_tried_for_ever(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    await company.open()
    monkeypatch.setattr("bot.slack.commands.unavailable", lambda _: None)  # asked where it could be made
    monkeypatch.setitem(sys.modules, "typst", None)
    await company.say(company.sam, "INC-0001 export pdf")
    await company.minutes(1)

    assert (await company.kinds()).count(Kind.JOB_FAILED) == 1
    assert "pip install 'quarterdeck[export]'" in (await company.last(Kind.JOB_FAILED)).text
