"""A real process whose machine's clock is set, and one that is stopped for a while, in the middle of an incident."""

import asyncio
import json
import shutil
import signal
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from simulator.driver import Practice
from tests.acceptance.processes import Bot, quarterdeck, workspace
from tests.acceptance.test_disk import actions, report
from tests.acceptance.test_outage import hurt

SPEED = 30  # a minute of the playbook takes two seconds
AN_HOUR_NS = 3600 * 10**9
PATIENCE_S = 40.0


class MachineClock:
    """Of one process that is started with `environment`."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("gcc") or shutil.which("cc")
        if compiler is None:
            pytest.skip("There is no C compiler, and nobody else can set the clock of one process.")
        source, self._library = Path(__file__).with_name("set_clock.c"), folder / "set_clock.so"
        subprocess.run([compiler, "-shared", "-fPIC", "-o", self._library, source, "-ldl"], check=True)
        self._file = folder / "ahead"
        self.set(0)

    @property
    def environment(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self._library), "SET_CLOCK_FILE": str(self._file)}

    def set(self, ns: int) -> None:
        with self._file.open("r+b" if self._file.exists() else "w+b") as file:
            file.write(struct.pack("=q", ns))


class Setting:
    """A file of settings that somebody is writing."""

    def __init__(self, path: Path) -> None:
        self._path, self._right = path, path.read_text()

    def spoil(self) -> None:
        self._path.write_text("half of it: [")

    def mend(self) -> None:
        self._path.write_text(self._right)


@pytest.fixture
def machine(tmp_path: Path) -> MachineClock:
    return MachineClock(tmp_path)


@pytest.mark.parametrize("ns", [AN_HOUR_NS, -AN_HOUR_NS])
async def test_the_prompts_go_on_as_if_nobody_had_touched_it(ns: int, machine: MachineClock, tmp_path: Path) -> None:
    async with workspace(tmp_path) as slack, Practice(slack.facts["url"], slack.facts["people_token"]) as practice:
        environment = slack.environment(QUARTERDECK_SPEED=str(SPEED), **machine.environment)
        bot = await Bot.start(environment)
        await report(practice.person("Dana Ito"))
        await practice.person("Sam Okafor").sees("INC-0001 · T+3 · ", timeout=PATIENCE_S)
        machine.set(ns)
        await practice.person("Rob Silva").sees("INC-0001 · T+15 · ", timeout=PATIENCE_S)
        record, verdict = await recorded(environment)
        assert await bot.stop() == 0

    assert verdict[0] == 0
    assert [round(e["data"]["by_s"]) for e in record["entries"] if e["kind"] == "clock_jumped"] == [ns // 10**9]
    assert 0 <= min(delays(record)) <= max(delays(record)) < 15  # of them most for the new beginning
    assert [actions(bot).count(name) for name in ("clock_set", "clock_followed", "part_died")] == [1, 1, 0]


async def test_what_would_end_a_start_does_not_end_what_runs(machine: MachineClock, tmp_path: Path) -> None:
    """The clock is set while Slack is away, then while somebody writes the roster's file."""
    async with workspace(tmp_path) as slack, Practice(slack.facts["url"], slack.facts["people_token"]) as practice:
        environment = slack.environment(QUARTERDECK_SPEED=str(SPEED), **machine.environment)
        bot = await Bot.start(environment)
        await report(practice.person("Dana Ito"))
        await hurt(slack, fault="outage", lasting_s=5)
        machine.set(AN_HOUR_NS)
        await bot.says("clock_followed")
        roster = Setting(Path(environment["QUARTERDECK_ROSTER"]))
        roster.spoil()
        machine.set(0)
        await bot.says("begin_again_fault")
        roster.mend()
        await practice.person("Rob Silva").sees("INC-0001 · T+15 · ", timeout=PATIENCE_S)
        record, verdict = await recorded(environment)
        assert await bot.stop() == 0

    assert verdict[0] == 0
    assert [round(e["data"]["by_s"]) for e in record["entries"] if e["kind"] == "clock_jumped"] == [3600, -3600]
    assert [actions(bot).count(name) for name in ("clock_set_waits", "clock_set", "ready", "part_died")] == [1, 2, 3, 0]


async def test_a_process_that_is_stopped_for_a_while_catches_up_and_says_why(tmp_path: Path) -> None:
    async with workspace(tmp_path) as slack, Practice(slack.facts["url"], slack.facts["people_token"]) as practice:
        environment = slack.environment(QUARTERDECK_SPEED=str(SPEED))
        bot = await Bot.start(environment)
        await report(practice.person("Dana Ito"))
        await practice.person("Sam Okafor").sees("Your steps · INC-0001", timeout=PATIENCE_S)
        bot.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(20)  # ten minutes of the playbook
        bot.process.send_signal(signal.SIGCONT)
        await practice.person("Ada Brandt").sees("INC-0001 · T+7 · ", timeout=PATIENCE_S)
        record, verdict = await recorded(environment)
        assert await bot.stop() == 0

    assert verdict[0] == 0
    assert {whys(record, step) for step in ("escalate", "revoke", "logs")} == {"Quarterdeck was not running"}
    assert "clock_jumped" not in {entry["kind"] for entry in record["entries"]}
    assert [actions(bot).count(name) for name in ("clock_set", "stood_still")] == [0, 1]


async def recorded(environment: dict[str, str]) -> tuple[Any, tuple[int, str, str]]:
    verdict = await quarterdeck("verify", "INC-0001", environment=environment)
    out = (await quarterdeck("export", "INC-0001", "--format", "json", environment=environment))[1]
    return json.loads(out), verdict


def delays(record: Any) -> list[float]:
    """Seconds from due to the prompt of each step, as the scorecard tells them."""
    prompted = [line for line in record["scorecard"]["lines"] if line["prompted"] is not None]
    return [(line["prompted"] - line["planned"]) * 60 / SPEED for line in prompted]


def whys(record: Any, step: str) -> str | None:
    """Why the first prompt of the step was late."""
    prompted = (e["data"] for e in record["entries"] if (e["kind"], e["step"]) == ("prompted", step))
    why: str | None = next(prompted).get("late_why")
    return why
