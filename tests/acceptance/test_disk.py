"""A real process whose record cannot be written for a while: said, refused, and caught up with by itself."""

import asyncio
import json
import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from io import FileIO
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulator.driver import Person, Practice
from tests.acceptance.processes import Bot, quarterdeck, workspace

PATIENCE_S = 30.0
NOTHING_CHANGED = "Quarterdeck cannot use its record just now, so nothing was changed."
Hurt = Callable[[Path], Any]  # a context manager


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", place], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("This user may not mount a file system.")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        while _takes(file, b"x" * 4096):
            pass
    yield
    filler.unlink()


def _takes(file: FileIO, content: bytes) -> bool:
    try:
        file.write(content)
    except OSError:
        return False
    return True


@contextmanager
def locked(disk: Path) -> Iterator[None]:
    with closing(sqlite3.connect(disk / "record.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


@pytest.mark.parametrize(
    ("hurt", "sentence", "seconds"),
    [(full, "the disk is full", 11), (locked, "is locked by another program", 30)],
)
async def test_nothing_is_lost_and_it_goes_on_by_itself(
    hurt: Hurt, sentence: str, seconds: float, disk: Path, tmp_path: Path
) -> None:
    url = f"sqlite:///{disk / 'record.db'}"
    async with workspace(tmp_path) as slack, Practice(slack.facts["url"], slack.facts["people_token"]) as practice:
        environment = slack.environment(QUARTERDECK_DATABASE_URL=url, QUARTERDECK_SPEED="20")
        bot = await Bot.start(environment)
        dana, sam = practice.person("Dana Ito"), practice.person("Sam Okafor")
        await report(dana)
        await sam.sees("Your steps · INC-0001", timeout=PATIENCE_S)
        with hurt(disk):
            await until_not_ready(bot, sentence)
            noted = await sam.command("/incident", "note INC-0001 the gist is gone")
            await asyncio.sleep(seconds)  # over T+3, which is due after nine seconds
        await until_ready(bot)
        await sam.sees("INC-0001 · T+3 · ", timeout=PATIENCE_S)
        again = await sam.command("/incident", "note INC-0001 the gist is gone")
        verdict = await quarterdeck("verify", "INC-0001", environment=environment)
        record = json.loads((await quarterdeck("export", "INC-0001", "--format", "json", environment=environment))[1])
        assert await bot.stop() == 0

    assert noted is not None
    assert noted.text.startswith(NOTHING_CHANGED)
    assert again is not None
    assert verdict[0] == 0
    assert [entry["text"] for entry in record["entries"] if entry["kind"] == "note"] == ["the gist is gone"]
    assert reason(record) == "the record could not be written"
    assert [actions(bot).count(name) for name in ("record_down", "record_up")] == [1, 1]


async def report(dana: Person) -> None:
    await dana.command("/incident", "a key in a gist")
    await dana.fill({"Trigger": "API key committed to a repository", "Suspect keys": "prod-gateway"})
    assert await dana.submit() is None


def reason(record: dict[str, Any]) -> str | None:
    """Why the first prompt of T+3 was late."""
    prompted = (e for e in record["entries"] if e["kind"] == "prompted" and e["step"] == "escalate")
    why: str | None = next(prompted)["data"].get("late_why")
    return why


def actions(bot: Bot) -> list[str]:
    return [json.loads(line).get("action", "") for line in bot.log if line.startswith("{")]


async def until_not_ready(bot: Bot, sentence: str) -> None:
    status, facts = await readiness(bot, 503)
    assert status == 503
    assert sentence in facts["database"]


async def until_ready(bot: Bot) -> None:
    assert (await readiness(bot, 200))[0] == 200


async def readiness(bot: Bot, wanted: int) -> tuple[int, dict[str, Any]]:
    """As soon as it is what is wanted, or after twelve seconds whatever it is."""
    async with httpx.AsyncClient(base_url=bot.http) as http:
        for _ in range(60):
            answer = await http.get("/readyz")
            if answer.status_code == wanted:
                break
            await asyncio.sleep(0.2)
        return answer.status_code, answer.json()


def read_only(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)


async def test_a_read_only_file_system_refuses_the_start(disk: Path, tmp_path: Path) -> None:
    async with workspace(tmp_path) as slack:
        environment = slack.environment(QUARTERDECK_DATABASE_URL=f"sqlite:///{disk / 'record.db'}")
        await (await Bot.start(environment)).stop()
        read_only(disk)
        code, _, complaint = await quarterdeck("run", environment=environment)
        listed = await quarterdeck("incidents", environment=environment)
        doctor = await quarterdeck("doctor", environment=environment)

    assert (code, complaint) == (
        1,
        f"The lock file {disk / 'record.db.lock'} cannot be written: Read-only file system.\n",
    )
    assert listed[0] == 1  # SQLite keeps a file beside a database that it reads
    assert "record.db cannot be opened: is the folder there, and may this user write to it?" in listed[2]
    assert doctor[0] == 1
    assert re.search(r"^failed +database +The database .*record\.db cannot be opened", doctor[1], re.MULTILINE)
