"""Fifteen minutes of five people: from the report to the file, each in a window of their own."""

import re
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.conftest import Windows
from tests.browser.five import CHANNEL, NAMES, REPORT, STEPS, Five, fill, go
from tests.browser.test_panels import step, strip
from tests.browser.test_talking import said
from tests.scenario.company import Company


async def five(windows: Windows, company: Company) -> Five:
    return Five({name: await windows.open(name) for name in NAMES}, company.quiet)


async def report_with_a_gap(people: Five) -> None:
    """The trigger is missing at first: it is said there, and what was typed stands."""
    form = await people.report({label: REPORT[label] for label in REPORT if label != "Trigger"})
    trigger = form.get_by_label("Trigger")
    await expect(trigger).to_have_accessible_description("Please complete this required field.")
    await expect(form.get_by_label("What happened?")).to_have_value("a key in a public gist")
    await expect(form.get_by_label("Suspect keys")).to_have_value("prod-gateway")
    await expect(form.get_by_label("Yes: practise")).to_be_checked()
    await fill(form, {"Trigger": REPORT["Trigger"]})
    await form.get_by_role("button", name="Open incident").click()
    await expect(form).to_be_hidden()
    await people.settle()


async def put_forward(people: Five, mark: str) -> None:
    """The lead makes the next step due."""
    sam = people.pages["Sam Okafor"]
    jump = strip(sam).get_by_role("button", name=f"Jump to {mark}")
    async with sam.expect_response(re.compile("/command$")):
        await jump.click()
    await people.settle()
    await expect(jump).to_be_hidden()


async def refused(ada: Page) -> None:
    """Ada presses what is Devi's."""
    await go(ada, CHANNEL)
    await said(ada, "T+0 · ").get_by_role("button", name="Complete T+5").click()
    notice = ada.get_by_role("dialog", name="Not yours to complete")
    await expect(notice.get_by_text(re.compile("^Only @Devi Rao, .* can complete T"))).to_be_visible()
    await ada.keyboard.press("Escape")
    await expect(notice).to_be_hidden()


async def reloaded(devi: Page) -> None:
    """Everything is where it was."""
    await go(devi, CHANNEL)
    await devi.reload()
    await expect(devi.get_by_role("heading", level=1)).to_contain_text(CHANNEL)
    await expect(devi.get_by_label("You act as").locator("option:checked")).to_have_text("Devi Rao")
    await expect(said(devi, "T+0 · ")).to_contain_text(re.compile("Submitted.* by Sam Okafor"))
    await expect(step(devi, "T+5")).to_contain_text("Due now")


async def steps(people: Five) -> None:
    """Each owner from the own prompt, with what happens meanwhile."""
    for name, mark, answers in STEPS:
        await put_forward(people, mark)
        if mark == "T+5":
            await refused(people.pages["Ada Brandt"])
            await reloaded(people.pages["Devi Rao"])
        await people.complete(name, mark, answers)


async def test_five_people_play_the_whole_playbook(at_work: Windows, company: Company, tmp_path: Path) -> None:
    people = await five(at_work, company)
    await report_with_a_gap(people)
    await steps(people)
    await people.close()
    record = await people.export()
    (tmp_path / "INC-0001.html").write_text(record, encoding="utf-8")
    for there in ("INC-0001", "<svg", "5 of 5 steps on time"):
        assert there in record
    dana = people.pages["Dana Ito"]
    await expect(strip(dana)).to_be_hidden()
    incident = await company.incident()
    assert [one.label for one in incident.steps] == ["Done", "Submitted", "Done", "Done", "Done", "Done"]
    await dana.goto((tmp_path / "INC-0001.html").as_uri())
    await expect(dana.get_by_role("heading", level=1)).to_contain_text("INC-0001")
