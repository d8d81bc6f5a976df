"""The practice company plays one whole incident at sixty times the speed; everything is said and done through Slack.

It starts the workspace and a real `quarterdeck run`, and speaks to both only as Slack and people do.
"""

import argparse
import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from simulator.company import practice_workspace, roster
from simulator.driver import Person, Practice
from simulator.manifest import read_manifest
from simulator.transcript import Transcript
from simulator.web import serve

SPEED = 60.0
PEOPLE = ["Dana Ito", "Sam Okafor", "Sid Park", "Devi Rao", "Max Lind", "Ada Brandt", "Rob Silva", "Gus Vale"]
START_S = 15.0


def add_parser(verbs: Any) -> None:
    """Add `drill` to the command line."""
    parser = verbs.add_parser("drill", help="the company plays one whole incident in about 20 seconds")
    parser.add_argument("--folder", type=Path, default=Path("data/drill"), help="where record and export are left")
    parser.add_argument("--manifest", type=Path, default=Path("slack-manifest.yaml"), help="the app's manifest")
    parser.set_defaults(run=run)


async def run(options: argparse.Namespace) -> int:
    """Plays it and prints it; 0 when the exported record verifies. The record stays in the folder."""
    folder: Path = options.folder
    _clear(folder)
    workspace = practice_workspace(manifest=read_manifest(options.manifest))
    async with (
        serve(workspace) as server,
        _quarterdeck(server.facts(), folder) as environment,
        Practice(server.url, server.facts()["people_token"]) as practice,
    ):
        transcript = Transcript(practice, PEOPLE, SPEED)
        watching = asyncio.create_task(transcript.watch())
        try:
            await _Play(practice, transcript).run()
            await asyncio.sleep(0.5)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        return await _epilogue(practice, transcript, folder, environment)


