"""Slack answers and refuses: the workspace as a whole, until it does not, or one message for good."""

from collections.abc import Callable

from structlog.testing import capture_logs

from playbooks.entries import Kind
from simulator.api.call import Call
from simulator.errors import SlackError
from tests.scenario.company import BOT, Company, head


async def test_while_slack_refuses_the_whole_workspace_everything_waits(company: Company) -> None:
    await company.open()
    await company.at("12:04")
    await company.seconds(55)
    company.trouble("chat.postMessage", "chat.update", error=SlackError("org_login_required", status=200))
    with capture_logs() as lines:
        await company.seconds(40)
        _, facts = await company.health().readiness()
        company.well_again()
        await company.seconds(5)

    assert "late: Slack did not accept messages" in (await company.prompt(company.devi, "T+5")).text
    kinds = await company.kinds()
    assert [kinds.count(one) for one in (Kind.SEND_FAILED, Kind.HINDERED, Kind.UNHINDERED)] == [0, 1, 1]
    (sentence,) = facts["troubles"]
    assert "is moving to an enterprise organization" in sentence
    assert sentence in facts["slack"]
    actions = [line["action"] for line in lines if line["action"].startswith("trouble_")]
    assert actions == ["trouble_began", "trouble_over"]


async def of_board(company: Company, error: str, tries: list[str]) -> Callable[[Call], Exception | None]:
    """Slack refuses to change the board, and only that."""
    (board,) = await company.store.surfaces(company.team, 1, ["board"])

    def refuse(call: Call) -> Exception | None:
        if (call.args.get("channel"), call.args.get("ts")) != (board.channel, board.ts):
            return None
        tries.append(call.method)
        return SlackError(error, status=200)

    return refuse


async def test_an_update_that_slack_stumbles_over_is_tried_ever_more_seldom(company: Company) -> None:
    tries: list[str] = []
    await company.open()
    await company.at("12:02")
    company.trouble("chat.update", error=await of_board(company, "internal_error", tries))
    await company.at("12:03")
    for _ in range(40):
        await company.seconds(1)
    company.well_again()
    await company.seconds(30)

    assert 3 <= len(tries) <= 9, "thrice a second apart, then 2, 4, 8 and 16 s"
    assert "Due now · Sam Okafor" in (await company.board()).text


async def test_what_may_not_be_edited_any_more_is_left_and_said_once(company: Company) -> None:
    tries: list[str] = []
    await company.open()
    await company.at("12:02")
    company.trouble("chat.update", error=await of_board(company, "edit_window_closed", tries))
    await company.at("12:04")
    before = len(tries)
    await company.seconds(55)

    assert before <= 3
    assert len(tries) == before, "nothing new was to be said"
    failed = [entry for entry in await company.entries() if entry.kind is Kind.JOB_FAILED]
    assert ["forbids to edit" in (entry.text or entry.data["why"]) for entry in failed] == [True]
    (board,) = await company.store.surfaces(company.team, 1, ["board"])
    assert board.shown == board.wanted, "so it is forgotten when its time comes"
    company.well_again()
    await company.say(company.sam, "INC-0001 false-alarm a dummy")


async def test_the_ladder_does_not_wait_for_what_slack_stumbles_over_for_minutes(company: Company) -> None:
    await company.open()
    await company.at("12:04")

    def stumble(call: Call) -> Exception | None:
        escalates = "Escalation" in str(call.args.get("text")) and str(call.args.get("channel")).startswith("D")
        return SlackError("internal_error", status=200) if escalates else None

    company.trouble("chat.postMessage", error=stumble)
    await company.at("12:16")

    assert [m for m in await company.sam.messages("security-alerts") if "Escalation · " + head("T+5") in m.text]
    company.well_again()
    await company.minutes(1)
    failed = [e.data["surface"] for e in await company.entries() if e.kind is Kind.SEND_FAILED and e.step == "revoke"]
    assert len(failed) == len(set(failed)) > 0
    assert [m for m in await company.sam.messages(BOT) if "Escalation · " + head("T+5") in m.text], "tried on"
