"""A backup that is made while people act, and a real process that goes on with it."""

import asyncio
import json
from pathlib import Path

from simulator.driver import Person, Practice
from tests.acceptance.processes import Bot, Workspace, quarterdeck, workspace
from tests.acceptance.test_disk import actions, report

PATIENCE_S = 40.0
FIRST = "INC-0001 · T+3 · "


async def note(person: Person, number: int) -> None:
    await person.command("/incident", f"note INC-0001 note {number}")


async def prompts(person: Person, head: str) -> list[str]:
    return [message.text for message in await person.messages("@Quarterdeck") if message.text.startswith(head)]


async def notes(environment: dict[str, str]) -> list[str]:
    code, out, complaint = await quarterdeck("export", "INC-0001", "--format", "json", environment=environment)
    assert code == 0, complaint
    return [entry["text"] for entry in json.loads(out)["entries"] if entry["kind"] == "note"]


def on(slack: Workspace, file: Path) -> dict[str, str]:
    return slack.environment(QUARTERDECK_DATABASE_URL=f"sqlite:///{file}", QUARTERDECK_SPEED="20")


async def test_the_backup_holds_whole_acts_and_a_bot_goes_on_with_it(tmp_path: Path) -> None:
    async with workspace(tmp_path) as slack, Practice(slack.facts["url"], slack.facts["people_token"]) as practice:
        record, copy = on(slack, tmp_path / "record.db"), on(slack, tmp_path / "copy.db")
        dana, sam = practice.person("Dana Ito"), practice.person("Sam Okafor")
        bot = await Bot.start(record)
        await report(dana)
        await sam.sees(FIRST, timeout=PATIENCE_S)
        acting = [asyncio.create_task(note(sam, number)) for number in range(20)]
        made = await quarterdeck("backup", str(tmp_path / "copy.db"), environment=record)
        await asyncio.gather(*acting)
        verdicts = [await quarterdeck("verify", "INC-0001", environment=one) for one in (record, copy)]
        kept = await notes(copy)
        await bot.kill()

        bot = await Bot.start(copy)
        await practice.person("Ada Brandt").sees("INC-0001 · T+7 · ", timeout=PATIENCE_S)
        sent = await prompts(sam, FIRST)
        await bot.stop()
        restarted = await Bot.start(copy)
        await restarted.stop()

    assert (made[0], [verdict[0] for verdict in verdicts]) == (0, [0, 0])
    assert set(kept) <= {f"note {number}" for number in range(20)}
    assert len(sent) == 1  # before the backup, so it is known, and not posted again
    assert [actions(one).count("record_restored") for one in (bot, restarted)] == [1, 0]
