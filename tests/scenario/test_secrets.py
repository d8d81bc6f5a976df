"""A key that somebody pastes anywhere: it is nowhere afterwards but in what that person typed."""

import logging
import random
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.driver import Person
from simulator.model import Message
from tests.scenario.company import BOT, CHANNEL, COMMITTED, Company, down, lost

_URL_SAFE = string.ascii_letters + string.digits + "_-"
KEY = "sk-ant-" + "api03-" + "Q7x" + "".join(random.Random(7).choices(_URL_SAFE, k=90)) + "AA"
HIDDEN = KEY[16:-4]  # of the key what nothing may show

TEXTS = ("plain_text_input", "url_text_input")


async def paste_everywhere(company: Company, person: Person, choices: dict[str, Any]) -> None:
    """Put the key into every field of the open form that takes a text, and send it."""
    assert person.dialog is not None
    fields = [field for field in person.dialog.fields if field["type"] in TEXTS]
    await person.fill({field["label"]: _pasted(field) for field in fields} | choices)
    errors = await person.submit()
    if errors:  # an address is none any more without its key
        assert list(errors) == ["Link to the log extract"]
        await person.fill({"Link to the log extract": "https://logs.example/"})
        assert await person.submit() is None
    await company.quiet()


def _pasted(field: dict[str, Any]) -> str:
    return f"https://logs.example/{KEY}" if field["type"] == "url_text_input" else f"here it is: {KEY} !"


Logged = Callable[[], str]


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Logged:
    """Every line that was logged, by whomever."""
    caplog.set_level(logging.INFO)
    return lambda: f"{caplog.text}{capsys.readouterr()}"


def shows(where: str | bytes) -> str | None:
    """Twelve characters of the key that can be read there."""
    text = where.decode("utf-8", "replace") if isinstance(where, bytes) else where
    parts = (HIDDEN[start : start + 12] for start in range(len(HIDDEN) - 11))
    return next((part for part in parts if part in text), None)


def must_be_nowhere(company: Company, logged: Logged) -> None:
    path = Path(company.url.removeprefix("sqlite:///"))
    for file in path.parent.iterdir():
        if file.is_file():
            assert not shows(file.read_bytes()), f"in {file.name}"
    assert not shows(logged())
    for message in company.by_bot():
        assert not shows(_all_of(message)), f"in a message: {message.text}"
    for file in company.workspace.files.values():
        assert file.content is not None
        assert not shows(file.content), f"in {file.name}"
    for view in (view for stack in company.workspace.modals.values() for view in stack):
        assert not shows(repr(view.source)), "in an open form"


def _all_of(message: Message) -> str:
    return repr((message.text, message.blocks, message.attachments, message.metadata))


async def test_a_key_in_every_field_of_every_form(company: Company, logged: Logged) -> None:
    await company.dana.command("/incident", "report")
    await paste_everywhere(company, company.dana, {"Trigger": COMMITTED})
    await company.at("12:02")
    steps: list[tuple[Person, str, dict[str, Any]]] = [
        (company.devi, "T+5", {"How was it confirmed?": "Seen in the Console"}),
        (company.ada, "T+7", {"Verdict": "Suspicious"}),
        (company.sam, "T+10", {"Severity": "SEV1", "Data within reach": ["Public"], "Notify executives?": "Yes"}),
        (company.rob, "T+15", {}),
    ]
    for person, mark, choices in steps:
        await person.press("Complete", row=f"{mark} · ", channel=CHANNEL)
        await paste_everywhere(company, person, choices)
        await person.press("Correct", row=f"{mark} · ", channel=CHANNEL)
        await paste_everywhere(company, person, {})
    await company.at("12:03")
    for wish in (
        {"What do you need?": "More time", "How long?": "5 min"},
        {"What do you need?": "Hand over", "To whom?": "Sid Park"},
    ):
        await company.sam.press("I can't", in_message="T+3", channel=CHANNEL)
        await paste_everywhere(company, company.sam, wish)
    await company.fill_in(company.sid, "T+3", {"Submitted, no ID yet": True})
    await company.at("12:18")
    await company.sid.press("Enter ticket ID", in_message="Still to come", channel=BOT)
    await paste_everywhere(company, company.sid, {})
    await company.sam.press("Add note", in_message="T+0", channel=CHANNEL)
    await paste_everywhere(company, company.sam, {})
    await company.sam.press("Close incident", in_message="T+0", channel=CHANNEL)
    await paste_everywhere(company, company.sam, {})
    await company.say(company.sam, "export json", CHANNEL)
    await company.say(company.sam, "export md", CHANNEL)

    must_be_nowhere(company, logged)
    assert (await company.incident()).status.value == "closed"
    for person in (company.dana, company.devi, company.ada, company.sam, company.rob, company.sid):
        told = await person.sees("Delete your message", channel=BOT)
        assert "sk-ant-api03-Q7x" in told.text


