"""Whoever changes the record is found out: a byte of the database, a character of the export, a cut tail."""

import asyncio
import json
import shutil
import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest

from simulator.driver import Person, Practice
from tests.acceptance.processes import Bot, Workspace, quarterdeck, workspace


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a record that a real bot wrote."""
    folder = tmp_path_factory.mktemp("record")
    asyncio.run(_write(folder))
    return folder


async def _write(folder: Path) -> None:
    async with workspace(folder) as slack:
        bot = await Bot.start(slack.environment(QUARTERDECK_SPEED="600"))
        async with Practice(slack.facts["url"], slack.facts["people_token"]) as practice:
            dana, devi = practice.person("Dana Ito"), practice.person("Devi Rao")
            await dana.command("/incident", "a key in a gist")
            await dana.fill({"Trigger": "API key committed to a repository"})
            await dana.submit()
            await devi.press("Complete step", in_message="INC-0001 · T+5")
            await devi.fill({"Which key": "prod-gateway", "How was it confirmed?": "Seen in the Console"})
            await devi.submit()
        await bot.stop()


async def verify(folder: Path, what: str) -> tuple[int, str]:
    environment = {"QUARTERDECK_DATABASE_URL": f"sqlite:///{folder / 'record.db'}", "PATH": "/usr/bin"}
    code, said, complaint = await quarterdeck("verify", what, environment=environment)
    return code, said + complaint


async def export(folder: Path, form: str = "json", *more: str) -> str:
    environment = {"QUARTERDECK_DATABASE_URL": f"sqlite:///{folder / 'record.db'}", "PATH": "/usr/bin"}
    return (await quarterdeck("export", "INC-0001", "--format", form, *more, environment=environment))[1]


async def test_an_untouched_record_and_its_export_verify(record: Path, tmp_path: Path) -> None:
    (tmp_path / "INC-0001.json").write_text(await export(record))

    assert (await verify(record, "INC-0001"))[0] == 0
    assert (await verify(record, str(tmp_path / "INC-0001.json")))[0] == 0


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (
            "UPDATE entries SET body = replace(body, 'a key in a gist', 'a key in a list') WHERE seq = 1",
            "entry 1 (opened)",
        ),
        ("UPDATE entries SET body = replace(body, 'prod-gateway', 'prod-gatewax')", "(completed)"),
        ("DELETE FROM entries WHERE seq = (SELECT max(seq) FROM entries)", "entries"),
        ("DELETE FROM entries WHERE seq = 3", "entry 3"),
        ("UPDATE incidents SET state = replace(state, 'U0', 'U1')", "state"),
        ("UPDATE entries SET hash = replace(hash, 'a', 'b') WHERE seq = 2", "entry 2"),
        ("UPDATE entries SET body = substr(body, 2) WHERE seq = 7", "entry 7 cannot be read"),
        ("UPDATE entries SET body = CAST(x'ff' || body AS TEXT) WHERE seq = 7", "entry 7 cannot be read"),
        ("UPDATE incidents SET playbook = '{' || playbook", "the playbook of the incident is no JSON"),
        ("UPDATE incidents SET text = text || '!'", "incident.text"),
    ],
)
async def test_a_change_in_the_database_is_named(record: Path, tmp_path: Path, damage: str, named: str) -> None:
    shutil.copy(record / "record.db", tmp_path / "record.db")
    with sqlite3.connect(tmp_path / "record.db") as database:
        assert database.execute(damage).rowcount >= 1
    database.close()
    code, said = await verify(tmp_path, "INC-0001")

    assert code == 1
    assert named in said
    assert len(said.strip().splitlines()) == 1


async def test_one_character_of_the_export_is_enough(record: Path, tmp_path: Path) -> None:
    exported = await export(record)
    file = tmp_path / "INC-0001.json"
    file.write_text(exported.replace("a key in a gist", "a key in a list", 1))
    code, said = await verify(record, str(file))

    assert code == 1
    assert len(said.strip().splitlines()) == 1


async def sent_in_slack(slack: Workspace) -> tuple[bytes, bytes]:
    """A new incident as PDF, then as JSON, as Sam gets the files."""
    async with Practice(slack.facts["url"], slack.facts["people_token"]) as practice:
        dana, sam = practice.person("Dana Ito"), practice.person("Sam Okafor")
        await dana.command("/incident", "a key in a gist")
        await dana.fill({"Trigger": "API key committed to a repository"})
        await dana.submit()
        await sam.sees("INC-0001")
        await sam.command("/incident", "export INC-0001 pdf")
        pages = await downloaded(sam, "INC-0001.pdf")
        await sam.command("/incident", "export INC-0001 json")
        return pages, await downloaded(sam, "INC-0001.json")


async def test_the_same_file_from_slack_and_from_the_command_line(tmp_path: Path) -> None:
    async with workspace(tmp_path) as slack:
        bot = await Bot.start(slack.environment())
        pages, sent = await sent_in_slack(slack)
        await bot.stop()
    record = json.loads(sent)
    wanted = next(entry for entry in record["entries"] if entry["kind"] == "export_wanted")

    assert await export(tmp_path, "json", "--as-of", str(record["as_of_seq"])) == sent.decode()
    file, as_of = tmp_path / "again.pdf", str(wanted["data"]["as_of_seq"])
    assert await export(tmp_path, "pdf", "--as-of", as_of, "--output", str(file)) == ""
    assert file.read_bytes() == pages
    assert await export(tmp_path, "json") != sent.decode()
    too_many = await quarterdeck("export", "INC-0001", "--as-of", "999", environment=slack.environment())
    assert too_many[0] == 1
    assert too_many[2].startswith("INC-0001 has no entry 999; its last is ")


async def downloaded(person: Person, name: str) -> bytes:
    async with asyncio.timeout(10):
        while True:
            with suppress(Exception):  # not there yet
                return await person.download(name)
            await asyncio.sleep(0.1)
