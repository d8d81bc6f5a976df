"""What somebody reads at once when Slack neither opens a form nor takes a direct message from us."""

import pytest

from playbooks.entries import Kind
from simulator import losses
from simulator.driver import Person
from simulator.errors import SlackError
from tests.scenario.company import BOT, CHANNEL, KEY, REVOKED, Company, down, head

TOKEN = "Slack does not accept Quarterdeck's token"
AWAY = "Slack does not answer Quarterdeck"


def take_away(company: Company, what: str) -> str:
    """What the sentence says of it."""
    if what == TOKEN:
        losses.revoke_token(company.workspace)
    else:
        company.trouble(error=down)
    return what


def give_back(company: Company) -> None:
    losses.restore_token(company.workspace)
    company.well_again()


async def reads(person: Person, words: str, channel: str) -> str:
    message = await person.sees(words, channel=channel)
    assert message.raw["only_you"]
    return message.text


@pytest.mark.parametrize("what", [TOKEN, AWAY])
async def test_whoever_presses_for_a_form_reads_why_it_does_not_open(company: Company, what: str) -> None:
    await company.open()
    await company.at("12:05")
    why = take_away(company, what)
    await company.devi.press("Complete step", in_message=head("T+5"), channel=BOT)
    assert "The form “T+5 · INC-0001” cannot be opened now: " in await reads(company.devi, why, BOT)

    give_back(company)
    await company.minutes(1)
    await company.devi.press("Open it", in_message="The form “T+5 · INC-0001”", channel=BOT)
    await company.send(company.devi, REVOKED)
    assert (await company.kinds()).count(Kind.COMPLETED) == 1


@pytest.mark.parametrize("what", [TOKEN, AWAY])
async def test_whoever_reports_reads_so_and_nothing_typed_is_lost(company: Company, what: str) -> None:
    why = take_away(company, what)
    answer = await company.dana.command("/incident", f"A key in a public gist {KEY}")
    assert answer is not None
    assert why in answer.text
    assert "Nothing is recorded yet" in answer.text
    assert "What you typed held a key" in answer.text
    assert company.dana.dialog is None

    give_back(company)
    await company.minutes(1)
    await company.dana.press("Open it", in_message="The form “Report", channel=BOT)
    assert company.dana.dialog is not None
    assert "A key in a public gist [Anthropic key sk-ant" in str(company.dana.dialog.values)
    assert KEY not in company.everything_visible()


async def test_a_refusal_says_itself_at_once(company: Company) -> None:
    await company.open()
    await company.at("12:05")
    take_away(company, TOKEN)
    await company.dana.press("Complete", row="T+5 · ", channel=CHANNEL)
    assert "can complete" in await reads(company.dana, "Only ", CHANNEL)
    assert Kind.REFUSED in await company.kinds()
    give_back(company)


async def test_where_a_ticket_ran_out_the_button_is_enough(company: Company) -> None:
    await company.open()
    await company.at("12:05")
    company.trouble("views.open", error=SlackError("expired_trigger_id"))
    await company.devi.press("Complete step", in_message=head("T+5"), channel=BOT)
    await company.quiet()

    assert [m for m in await company.devi.messages(BOT) if m.raw["only_you"]] == []
    await company.devi.sees("The form “T+5 · INC-0001” could not be opened in time", channel=BOT)
