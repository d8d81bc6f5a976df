"""Usable by keyboard, named for those who do not see it, readable on a phone and in the dark."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Windows, shot
from tests.browser.test_talking import said
from tests.scenario.company import CHANNEL, COMMITTED, Company

PROBES = (Path(__file__).parent / "probes.js").read_text(encoding="utf-8")


async def found(page: Page, what: str) -> list[Any]:
    """What one of the probes finds fault with."""
    faults: list[Any] = await page.evaluate(f"() => {{ {PROBES}; return {what}(); }}")
    return faults


async def tab_to(target: Locator) -> None:
    """Press Tab until it has the focus."""
    for _ in range(20):
        if await target.evaluate("(node) => node === document.activeElement"):
            return
        await target.page.keyboard.press("Tab")
    raise AssertionError("it cannot be reached with the Tab key")


async def sound(page: Page) -> None:
    """Everything has a name, no id stands twice, nothing hangs over the edge."""
    assert await found(page, "unnamed") == []
    assert await found(page, "doubled") == []
    assert await found(page, "sideways") == []


async def test_an_incident_is_opened_without_a_mouse(at_work: Windows, company: Company) -> None:
    dana = await at_work.open("Dana Ito")
    await expect(dana.get_by_label("Message #general", exact=True)).to_be_visible()
    keys = dana.keyboard
    await keys.press("Tab")
    await expect(dana.get_by_role("link", name="Skip to the message box")).to_be_focused()
    await keys.press("Enter")
    await keys.type("/incident a key in a gist")
    await keys.press("Enter")
    form = dana.get_by_role("dialog", name="Report an incident")
    await expect(form.get_by_label("What happened?")).to_be_focused()
    await keys.press("Tab")
    await keys.type(COMMITTED[:7])
    await keys.press("Tab")
    await keys.type("prod-gateway")
    await tab_to(form.get_by_role("button", name="Open incident"))
    await keys.press("Enter")
    await expect(form).to_be_hidden()
    await expect(dana.get_by_label("Message #general", exact=True)).to_be_focused()
    assert (await company.incident()).trigger.value == "key_committed"


async def test_menus_and_panels_by_keyboard(windows: Windows) -> None:
    dana = await windows.open("Dana Ito")
    await dana.get_by_label("Message #general", exact=True).fill("hello")
    await dana.keyboard.press("Enter")
    more = said(dana, "hello").get_by_role("button", name="More actions")
    await more.focus()
    await dana.keyboard.press("Enter")
    await expect(dana.get_by_role("menuitem").first).to_be_focused()
    await dana.keyboard.press("End")
    await expect(dana.get_by_role("menuitem", name="Delete")).to_be_focused()
    await dana.keyboard.press("Escape")
    await expect(more).to_be_focused()
    await said(dana, "hello").get_by_role("link", name="Reply in a thread").press("Enter")
    await expect(dana.get_by_label("Reply …")).to_be_focused()
    await dana.keyboard.press("Escape")
    await expect(dana.get_by_role("complementary")).to_be_hidden()


async def test_places_are_landmarks_and_news_is_announced(windows: Windows) -> None:
    dana, sam = await windows.open("Dana Ito"), await windows.open("Sam Okafor")
    for place in ("main", "navigation"):
        await expect(dana.get_by_role(place).first).to_be_visible()
    await expect(dana.get_by_role("heading", level=1)).to_have_text("#general")
    await sam.get_by_label("Message #general", exact=True).fill("news")
    await sam.keyboard.press("Enter")
    await expect(dana.locator("#announcer")).to_have_text("Sam Okafor in #general: news")
    await sound(dana)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everything_is_named_and_legible(at_work: Windows, company: Company, scheme: str) -> None:
    await company.open()
    await company.at("12:03")
    sam = await at_work.open("Sam Okafor", color_scheme=scheme)
    await sam.get_by_role("link", name=CHANNEL).first.click()
    await expect(said(sam, "T+3 · Escalate")).to_be_visible()
    await sam.screenshot(**shot(f"board-{scheme}"))
    await sound(sam)
    assert await found(sam, "faint") == []
    await said(sam, "T+0").get_by_role("button", name="Complete T+10").click()
    await expect(sam.get_by_role("dialog")).to_be_visible()
    await sam.screenshot(**shot(f"form-{scheme}"))
    await sound(sam)
    assert await found(sam, "faint") == []


async def test_on_a_phone_the_channels_are_a_drawer(at_work: Windows, company: Company) -> None:
    await company.open()
    devi = await at_work.open("Devi Rao", viewport={"width": 360, "height": 740})
    await expect(devi.get_by_role("navigation", name="Workspace")).to_be_hidden()
    await devi.get_by_role("button", name="Show the channels").click()
    await devi.screenshot(**shot("phone-drawer"))
    await sound(devi)
    await devi.get_by_role("link", name=CHANNEL).first.click()
    await expect(devi.get_by_role("navigation", name="Workspace")).to_be_hidden()
    await expect(said(devi, "T+0").get_by_role("button", name="Complete T+5")).to_be_visible()
    await devi.screenshot(**shot("phone-board"))
    await sound(devi)
    await said(devi, "T+0").get_by_role("button", name="Complete T+5").click()
    await expect(devi.get_by_role("dialog")).to_be_visible()
    await sound(devi)
    await devi.screenshot(**shot("phone-form"))