def _clear(folder: Path) -> None:
    """A new workspace knows nothing of an old record."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("drill.db*"):
        old.unlink()


class _Play:
    """Who does what. Ada is at lunch, Gus is a guest, and the ticket ID takes its time."""

    def __init__(self, practice: Practice, transcript: Transcript) -> None:
        self._person = practice.person
        self._say = transcript.says
        self._until = transcript.sleep_until
        self._transcript = transcript

    async def run(self) -> None:
        self._transcript.line("A drill at 60×: one minute of the playbook takes one second.\n")
        await self._report()
        await self._guest()
        await self._until(3.4)
        ticket = {"Submitted, no ID yet": True}
        await self._complete("Sam Okafor", "T+3", ticket, "Submitted, no ID yet")
        await self._until(5.6)
        revoked = {"Which key": "prod-gateway", "How was it confirmed?": "Seen in the Console"}
        await self._complete("Devi Rao", "T+5", revoked, "prod-gateway, seen in the Console")
        await self._until(8.2)
        self._say("Ada Brandt", "is", "at lunch")
        await self._notify()
        await self._take_over()
        await self._until(15.5)
        new = {"New key": "prod-gateway-2", "Deployed to": "gateway, both regions"}
        await self._complete("Rob Silva", "T+15", new, "prod-gateway-2 on the gateway")
        await self._close()

    async def _report(self) -> None:
        dana = self._person("Dana Ito")
        self._say("Dana Ito", "types", "/incident a key in a public gist, removed, still in the history")
        await dana.command("/incident", "a key in a public gist, removed, still in the history")
        trigger = "API key committed to a repository"
        await dana.fill({"Trigger": trigger, "Suspect keys": "prod-gateway", "This is a drill": True})
        self._transcript.begin()
        await dana.submit()
        self._say("Dana Ito", "sends", f"the form “Report an incident”: {trigger}, prod-gateway, this is a drill")

    async def _guest(self) -> None:
        await self._until(1.2)
        gus = self._person("Gus Vale")
        self._say("Gus Vale", "types", "/incident status INC-0001")
        reply = await gus.command("/incident", "status INC-0001")
        if reply is not None:
            await self._transcript.look(gus)

    async def _complete(self, name: str, mark: str, answers: dict[str, Any], said: str) -> None:
        person = self._person(name)
        await person.press("Complete step", in_message=f"INC-0001 · {mark} · ")
        await person.fill(answers)
        errors = await person.submit()
        self._say(name, "presses", f"Complete step on {mark}: {errors or said}")

    async def _notify(self) -> None:
        """From the board, a wrong form first."""
        await self._until(10.3)
        sam = self._person("Sam Okafor")
        await sam.press("Complete", in_message="T+0 · ", row="T+10 · ")
        errors = await sam.submit()
        self._say(
            "Sam Okafor", "sends", f"the form of T+10 empty and reads: {'; '.join(errors or {})}: to be filled in"
        )
        answers = {
            "Severity": "SEV2",
            "Data within reach": ["Internal"],
            "Notify executives?": "No",
            "Why": "The key was revoked before anything was called.",
            "What the teams were told": "Key revoked, gateway back by half past.",
        }
        await sam.fill(answers)
        await sam.submit()
        self._say("Sam Okafor", "presses", "Complete on the board: SEV2, no executives")

    async def _take_over(self) -> None:
        await self._until(11.6)
        sid = self._person("Sid Park")
        await sid.press("Take over", in_message="Escalation · INC-0001 · T+7")
        self._say("Sid Park", "presses", "Take over on T+7")
        await self._until(12.4)
        found = {"Verdict": "Nothing unusual", "Who called what": "Only the gateway, from its own addresses"}
        await self._complete("Sid Park", "T+7", found, "nothing unusual")

    async def _close(self) -> None:
        await self._until(17)
        sam = self._person("Sam Okafor")
        for text in ("close INC-0001 rotated, nothing was called", "export INC-0001 md", "export INC-0001 json"):
            self._say("Sam Okafor", "types", f"/incident {text}")
            await sam.command("/incident", text)
        await self._wait_for_file(sam, "INC-0001.json")

    async def _wait_for_file(self, person: Person, name: str) -> None:
        await person.sees("INC-0001 closed by")
        for _ in range(100):
            try:
                await person.download(name)
            except AssertionError:
                await asyncio.sleep(0.05)
            else:
                return


async def _epilogue(practice: Practice, transcript: Transcript, folder: Path, environment: dict[str, str]) -> int:
    sam = practice.person("Sam Okafor")
    board = await sam.sees("T+0 · ")
    transcript.line("\nThe board at the end\n")
    transcript.line("\n".join(f"  {line}" for line in board.text.split("\n")))
    card = await sam.sees("INC-0001 closed by")
    transcript.line("\nThe scorecard\n")
    transcript.line("\n".join(f"  {line}" for line in card.text.split("\n")))
    for name in ("INC-0001.md", "INC-0001.json"):
        (folder / name).write_bytes(await sam.download(name))
    code, said = await _run("verify", str(folder / "INC-0001.json"), environment=environment)
    transcript.line(f"\nThe export lies in {folder}/INC-0001.md and INC-0001.json. {said}")
    database = environment["QUARTERDECK_DATABASE_URL"]
    transcript.line(f"Its record: QUARTERDECK_DATABASE_URL={database} .venv/bin/quarterdeck verify INC-0001")
    return code


@asynccontextmanager
async def _quarterdeck(facts: dict[str, Any], folder: Path) -> AsyncIterator[dict[str, str]]:
    (folder / "roster.yaml").write_text(json.dumps(roster()))
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "QUARTERDECK_"))},
        "SLACK_BOT_TOKEN": facts["bot_token"],
        "SLACK_APP_TOKEN": facts["app_token"],
        "SLACK_API_URL": facts["api_url"],
        "QUARTERDECK_ROSTER": str(folder / "roster.yaml"),
        "QUARTERDECK_DATABASE_URL": f"sqlite:///{folder / 'drill.db'}",
        "QUARTERDECK_SPEED": f"{SPEED:g}",
        "QUARTERDECK_PACING": "off",
        "QUARTERDECK_HTTP_PORT": "0",
        "QUARTERDECK_LOG_FORMAT": "json",
    }
    bot = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "run", env=environment, stderr=PIPE)
    reading = asyncio.create_task(_until_ready(bot))
    try:
        await asyncio.wait_for(asyncio.shield(reading), START_S)
        draining = asyncio.create_task(_drain(bot))
        yield environment
        draining.cancel()
    finally:
        if bot.returncode is None:
            bot.terminate()
        await bot.wait()


async def _until_ready(bot: Process) -> None:
    """What it says before it is ready is only worth showing when it does not get there."""
    said = []
    while bot.stderr is not None and (line := (await bot.stderr.readline()).decode()):
        said.append(line)
        if '"action": "ready"' in line:
            return
    raise SystemExit("Quarterdeck did not start:\n" + "".join(said))


async def _drain(bot: Process) -> None:
    """Troubles while it runs are shown as they come."""
    while bot.stderr is not None and (line := (await bot.stderr.readline()).decode()):
        if '"level": "info"' not in line:
            sys.stderr.write(line)


async def _run(*arguments: str, environment: dict[str, str]) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, env=environment, stdout=PIPE, stderr=DEVNULL
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode().strip()
