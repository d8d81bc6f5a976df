"""Presses and forms with values that nobody could have made: a sentence, never a traceback, no entry lost."""

import json

import pytest

from simulator.driver import Person
from tests.scenario.company import BOT, REVOKED, Company, head

VALUES = ["", "0", "999", "999|revoke", "1", "1|nothing", "1|", "-1|revoke", "x|y|z", "1|REVOKE", "١|revoke", "9" * 40]


def forge(company: Company, person: Person, **changes: str) -> None:
    """Change the buttons of the person's newest prompt, as an older version might have made them."""
    channel = company.workspace.direct_message(person.id, company.workspace.bot.id)
    for message in company.workspace.messages[channel.id]:
        for block in message.blocks:
            for element in block.get("elements", []) if block["type"] == "actions" else []:
                element |= changes


async def presses(company: Company) -> None:
    await company.open()
    await company.at("12:05")


@pytest.mark.parametrize("label", ["Complete step", "Take over", "I can't"])
async def test_a_button_with_a_senseless_value_says_so(company: Company, label: str) -> None:
    await presses(company)
    before = await company.entries()
    for value in VALUES:
        forge(company, company.devi, value=value)
        await company.devi.press(label, in_message=head("T+5"), channel=BOT)
        assert company.devi.dialog is not None, f"{label} with {value!r} was silent"
        assert company.devi.dialog.submit is None
        assert len(company.devi.dialog.text) > 10
        await company.devi.close()
    await company.quiet()
    assert (await company.entries())[: len(before)] == before


@pytest.mark.parametrize("action", ["", "nobody_knows", "form_open", "__class__", "step_complete "])
async def test_an_unknown_button_says_so(company: Company, action: str) -> None:
    await presses(company)
    forge(company, company.devi, action_id=action or "x")
    await company.devi.press("Complete step", in_message=head("T+5"), channel=BOT)
    assert company.devi.dialog is not None
    assert "This button leads nowhere any more" in company.devi.dialog.text


@pytest.mark.parametrize(
    "action", ["board_note", "board_close", "answer_give", "answer_waive", "join_yes", "door_open"]
)
async def test_a_known_button_where_it_does_not_belong_says_so(company: Company, action: str) -> None:
    await presses(company)
    forge(company, company.devi, action_id=action)
    await company.devi.press("Complete step", in_message=head("T+5"), channel=BOT)
    await company.quiet()
    assert company.devi.dialog is not None


@pytest.mark.parametrize(
    "metadata",
    [
        "",
        "nonsense",
        "[]",
        "null",
        "1",
        '{"number": "1"}',
        '{"number": true}',
        '{"number": 1e400}',
        '{"number": -5, "step": "revoke"}',
        '{"number": 999, "step": "revoke"}',
        '{"number": 99999999999999999999, "step": "revoke"}',
        '{"number": 1}',
        '{"number": 1, "step": null}',
        '{"number": 1, "step": "nothing"}',
    ],
)
async def test_a_form_that_is_about_nothing_says_so(company: Company, metadata: str) -> None:
    await presses(company)
    await company.devi.press("Complete step", in_message=head("T+5"), channel=BOT)
    company.workspace.modals[company.devi.id][-1].source["private_metadata"] = metadata
    await company.devi.fill(REVOKED)
    errors = await company.devi.submit()
    assert errors or (company.devi.dialog is not None and company.devi.dialog.text)
    said = json.dumps([errors, company.devi.dialog.text if company.devi.dialog else ""], ensure_ascii=False)
    assert "Something went wrong" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "callback",
    ["form_open", "form_same_key", "form_cant", "form_answer", "form_waive", "form_note", "form_close", "unknown"],
)
async def test_a_form_under_another_name_is_answered(company: Company, callback: str) -> None:
    await presses(company)
    await company.devi.press("Complete step", in_message=head("T+5"), channel=BOT)
    company.workspace.modals[company.devi.id][-1].source["callback_id"] = callback
    await company.devi.fill(REVOKED)
    errors = await company.devi.submit()
    assert "Something went wrong" not in repr(errors)
    await company.quiet()
