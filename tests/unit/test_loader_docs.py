"""docs/reference/playbook-format.md names every key, kind, role, trigger and placeholder, and no others."""

import re
from pathlib import Path

import pytest

from playbooks.loader import load_text
from playbooks.model import (
    COPY_PLACEHOLDERS,
    Contact,
    Field,
    FieldKind,
    Frozen,
    Option,
    Pending,
    Playbook,
    Role,
    Step,
    Trigger,
)

TEXT = (Path(__file__).parents[2] / "docs" / "reference" / "playbook-format.md").read_text()
SECTIONS: dict[str, type[Frozen]] = {
    "The playbook": Playbook,
    "A step: `steps[]`": Step,
    "A field: `steps[].fields[]`": Field,
    "An option: `steps[].fields[].options[]`": Option,
    "An answer to come: `steps[].pending`": Pending,
    "A contact: `contacts[]`": Contact,
}


def first_column(heading: str, title: str) -> list[str]:
    """The first cells of the table with that heading in the section with that title."""
    section = re.split(r"^#+ ", TEXT.split(f" {title}\n")[1], flags=re.MULTILINE)[0]
    table = re.search(rf"^\| {heading} \|.*\n\|---.*\n((?:\|.*\n)+)", section, re.MULTILINE)
    assert table, f"no table of {heading} under {title}"
    return re.findall(r"^\| `([^`]+)`", table[1], re.MULTILINE)


@pytest.mark.parametrize("title", SECTIONS)
def test_every_key_is_explained(title: str) -> None:
    assert first_column("key", title) == list(SECTIONS[title].model_fields)


@pytest.mark.parametrize("title", SECTIONS)
def test_needed_and_defaults_are_right(title: str) -> None:
    for name, field in SECTIONS[title].model_fields.items():
        row = re.search(rf"^\| `{name}` \| (.*?) \|", TEXT.split(f" {title}\n")[1], re.MULTILINE)
        assert row
        if field.is_required() or not isinstance(field.default, bool | int | float | str):
            assert row[1] in (("yes",) if field.is_required() else ("no", "with choices"))
        else:
            default = str(field.default).lower() if isinstance(field.default, bool) else f"{field.default}"
            assert row[1].replace("`", "") == f"no, {default.removesuffix('.0')}"


def test_every_kind_is_explained() -> None:
    assert first_column("kind", "A field: `steps[].fields[]`") == list(FieldKind)


def test_every_placeholder_is_explained() -> None:
    named = first_column("placeholder", "A step: `steps[]`")

    assert {name.strip("{}") for name in named} == COPY_PLACEHOLDERS


@pytest.mark.parametrize("word", [*Role, *Trigger])
def test_every_role_and_trigger_is_named(word: str) -> None:
    assert f"`{word}`" in TEXT


def test_the_smallest_playbook_is_one() -> None:
    example = TEXT.split("```yaml\n")[1].split("```")[0]

    assert load_text(example, "example").id == "short"
