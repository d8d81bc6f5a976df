"""Which formats there are, and what is said of those there are not."""

import json
import sys
import threading
from pathlib import Path

import pytest

from bot.desk_work import export_incident
from bot.errors import Stop
from bot.exporting import NAMES, TYPESET, NotInstalled, export, unavailable
from playbooks.exports import FORMATS
from tests.unit.stories import closed_story

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "exports.md"


@pytest.mark.parametrize("name", NAMES)
async def test_a_file_has_a_name_and_bytes(name: str) -> None:
    file, content = await export(name, closed_story().entries)
    assert file == f"INC-0001.{name}"
    assert content
    assert unavailable(name) is None


@pytest.mark.parametrize("name", FORMATS)
async def test_a_text_is_utf_8_and_says_its_number(name: str) -> None:
    assert "INC-0001" in (await export(name, closed_story().entries))[1].decode("utf-8")


@pytest.mark.parametrize("name", NAMES)
async def test_as_of_an_entry_it_is_the_same_later(name: str) -> None:
    story = closed_story()
    then = await export(name, story.entries, as_of_seq=20)
    story.note("Something more")
    assert await export(name, story.entries, as_of_seq=20) == then
    assert await export(name, story.entries[:20]) == then
    assert await export(name, story.entries) != then


def test_every_format_of_the_command_is_there_and_documented() -> None:
    assert {*NAMES} == {"md", "json", "csv", "html", "pdf", "png"}
    table = PAGE.read_text(encoding="utf-8").split("Moments are UTC")[0]
    assert all(f"| `{name}` |" in table for name in NAMES)


def test_what_is_unknown_says_what_there_is() -> None:
    assert unavailable("docx") == "There is no export as “docx”. Choose md, json, csv, html, pdf or png."


@pytest.mark.parametrize("name", ["pdf", "png"])
async def test_without_the_extra_it_says_what_to_install(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)  # as if it were not installed
    assert "pip install 'quarterdeck[export]'" in (unavailable(name) or "")
    with pytest.raises(NotInstalled, match=r"quarterdeck\[export\]"):
        await export(name, closed_story().entries)
    with pytest.raises(Stop, match=r"quarterdeck\[export\]"):
        await export_incident("INC-0001", name)


@pytest.mark.parametrize("name", FORMATS)
async def test_without_the_extra_the_others_work(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    assert (await export(name, closed_story().entries))[1]


@pytest.mark.parametrize("name", ["pdf", "png"])
async def test_a_terminal_is_not_scrambled(name: str) -> None:
    with pytest.raises(Stop, match=f"A terminal cannot show {name}. Write it to a file: --output INC-0001.{name}"):
        await export_incident("INC-0001", name, terminal=True)


async def test_json_goes_through_unchanged() -> None:
    assert json.loads((await export("json", closed_story().entries))[1])["as_of_seq"] == len(closed_story().entries)


async def test_nobody_waits_while_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TYPESET, "png", lambda _: str(threading.get_ident()).encode())
    assert (await export("png", closed_story().entries))[1] != str(threading.get_ident()).encode()
