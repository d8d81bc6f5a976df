"""Forms: each field wrong, then corrected, and nothing that was typed is lost."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from playbooks.entries import Kind
from simulator.driver import Person
from tests.scenario.company import (
    CHANNEL,
    COMMITTED,
    ESCALATED,
    NOON,
    NOTIFIED,
    PULLED,
    REVOKED,
    ROTATED,
    Company,
)

TOMORROW = NOON + timedelta(days=1)

# step, who, a whole form, and what is wrong in turn: the field, what stands in it, where the error is shown
WRONG: list[tuple[str, str, dict[str, Any], dict[str, Any], str]] = [
    ("T+3", "sam", ESCALATED, {"Support ticket ID": None}, "Support ticket ID"),
    ("T+3", "sam", ESCALATED, {"Support ticket ID": "   "}, "Support ticket ID"),
    ("T+5", "devi", REVOKED, {"Which key": None}, "Which key"),
    ("T+5", "devi", REVOKED, {"Which key": " \n "}, "Which key"),
    ("T+5", "devi", REVOKED, {"Revoked at": TOMORROW}, "Revoked at"),
    ("T+5", "devi", REVOKED, {"Revoked at": None}, "Revoked at"),
    ("T+5", "devi", REVOKED, {"How was it confirmed?": None}, "How was it confirmed?"),
    ("T+7", "ada", PULLED, {"Window from": TOMORROW}, "Window from"),
    ("T+7", "ada", PULLED, {"Window to": TOMORROW}, "Window to"),
    ("T+7", "ada", PULLED, {"Window to": NOON - timedelta(days=3)}, "Window to"),
    ("T+7", "ada", PULLED, {"Verdict": None}, "Verdict"),
    ("T+7", "ada", PULLED, {"Who called what": "\u200b"}, "Who called what"),
    ("T+7", "ada", PULLED, {"Link to the log extract": "https://user:pw@logs.example"}, "Link to the log extract"),
    ("T+10", "sam", NOTIFIED, {"Severity": None}, "Severity"),
    ("T+10", "sam", NOTIFIED, {"Data within reach": []}, "Data within reach"),
    ("T+10", "sam", NOTIFIED, {"Notify executives?": None}, "Notify executives?"),
    ("T+10", "sam", NOTIFIED, {"Why": " "}, "Why"),
    ("T+10", "sam", NOTIFIED, {"What the teams were told": " "}, "What the teams were told"),
    ("T+15", "rob", ROTATED, {"New key": " "}, "New key"),
    ("T+15", "rob", ROTATED, {"Deployed to": " "}, "Deployed to"),
    ("T+15", "rob", ROTATED, {"Old key deleted for good on": None}, "Old key deleted for good on"),
    ("T+15", "rob", ROTATED, {"Next rotation": date(2200, 1, 1)}, "Next rotation"),
]


@pytest.mark.parametrize("step", ["T+3", "T+5", "T+7", "T+10", "T+15"])
async def test_a_wrong_field_is_said_there_and_loses_nothing(company: Company, step: str) -> None:
    await company.open()
    cases = [case for case in WRONG if case[0] == step]
    person: Person = getattr(company, cases[0][1])
    await person.press("Complete", row=f"{step} · ", channel=CHANNEL)
    assert person.dialog is not None
    assert person.dialog.title == f"{step} · INC-0001"
    before = len(await company.entries())
    for _, _, whole, wrong, field in cases:
        defaults = person.dialog.values
        await person.fill({**whole, **wrong})
        typed = person.dialog.values
        assert list(await person.submit() or {}) == [field], f"{wrong} was taken"
        assert person.dialog.values == typed
        await person.fill({label: defaults[label] for label in wrong if label not in whole} | whole)
    assert len(await company.entries()) == before
    assert await person.submit() is None
    await company.quiet()
    assert len(await company.entries()) == before + 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"What happened?": None}, "What happened?"),
        ({"What happened?": "  "}, "What happened?"),
        ({"Trigger": None}, "Trigger"),
        ({"When was it noticed?": None}, "When was it noticed?"),
    ],
)
async def test_the_report_is_corrected_and_opens_one(company: Company, wrong: dict[str, Any], field: str) -> None:
    await company.dana.command("/incident", "a key in a gist")
    whole = {"Trigger": COMMITTED, "Suspect keys": "prod-gateway"}
    await company.dana.fill({**whole, **wrong})
    assert list(await company.dana.submit() or {}) == [field]
    assert company.dana.dialog is not None
    assert company.dana.dialog.values["Suspect keys"] == "prod-gateway"
    good = {"What happened?": "a key", "Trigger": COMMITTED, "When was it noticed?": NOON - timedelta(minutes=8)}
    await company.dana.fill({field: good[field]})
    assert await company.dana.submit() is None
    await company.quiet()

    assert [incident.number for incident in await company.incidents()] == [1]


async def test_a_form_sent_twice_opens_one(company: Company) -> None:
    await company.dana.command("/incident", "a key in a gist")
    await company.dana.fill({"Trigger": COMMITTED})
    await asyncio.gather(company.dana.submit(), company.dana.submit())
    await company.quiet()

    assert len(await company.incidents()) == 1
    assert (await company.kinds()).count(Kind.OPENED) == 1


async def test_a_step_form_sent_twice_counts_once_and_refuses_nobody(company: Company) -> None:
    await company.open()
    await company.devi.press("Complete", row="T+5 · ", channel=CHANNEL)
    await company.devi.fill(REVOKED)
    await asyncio.gather(company.devi.submit(), company.devi.submit())
    await company.quiet()

    assert (await company.kinds()).count(Kind.COMPLETED) == 1
    assert Kind.REFUSED not in await company.kinds()


async def test_noticed_earlier_is_kept_apart_from_the_opening(company: Company) -> None:
    await company.open(**{"When was it noticed?": NOON - timedelta(minutes=8)})

    incident = await company.incident()
    assert (incident.noticed_at, incident.t0) == (NOON - timedelta(minutes=8), NOON)
    assert "noticed 11:52, opened 12:00" in (await company.board()).text


async def test_the_form_has_the_fields_and_words_of_the_report(company: Company) -> None:
    await company.dana.command("/incident")
    dialog = company.dana.dialog
    assert dialog is not None
    assert (dialog.title, dialog.submit) == ("Report an incident", "Open incident")
    assert dialog.labels == [
        "What happened?",
        "Trigger",
        "Suspect keys",
        "When was it noticed?",
        "This is a drill",
    ]
    triggers = next(field["options"] for field in dialog.fields if field["label"] == "Trigger")
    assert [option["label"] for option in triggers] == [
        "API key committed to a repository",
        "Key exposed in public (scanner alert)",
        "Cost spike, 5x or more week over week",
        "API calls from an unexpected place",
        "Suspected prompt injection (abuse report)",
        "Unauthorized tool run or file access by Claude Code",
    ]
    assert dialog.values["When was it noticed?"] == int(NOON.timestamp())


async def test_a_text_behind_the_command_is_filled_in(company: Company) -> None:
    await company.dana.command("/incident", "the gateway key is on pastebin & <public>")
    assert company.dana.dialog is not None
    assert company.dana.dialog.values["What happened?"] == "the gateway key is on pastebin & <public>"
