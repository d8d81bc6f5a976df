"""A browser for all tests of a run, and people with a window each."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from simulator.company import practice_workspace
from simulator.web import Server, serve
from simulator.workspace import Patience, Workspace
from storage.migrations import migrate
from tests.browser.finding import WHAT_TO_DO, find_browser
from tests.scenario.company import Company, company_at_work

expect.set_options(timeout=10_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loop for all, because the browser belongs to the loop that started it."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Raises `LookupError`, which says what to install, when there is no browser."""
    program = find_browser()
    if program is None:
        raise LookupError(WHAT_TO_DO)
    # Chromium refuses its own sandbox to root; the pages here come from this machine only.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@dataclass
class Windows:
    """Opens the page as somebody. Whatever a page complains about in its console fails the test at its end."""

    browser: Browser
    workspace: Workspace
    complaints: list[str] = field(default_factory=list)

    @property
    def ids(self) -> dict[str, str]:
        return {user.real_name: user.id for user in self.workspace.users.values()}

    async def open(self, name: str, place: str = "", *, at: str | None = None, **looks: Any) -> Page:
        """A window of this person's own, at a place (`general`, an id, `home`) or at any address `at`."""
        context = await self.browser.new_context(locale="en-GB", timezone_id="Europe/Berlin", **looks)
        context.set_default_timeout(10_000)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self._hear(message.type, message.text))
        await page.goto(at or f"{self.workspace.url}/#as={self.ids[name]}{f'&in={place}' if place else ''}")
        await expect(page.get_by_label("You act as")).to_have_value(self.ids[name])
        return page

    def _hear(self, kind: str, text: str) -> None:
        refused = "status of 409" in text  # what the screen does not offer; the page says it to the person
        if kind in ("error", "warning") and not refused:
            self.complaints.append(text)

    async def close(self, *, but: str = "-") -> None:
        """Complaints with `but` in them were to be expected."""
        for context in self.browser.contexts:
            await context.close()
        assert [complaint for complaint in self.complaints if but not in complaint] == []


@pytest_asyncio.fixture(loop_scope="session")
async def server() -> AsyncIterator[Server]:
    """The workspace without the bot: nobody answers."""
    async with serve(practice_workspace(patience=Patience(ack_s=0.3, retries_s=()))) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def windows(browser: Browser, server: Server) -> AsyncIterator[Windows]:
    windows = Windows(browser, server.workspace)
    yield windows
    await windows.close()


@pytest_asyncio.fixture(loop_scope="session")
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    """The workspace with the real bot, told the time."""
    record = f"sqlite:///{tmp_path / 'record.db'}"
    migrate(record)
    async with company_at_work(tmp_path, record) as company:
        yield company
        await company.check()


@pytest_asyncio.fixture(loop_scope="session")
async def at_work(browser: Browser, company: Company) -> AsyncIterator[Windows]:
    windows = Windows(browser, company.workspace)
    yield windows
    await windows.close()


def shot(name: str) -> dict[str, Any]:
    """Where a screenshot goes, for people to look at: PAGE_SHOTS names the folder."""
    folder = os.environ.get("PAGE_SHOTS")
    return {"path": f"{folder}/{name}.png"} if folder else {}
