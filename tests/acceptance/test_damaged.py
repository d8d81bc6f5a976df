"""A process that finds one damaged incident in its database starts and works all the same."""

import sqlite3
from contextlib import closing
from pathlib import Path

from simulator.driver import Person, Practice
from tests.acceptance.processes import Bot, quarterdeck, workspace
from tests.acceptance.test_home import reads


async def report(person: Person, text: str) -> None:
    await person.command("/incident", text)
    await person.fill({"Trigger": "API key committed to a repository", "Suspect keys": text})
    assert await person.submit() is None


async def test_it_starts_and_lists_the_others_and_opens_home(tmp_path: Path) -> None:
    async with workspace(tmp_path) as slack, Practice(slack.facts["url"], slack.facts["people_token"]) as practice:
        dana = practice.person("Dana Ito")
        bot = await Bot.start(slack.environment())
        await report(dana, "prod-gateway")
        await report(dana, "staging")
        await bot.stop()
        with closing(sqlite3.connect(tmp_path / "record.db")) as record, record:
            record.execute("UPDATE incidents SET state = '{}' WHERE number = 1")

        bot = await Bot.start(slack.environment())
        listed = await dana.command("/incident", "list")
        await dana.open_home()
        await reads(dana, "INC-0002")
        code, said, _ = await quarterdeck("verify", "INC-0001", environment=slack.environment())
        assert await bot.stop() == 0

    assert listed is not None
    assert listed.text.startswith("INC-0002")
    assert (code, said.startswith("INC-0001 does not verify")) == (1, True)
    assert sum("incident_unreadable" in line for line in bot.log) == 1
