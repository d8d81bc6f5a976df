"""Which formats there are, and what is said of those there are not."""

import pytest

from playbooks.exports import FORMATS, PLANNED, render_export, unavailable
from tests.unit.stories import Story, closed_story


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_has_a_name_and_utf_8_bytes(name: str) -> None:
    file, content = render_export(name, closed_story().entries)
    assert file == f"INC-0001{FORMATS[name].suffix}"
    assert "INC-0001" in content.decode("utf-8")
    assert unavailable(name) is None


@pytest.mark.parametrize("name", FORMATS)
def test_as_of_an_entry_it_is_the_same_later(name: str) -> None:
    story = closed_story()
    then = render_export(name, story.entries, as_of_seq=20)
    story.note("Something more")
    assert render_export(name, story.entries, as_of_seq=20) == then
    assert render_export(name, story.entries[:20]) == then


def test_every_format_of_the_command_is_there_or_planned() -> None:
    assert {*FORMATS, *PLANNED} == {"md", "json", "csv", "html", "pdf"}


@pytest.mark.parametrize("name", [name for name in PLANNED if name not in FORMATS])
def test_what_is_planned_says_that_it_is_not_built_yet(name: str) -> None:
    assert unavailable(name) == f"The export as {name} is not built yet. Choose md, json, csv or html."
    with pytest.raises(ValueError, match="not built yet"):
        render_export(name, Story().open().entries)


def test_what_is_unknown_says_what_there_is() -> None:
    assert unavailable("docx") == "There is no export as “docx”. Choose md, json, csv or html."
