"""What the operator reads while Slack is in a mood: which action, about which incident."""

from structlog.testing import capture_logs

from simulator.errors import SlackError
from tests.scenario.company import KEY, Company, lost


async def test_what_slack_refuses_is_logged_with_its_incident(company: Company) -> None:
    with capture_logs() as lines:
        company.trouble("conversations.create", "pins.add", error=SlackError("restricted_action"))
        await company.open(text=f"Found {KEY} in a gist")
    company.well_again()

    refused = [line for line in lines if line["action"] == "job_refused"]
    assert {(line["key"].split(":")[0], line["incident"], line["error"]) for line in refused} == {
        ("channel", "INC-0001", "restricted_action"),
        ("pin", "INC-0001", "restricted_action"),
    }
    assert "gist" not in repr(lines)


async def test_a_lost_answer_is_logged_with_its_incident(company: Company) -> None:
    await company.open()
    with capture_logs() as lines:
        company.trouble("chat.postMessage", error=lost, after=True)
        await company.at("12:03")
        company.well_again()
        await company.seconds(10)

    assert {line.get("incident") for line in lines if line["action"] == "answer_lost"} == {"INC-0001"}
    assert not {line["action"] for line in lines} & {"slack_down", "slack_up"}, "one lost answer is no outage"


async def test_what_is_tried_again_and_again_is_said_once(company: Company) -> None:
    with capture_logs() as lines:
        company.trouble("conversations.invite", "chat.update", error=lost)
        await company.open()
        await company.seconds(20)
        company.well_again()
        await company.quiet()

    tried = [line["key"] for line in lines if line["action"] in ("job_retry", "answer_lost")]
    assert tried
    assert len(tried) == len(set(tried))
    assert {key.split(":")[0] for key in tried} == {"invite"}


async def test_whoever_is_answered_in_the_alerts_channel_is_logged_once_by_id(company: Company) -> None:
    said: list[str] = []
    with capture_logs() as lines:
        for name, text in (
            ("Leak Scanner", "a secret"),
            ("Rob Silva", "is this an exposed key?"),
            ("Rob Silva", "lunch?"),
        ):
            await company.practice.person(name).say(text, channel="security-alerts")
            await company.quiet()
            said.append(text)
        await company.look_back()

    scanner, rob = company.workspace.user_named("Leak Scanner"), company.workspace.user_named("Rob Silva")
    answered = [line["sender"] for line in lines if line["action"] == "alert_answered"]
    assert answered == [scanner.bot_id, rob.id]
    assert not [text for text in said if text in repr(lines)]
