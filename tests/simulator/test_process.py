"""The workspace as a process of its own, and its coverage table."""

import asyncio
import json
import re
import signal
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from simulator.__main__ import parser
from simulator.api.chain import HANDLERS
from simulator.driver import Practice
from simulator.faults.faults import PROFILES
from simulator.guard import TOKEN_HEADER
from simulator.manifest import read_manifest
from simulator.web import Server

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "simulator.md"

HURT = ["--limits", "slack", "--faults", "7:calm"]

MANIFEST = """
display_information: {name: Mate}
features:
  slash_commands: [{command: /mate, should_escape: true}]
  shortcuts: [{name: Help, type: message, callback_id: help}]
oauth_config: {scopes: {bot: [chat:write]}}
settings: {event_subscriptions: {bot_events: [message.im]}}
"""


async def act(facts: Path, *words: str) -> tuple[int | None, str]:
    command = [sys.executable, "-m", "simulator", "act", "--facts", str(facts), *words]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    return process.returncode, out.decode()


async def seen_by_operator(facts: dict[str, Any]) -> dict[str, Any]:
    headers = {TOKEN_HEADER: facts["operator_token"]}
    async with httpx.AsyncClient(base_url=facts["url"], headers=headers) as operator:
        seen: dict[str, Any] = (await operator.get("/operator/faults")).json()
        return seen


async def test_serve_says_how_to_connect_and_ends_on_sigterm(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "simulator", "serve", "--ready-file", str(ready), *HURT]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    facts = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))

    auth = await AsyncWebClient(facts["bot_token"], base_url=facts["api_url"]).auth_test()
    async with Practice(facts["url"], facts["people_token"]) as practice:
        assert "Dana Ito" in practice.ids
    hurt = await seen_by_operator(facts)
    said = await act(ready, "Dana Ito", "say", "hello", "there", "--channel", "general")
    seen = await act(ready, "Sam Okafor", "see", "--channel", "general")
    process.send_signal(signal.SIGTERM)

    assert await asyncio.wait_for(process.wait(), 10) == 0
    assert (said, seen) == ((0, ""), (0, "#general · Dana Ito\n  hello there\n"))
    assert (hurt["seed"], hurt["rates"], hurt["limited"]) == ("7", PROFILES["calm"], True)
    assert auth["team_id"] == facts["team_id"]
    assert json.loads(ready.read_text()) == facts
    assert facts["roster"]["security_lead"] == ["sam@example.com", "sid@example.com"]


def test_a_manifest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "manifest.yaml"
    path.write_text(MANIFEST)
    manifest = read_manifest(path)

    assert (manifest.app_name, manifest.scopes, manifest.events) == ("Mate", {"chat:write"}, {"message.im"})
    assert manifest.commands == {"/mate": True}
    assert [(s.callback_id, s.on_message) for s in manifest.shortcuts] == [("help", True)]


def test_the_coverage_table_lists_exactly_the_methods() -> None:
    rows = re.findall(r"^\| `([\w.]+)` \| (supported|partial|absent) \|", REFERENCE.read_text(), re.MULTILINE)
    present = {name for name, state in rows if state != "absent"}

    assert present == set(HANDLERS)
    assert not {name for name, state in rows if state == "absent"} & set(HANDLERS)


def test_every_option_is_documented() -> None:
    serving = next(a for a in parser()._actions if a.choices).choices["serve"]
    options = [option for action in serving._actions for option in action.option_strings if option.startswith("--")]

    assert [option for option in options if f"`{option}" not in REFERENCE.read_text() and option != "--help"] == []


async def test_a_port_that_is_taken_and_a_file_that_cannot_be_written_are_said(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    port = server.url.rsplit(":", 1)[1]
    for option, words in ((f"--port={port}", "address already in use"), ("--ready-file=/nowhere/x", "'/nowhere/x'")):
        options = parser().parse_args(["serve", option])

        assert await options.run(options) == 1
        assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--port", "99999", "a port is a number from 0 to 65535, not '99999'"),
        ("--port", "-1", "a port is a number"),
        ("--retries", "a,b", "seconds with commas between them, not 'a,b'"),
        ("--manifest", "/nowhere.yaml", "/nowhere.yaml cannot be read: No such file or directory"),
        ("--manifest", __file__, "is no app manifest"),
        ("--manifest", str(Path(__file__).parents[2] / "compose.yaml"), "is no app manifest: KeyError"),
        ("--faults", "1:hurricane", "hurricane"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(
    option: str, value: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        parser().parse_args(["serve", f"{option}={value}"])
    assert sentence in capsys.readouterr().err
