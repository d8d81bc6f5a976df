"""The whole playbook through the page: five people with a window each, whichever bot answers them."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.browser.test_talking import said, say
from tests.scenario.company import COMMITTED, NOTIFIED, PULLED, REVOKED, ROTATED, head

NAMES = ("Dana Ito", "Sam Okafor", "Devi Rao", "Ada Brandt", "Rob Silva")
CHANNEL = "inc-0001-drill-key-committed"
PENDING = {"Submitted, no ID yet": True}
REPORT = {"Trigger": COMMITTED, "Suspect keys": "prod-gateway", "This is a drill": True}
STEPS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Sam Okafor", "T+3", PENDING),
    ("Devi Rao", "T+5", REVOKED),
    ("Ada Brandt", "T+7", PULLED),
    ("Sam Okafor", "T+10", NOTIFIED),
    ("Rob Silva", "T+15", ROTATED),
)


async def fill(form: Locator, answers: dict[str, Any]) -> None:
    """Fill a dialog in, as the controls want it: text, a choice, several, or True for a single tick."""
    for label, answer in answers.items():
        group = form.get_by_role("group", name=label)
        if await group.count():
            for one in answer if isinstance(answer, list) else [answer]:
                await (group.get_by_role("checkbox") if one is True else group.get_by_label(one, exact=True)).check()
        elif await (field := form.get_by_label(label)).evaluate("node => node.localName") == "select":
            await field.select_option(answer)
        else:
            await field.fill(answer)


async def go(page: Page, place: str) -> None:
    """Follow the link to a channel or a conversation."""
    words = re.compile(rf"{place}( \d+ unread)?$")  # and neither the Home nor whoever is called alike
    await page.get_by_role("navigation").get_by_role("link", name=words).first.click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(place)


@dataclass
class Five:
    """What they do. `settle` waits until the bot has done what follows from it, where somebody can tell."""

    pages: dict[str, Page]
    settle: Callable[[], Awaitable[None]]

    async def report(self, answers: dict[str, Any] = REPORT) -> Locator:
        """Type the command, fill the form in and send it."""
        dana = self.pages["Dana Ito"]
        await say(dana, "/incident a key in a public gist")
        form = dana.get_by_role("dialog", name="Report an incident")
        await expect(form).to_be_visible()
        await fill(form, answers)
        await form.get_by_role("button", name="Open incident").click()
        return form

    async def prompted(self, name: str, mark: str) -> Locator:
        """Wait for the prompt of a step in its owner's conversation with the bot."""
        page = self.pages[name]
        await go(page, "Quarterdeck")
        prompt = said(page, head(mark)).filter(has=page.get_by_role("button", name="Complete step")).first
        await expect(prompt).to_be_visible()
        return prompt

    async def complete(self, name: str, mark: str, answers: dict[str, Any]) -> None:
        """Answer one's own prompt."""
        page, prompt = self.pages[name], await self.prompted(name, mark)
        await prompt.get_by_role("button", name="Complete step").click()
        form = page.get_by_role("dialog", name=f"{mark} · INC-0001")
        await expect(form).to_be_visible()
        await fill(form, answers)
        await form.get_by_role("button", name="Complete step").click()
        await expect(form).to_be_hidden()
        await self.settle()

    async def close(self) -> None:
        """Sam ends it."""
        sam = self.pages["Sam Okafor"]
        await go(sam, CHANNEL)
        await self._command(sam, "/incident close practised, nothing is lost")
        await expect(said(sam, "INC-0001 closed by Sam Okafor")).to_be_visible()

    async def export(self) -> str:
        """Sam asks for the record and opens what comes."""
        sam = self.pages["Sam Okafor"]
        await self._command(sam, "/incident export html")
        await go(sam, "Quarterdeck")
        async with sam.expect_download() as saving:
            await sam.get_by_role("button", name="INC-0001.html").last.click()  # the tour offers it too
        return (await (await saving.value).path()).read_text(encoding="utf-8")

    async def _command(self, page: Page, text: str) -> None:
        """In the incident's channel; it was answered."""
        async with page.expect_response(re.compile("/command$")):
            await say(page, text, f"Message #{CHANNEL}")
        await self.settle()
