"""The pictures of the README and the docs: `make pictures` plays a drill and writes them into docs/pictures."""

import asyncio
import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

from playwright.async_api import Locator, Page, ViewportSize, expect

from storage.migrations import migrate
from tests.browser.conftest import Windows, chromium
from tests.browser.five import CHANNEL, REPORT, STEPS, Five, go
from tests.browser.test_panels import step, strip
from tests.browser.test_talking import said
from tests.scenario.company import ESCALATED, Company, company_at_work

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
WIDE: ViewportSize = {"width": 1200, "height": 750}
SHORT: dict[str, dict[str, Any]] = {  # fewer words than the tests have, so that a picture stays small
    "T+7": {"Who called what": "the gateway"},
    "T+10": {"Data within reach": ["Internal"], "Why": "no data left", "What the teams were told": "a new key comes"},
}
TOLD = [
    ("Sam Okafor", "T+3", ESCALATED),
    *((name, mark, answers | SHORT.get(mark, {})) for name, mark, answers in STEPS[1:]),
]
NARROW: ViewportSize = {"width": 360, "height": 740}


async def take(page: Page, name: str) -> None:
    """One picture, without what blinks or hovers."""
    await page.mouse.move(0, 0)
    await page.screenshot(path=FOLDER / f"{name}.png", animations="disabled", caret="hide")


class Album:
    """A drill, and the moments that are kept of it."""

    def __init__(self, windows: Windows, company: Company) -> None:
        self._windows = windows
        self._company = company
        self._steps = iter(TOLD)

    async def fill(self) -> None:
        """Take them all."""
        dana = await self._open("Dana Ito")
        await take(dana, "first-sight")
        await self._report(dana)
        await self._prompted()
        await self._midway()
        await self._end()

    async def _open(self, name: str, **looks: Any) -> Page:
        """The page's clock is the company's, so that what it counts fits."""
        page = await self._windows.open(name, **({"viewport": WIDE} | looks))
        await page.clock.set_fixed_time(self._company.clock.now())
        return page

    async def _report(self, dana: Page) -> None:
        people = Five({"Dana Ito": dana}, self._company.quiet)
        form = await people.report({label: REPORT[label] for label in REPORT if label != "Trigger"})
        await expect(form.get_by_label("Trigger")).to_have_attribute("aria-invalid", "true")
        await take(dana, "form-with-errors")
        await form.get_by_label("Trigger").select_option(REPORT["Trigger"])
        await form.get_by_role("button", name="Open incident").click()
        await expect(form).to_be_hidden()
        await dana.context.close()

    async def _prompted(self) -> None:
        await self._company.at("12:03")
        sam = await self._open("Sam Okafor")
        await go(sam, "Quarterdeck")
        await _show(said(sam, "INC-0001 · T+3 · "))
        await take(sam, "prompt")

    async def _midway(self) -> None:
        """Two steps are done, the third is due."""
        await self._answer(2)
        await self._company.at("12:07")
        devi = await self._open("Devi Rao")
        dark = await self._open("Devi Rao", color_scheme="dark")
        ada = await self._open("Ada Brandt", viewport=NARROW)
        await ada.get_by_role("button", name="Show the channels").click()
        for page, name in ((devi, "board"), (dark, "dark"), (ada, "narrow")):
            await go(page, CHANNEL)
            await page.get_by_role("button", name="Skip the tour").click()  # so that the board has room
            await expect(step(page, "T+7")).to_contain_text("Due now")
            await _show(said(page, "T+0 · "))
            await take(page, name)

    async def _end(self) -> None:
        await self._answer(len(STEPS))
        await self._company.say(self._company.sam, "INC-0001 close practised")
        rob = await self._open("Rob Silva")
        await go(rob, CHANNEL)
        await rob.get_by_role("button", name="Skip the tour").click()
        await expect(strip(rob)).to_be_hidden()
        await _show(said(rob, "T+0 · "))
        await take(rob, "board-at-the-end")

    async def _answer(self, count: int) -> None:
        """Complete as many steps, each half a minute after it is due."""
        for name, mark, answers in islice(self._steps, count):
            await self._company.at(f"12:{int(mark[2:]):02}")
            await self._company.seconds(30)
            await self._company.fill_in(self._company.practice.person(name), mark, answers)


async def _show(message: Locator) -> None:
    await expect(message.first).to_be_visible()
    await message.first.evaluate("node => node.scrollIntoView({ block: 'start' })")


async def pictures() -> None:
    """Writes them all. Raises what went wrong, among it whatever a page complained about."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        record = f"sqlite:///{folder}/record.db"
        await asyncio.to_thread(migrate, record)
        async with company_at_work(Path(folder), record) as company, chromium() as browser:
            windows = Windows(browser, company.workspace)
            await Album(windows, company).fill()
            await windows.close()


if __name__ == "__main__":
    asyncio.run(pictures())
