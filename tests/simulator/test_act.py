"""`python -m simulator act`: each act, and what it prints."""

import asyncio
import json
import os
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from simulator import modals
from simulator.__main__ import parser
from simulator.act import ACTS
from simulator.driver import Practice
from simulator.web import Server
from simulator.workspace import Workspace
from tests.simulator.parts import actions, modal, options, question, section

Act = Callable[..., Awaitable[str]]

FORM = modal(
    "Form",
    question("Who", {"type": "users_select"}, optional=True),
    question("Team", {"type": "multi_users_select"}, optional=True),
    question("One", {"type": "static_select", "options": options("Red", "Blue")}, optional=True),
)


@pytest.fixture
def facts(server: Server, tmp_path: Path) -> Path:
    path = tmp_path / "practice.json"
    path.write_text(json.dumps(server.facts()))
    return path


@pytest.fixture
def act(facts: Path, capsys: pytest.CaptureFixture[str]) -> Act:
    """Does it as Dana, if nobody else is named, and returns what was printed."""

    async def done(*words: str, name: str = "Dana Ito", code: int = 0) -> str:
        options = parser().parse_args(["act", "--facts", str(facts), name, *words])
        assert await options.run(options) == code
        return capsys.readouterr().out

    return done


@pytest.fixture
def form(workspace: Workspace, practice: Practice) -> None:
    modals.open_modal(workspace, practice.ids["Dana Ito"], FORM)


async def test_ones_own_message_is_changed_and_deleted(act: Act) -> None:
    await act("say", "a key in a gist")
    await act("say", "a key in a chat", name="Sam Okafor")
    await act("edit", "a key", "a", "key", "in", "a", "repository")
    assert await act("see", "--channel", "general", name="Sam Okafor") == (
        "#general · Dana Ito\n  a key in a repository\n#general · Sam Okafor\n  a key in a chat\n"
    )
    await act("delete", "a key")
    assert "Dana" not in await act("see", "--channel", "general")
    assert await act("delete", "a key", code=1) == "Dana Ito has written no message with 'a key'.\n"


async def test_an_emoji_is_put_on_and_taken_off(act: Act, workspace: Workspace) -> None:
    await act("say", "a key in a gist")
    message = workspace.messages[next(c.id for c in workspace.channels.values() if c.name == "general")][-1]
    await act("react", "eyes", "a key")
    assert list(message.reactions) == ["eyes"]
    assert "has put no 'eyes'" in await act("unreact", "eyes", "a key", name="Sam Okafor", code=1)
    await act("unreact", "eyes", "a key")
    assert not message.reactions


async def test_replies_stand_below_their_first_message(act: Act, practice: Practice) -> None:
    dana = practice.person("Dana Ito")
    first = await dana.say("first", channel="general")
    await dana.say("second", channel="general")
    await dana.say("a reply\nof two lines", channel="general", thread=first)
    assert await act("see", "--channel", "general") == (
        "#general · Dana Ito\n  first\n    ↳ #general · Dana Ito\n      a reply\n      of two lines\n"
        "#general · Dana Ito\n  second\n"
    )


async def test_home_is_opened_shown_and_pressed_in(act: Act, connected: AsyncApp, client: AsyncWebClient) -> None:
    pressed = asyncio.Event()

    @connected.event("app_home_opened")
    async def opened(event: dict[str, str]) -> None:
        blocks = [section("Welcome"), actions("Report")]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @connected.action("Report")
    async def report(ack: Callable[[], Awaitable[None]]) -> None:
        pressed.set()
        await ack()

    assert await act("home") == "[Home]\nWelcome\n  [Report]  at 'Welcome'\n"
    await act("home", "--press", "Report")
    assert pressed.is_set()
    assert "a button 'Reprot'" in await act("home", "--press", "Reprot", code=1)


@pytest.mark.usefixtures("form")
async def test_a_download_is_the_files_bytes_alone(act: Act, client: AsyncWebClient, practice: Practice) -> None:
    dm = (await client.conversations_open(users=practice.ids["Dana Ito"]))["channel"]["id"]
    await client.files_upload_v2(channel=dm, filename="INC-0001.json", content='{"a": "é"}')
    assert await act("download", "INC-0001.json") == '{"a": "é"}'


@pytest.mark.usefixtures("form")
async def test_people_are_shown_by_name_and_fields_can_be_emptied(act: Act) -> None:
    said = await act("fill", "Who=Ada Brandt", "Team=Rob Silva, Sam Okafor", "One=Red")
    assert said == "[Form]\n  Who: Ada Brandt\n  Team: Rob Silva, Sam Okafor\n  One: Red  (Red / Blue)\n  submit: Go\n"
    assert (
        await act("fill", "Who=", "Team=", "One=") == "[Form]\n  Who: \n  Team: \n  One:   (Red / Blue)\n  submit: Go\n"
    )


@pytest.mark.usefixtures("form")
async def test_what_cannot_be_filled_is_said(act: Act) -> None:
    said = "There is nobody called 'Nobody'; there are Quarterdeck, Dana Ito, "
    assert (await act("fill", "Who=Nobody", code=1)).startswith(said)
    assert (await act("fill", "Team=Rob Silva, Nobody", code=1)).startswith(said)
    assert "'Who' has no equals sign" in await act("fill", "Who", code=1)


async def test_nobody_reads_any_more(act: Act, facts: Path) -> None:
    await act("say", "hello")
    reads, writes = os.pipe()
    os.close(reads)
    command = [sys.executable, "-m", "simulator", "act", "--facts", str(facts), "Dana Ito", "see"]
    process = await asyncio.create_subprocess_exec(*command, stdout=writes, stderr=asyncio.subprocess.PIPE)
    os.close(writes)
    _, complaint = await process.communicate()
    assert (process.returncode, complaint) == (0, b"")


@pytest.mark.parametrize("name", ACTS)
def test_every_argument_has_its_help(name: str) -> None:
    _, says, arguments = ACTS[name]
    assert says
    assert all(arguments.values())


def test_the_page_names_every_act() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "simulator.md").read_text()
    assert [name for name in ACTS if not re.search(rf"^\| .*`{name}[ `].* \|", page, re.MULTILINE)] == []
