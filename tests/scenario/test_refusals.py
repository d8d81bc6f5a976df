"""Slack answers and refuses: the workspace as a whole, until it does not, or one message for good."""

from structlog.testing import capture_logs

from playbooks.entries import Kind
from simulator.errors import SlackError
from tests.scenario.company import Company


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