async def test_a_key_in_every_skip_and_waiver(company: Company, logged: Logged) -> None:
    await company.open()
    await company.at("12:05")
    await company.fill_in(company.sam, "T+3", {"Submitted, no ID yet": True})
    await company.sam.press("I can't", in_message="T+5", channel=CHANNEL)
    await paste_everywhere(company, company.sam, {"What do you need?": "Skip"})
    await company.at("12:20")
    await company.sam.press("Waive", in_message="Still to come", channel=BOT)
    await paste_everywhere(company, company.sam, {})

    must_be_nowhere(company, logged)
    assert "sk-ant-api03-" in str((await company.incident()).step("escalate").reason)


@pytest.mark.parametrize(
    "text",
    [
        "{key}",
        "note {key}",
        "assign dev_lead {key}",
        "assign {key} @Rob Silva",
        "inc-{key} status",
        "{key} INC-0001",
        "export {key}",
        "close {key}",
        "false-alarm {key}",
        "reopen {key}",
        "drill {key}",
        "status {key}",
        "list {key}",
        "help {key}",
        "statsu {key}",
        "{key} status",
        "INC-{key} status",
        "status INC-{key}",
        "note INC-{key} x",
    ],
)
async def test_a_key_in_any_command(company: Company, logged: Logged, text: str) -> None:
    await company.open()
    said = await company.say(company.sam, text.format(key=KEY), CHANNEL)

    assert not shows(said)
    assert not shows(repr(company.sam.dialog and company.sam.dialog.raw))
    must_be_nowhere(company, logged)
    assert "What you typed held a key" in said
    answers = [m for m in company.all_messages() if m.only_for == company.sam.id]
    assert not shows(repr(answers))
    button = [m for m in answers if "Did you mean" in m.text]
    if button:
        await company.sam.press("Report it instead", in_message="Did you mean")
        assert company.sam.dialog is not None
        assert not shows(repr(company.sam.dialog.raw))


async def test_a_key_that_the_same_key_form_carries_along(company: Company, logged: Logged) -> None:
    await company.open(keys="prod-gateway")
    await company.max.command("/incident", f"see {KEY}")
    await company.max.fill({"Trigger": COMMITTED, "Suspect keys": "prod-gateway"})
    assert await company.max.submit() is None
    must_be_nowhere(company, logged)
    await company.max.press_in_dialog("Join INC-0001")
    await company.quiet()
    must_be_nowhere(company, logged)


async def test_a_key_in_a_direct_message(company: Company, logged: Logged) -> None:
    await company.dana.say(f"is {KEY} bad?", channel=BOT)
    await company.quiet()
    must_be_nowhere(company, logged)
    assert (await company.dana.sees("Delete your message", channel=BOT)).text


async def test_a_form_that_comes_as_a_button_keeps_no_key(company: Company, logged: Logged) -> None:
    company.trouble("views.open", error=lost)
    await company.dana.command("/incident", f"found {KEY}")
    company.well_again()
    await company.quiet()
    must_be_nowhere(company, logged)


async def told_to_delete(company: Company, person: Person) -> int:
    await company.quiet()
    return len([m for m in await person.messages(BOT) if "Delete your message" in m.text])


async def test_whoever_pasted_a_key_is_told_when_the_same_name_is_offered(company: Company) -> None:
    await company.open(keys="prod-gateway")
    await company.max.command("/incident", "see")
    await company.max.fill({"What happened?": f"see {KEY}", "Trigger": COMMITTED, "Suspect keys": "prod-gateway"})
    assert await company.max.submit() is None
    assert await told_to_delete(company, company.max) == 1


async def test_whoever_pasted_a_key_is_told_when_opening_is_refused(company: Company) -> None:
    company.trouble("users.info", error=down)
    await company.gus.command("/incident", "see")
    company.well_again()
    await company.gus.fill({"What happened?": f"see {KEY}", "Trigger": COMMITTED})
    assert await company.gus.submit() is None
    assert await company.incidents() == []
    assert await told_to_delete(company, company.gus) == 1


async def test_whoever_pasted_a_key_into_a_wrong_form_is_told_once(company: Company, logged: Logged) -> None:
    await company.open()
    await company.at("12:03")
    await company.sam.press("I can't", in_message="T+3", channel=CHANNEL)
    await company.sam.fill({"What do you need?": "More time", "Why?": f"see {KEY}"})
    assert list(await company.sam.submit() or {}) == ["How long?"]
    assert await told_to_delete(company, company.sam) == 1
    assert await company.sam.submit()
    await company.sam.fill({"How long?": "5 min"})
    assert await company.sam.submit() is None
    assert await told_to_delete(company, company.sam) == 1
    must_be_nowhere(company, logged)
