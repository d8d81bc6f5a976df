"""The Home tab and the roster of a real process, which is killed after an edit and started again."""

import asyncio
from pathlib import Path

from simulator.driver import Person, Practice
from tests.acceptance.processes import Bot, quarterdeck, workspace

PATIENCE_S = 10.0


async def reads(person: Person, words: str) -> None:
    """Until their Home tab holds the words."""
    async with asyncio.timeout(PATIENCE_S):
        while (tab := await person.home()) is None or words not in tab.text:  # noqa: ASYNC110 - because nobody tells
            await asyncio.sleep(0.05)


async def test_an_edit_outlives_the_process(tmp_path: Path) -> None:
    async with workspace(tmp_path) as slack:
        environment = slack.environment()
        bot = await Bot.start(environment)
        async with Practice(slack.facts["url"], slack.facts["people_token"]) as practice:
            sam = practice.person("Sam Okafor")
            await sam.open_home()
            await reads(sam, "Devi Rao: owner, reachable\nMax Lind: deputy")
            await sam.press_home("Edit", row="dev lead\n")
            await sam.look()
            await sam.fill({"Who": ["Max Lind"]})
            assert await sam.submit() is None
            await bot.kill()

            bot = await Bot.start(environment)
            await sam.open_home()
            await reads(sam, "dev lead\nMax Lind: owner, reachable\nauditor")
            assert any('"action": "roster_file_differs"' in line for line in bot.log)
            assert (await quarterdeck("verify", "roster", environment=environment))[0] == 0
            code, said, _ = await quarterdeck("roster", environment=environment)
            assert (code, "by Sam Okafor (entry 5)" in said) == (0, True)
            await bot.stop()
