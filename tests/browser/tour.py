"""From a fresh clone to a closed drill, timed: `make tour`.

Clones the checkout, runs `make run` in the clone as its README says, and plays the drill through the page, five people
with a window each, at sixty times the speed. Prints how long each part took, set-up included.
"""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.conftest import chromium
from tests.browser.five import NAMES, STEPS, Five

ROOT = Path(__file__).parents[2]
SPEED = 60
SET_UP_S = 600
WINDOW = {"width": 1200, "height": 750}


class Parts:
    """Prints each part's seconds as it ends, and all of them."""

    def __init__(self) -> None:
        self._began = self._last = time.monotonic()

    def done(self, what: str) -> None:
        now = time.monotonic()
        sys.stdout.write(f"{what:<52}{now - self._last:7.1f} s   in all {now - self._began:6.1f} s\n")
        sys.stdout.flush()
        self._last = now


def a_free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@asynccontextmanager
async def made_run(folder: Path) -> AsyncIterator[str]:
    """`make run`, until the bot is ready; the address of the page that it prints."""
    ours = ("QUARTERDECK_", "SLACK_", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment |= {"QUARTERDECK_SPEED": str(SPEED), "QUARTERDECK_HTTP_PORT": str(a_free_port())}
    process = await asyncio.create_subprocess_exec(
        "make", "run", cwd=folder, env=environment, stdout=PIPE, stderr=DEVNULL, start_new_session=True
    )
    try:
        async with asyncio.timeout(SET_UP_S):
            yield await _address(process)
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGINT)
        await process.wait()


async def _address(process: Process) -> str:
    assert process.stdout is not None
    address = ""
    while line := (await process.stdout.readline()).decode():
        if found := re.match(r"Open (http://\S+)/ in your browser", line):
            address = found[1]
        if "runs as process" in line:
            return address
    raise SystemExit("`make run` ended without an address; run it in a clone by hand to read why.")


async def _windows(address: str, opened: Page) -> dict[str, Page]:
    """The first window is Dana's; the others become who they are."""
    browser = opened.context.browser
    assert browser is not None
    people = {"Dana Ito": opened}
    ids = {name: await _id_of(opened, name) for name in NAMES}
    for name in NAMES[1:]:
        people[name] = await (await browser.new_context(viewport=WINDOW)).new_page()
        await people[name].goto(f"{address}/#as={ids[name]}")
    return people


async def _id_of(page: Page, name: str) -> str:
    return await page.get_by_label("You act as").locator("option", has_text=name).get_attribute("value") or ""


async def _play(address: str, parts: Parts) -> None:
    async with chromium() as browser:
        dana = await (await browser.new_context(viewport=WINDOW)).new_page()
        await dana.goto(address)
        await expect(dana.get_by_role("region", name="What to do next")).to_be_visible()
        parts.done("First sight: the page, and what to do next on it")
        people = Five(await _windows(address, dana), _nothing)
        await expect(await people.report()).to_be_hidden()
        for step in STEPS:
            await people.complete(*step)
        await people.close()
        parts.done(f"The drill at {SPEED}×, from the report to closed")
        assert "INC-0001" in await people.export()
        parts.done("The record, exported and downloaded")


async def _nothing() -> None:
    """Whoever looks at the page waits for what is on it."""


async def tour() -> None:
    """Raises what went wrong; everything it made is removed."""
    expect.set_options(timeout=30_000)
    parts = Parts()
    with tempfile.TemporaryDirectory(prefix="quarterdeck-tour-") as folder:
        clone = Path(folder) / "quarterdeck"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)  # noqa: ASYNC221, because nothing else runs yet
        parts.done("Clone")
        async with made_run(clone) as address:
            parts.done("make run: set-up, workspace and bot ready")
            await _play(address, parts)


if __name__ == "__main__":
    asyncio.run(tour())
