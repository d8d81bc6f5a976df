"""Every broken playbook gets the sentences that stand in `playbook_files/expected.txt`.

`UPDATE_SENTENCES=1 pytest tests/unit/test_loader.py` writes that file anew; read the difference before you keep it.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from playbooks.errors import InvalidPlaybook
from playbooks.loader import load_text, pattern
from playbooks.loader_words import EXPECTED
from playbooks.model import Frozen, Playbook

FILES = Path(__file__).parent / "playbook_files"
EXPECTED_SENTENCES = FILES / "expected.txt"
BROKEN = sorted((FILES / "broken").glob("*.yaml"))
JARGON = re.compile(
    r"pydantic|ruamel|Traceback|validat|tuple|dict\b|instance|NoneType|string_|mapping|scalar|token|schema"
)


def sentences(file: Path) -> str:
    with pytest.raises(InvalidPlaybook) as caught:
        load_text(file.read_text(), file.name)
    return "".join(f"{problem}\n" for problem in caught.value.problems)


def frozen() -> dict[str, str]:
    sections = re.split(r"^## (.+)\n", EXPECTED_SENTENCES.read_text(), flags=re.MULTILINE)[1:]
    return {name: text.rstrip("\n") + "\n" for name, text in zip(sections[::2], sections[1::2], strict=True)}


@pytest.fixture(scope="module", autouse=True)
def _written_anew() -> None:
    if os.environ.get("UPDATE_SENTENCES"):
        EXPECTED_SENTENCES.write_text("\n".join(f"## {file.stem}\n{sentences(file)}" for file in BROKEN))


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_a_broken_playbook_gets_its_sentences(file: Path) -> None:
    assert sentences(file) == frozen()[file.stem]


def test_every_frozen_sentence_has_its_file() -> None:
    assert sorted(frozen()) == [file.stem for file in BROKEN]


def test_no_sentence_speaks_jargon_or_shows_a_key() -> None:
    text = EXPECTED_SENTENCES.read_text()

    assert not JARGON.findall(text)
    assert "made-up-for-this-test" not in text


def test_the_example_of_the_format() -> None:
    assert (
        'number_as_word.yaml:12:9  steps[1].at: found "five", expected minutes from T0 as a number, for example 5'
        in (EXPECTED_SENTENCES.read_text())
    )


@pytest.mark.parametrize("file", sorted((FILES / "good").glob("*.yaml")), ids=lambda file: file.stem)
def test_a_good_playbook_loads(file: Path) -> None:
    assert load_text(file.read_text(), file.name).steps[0].key == "report"


def test_every_key_means_what_it_says() -> None:
    step = load_text((FILES / "good" / "every_key.yaml").read_text(), "x").step("act")

    assert (step.title, step.at, step.within, step.mark) == ("No", 0.5, 10, "T+0.5")
    assert (step.action, step.guidance) == ("Folded text", "Line one\nLine two")
    assert [option.value for option in step.field("verdict").options] == ["yes", "no"]


def parts(model: type[Frozen], path: str) -> Iterator[str]:
    """Every part of the model as a path, with what its lists hold."""
    for name, field in model.model_fields.items():
        here = f"{path}.{name}" if path else name
        yield here
        text = str(field.annotation)
        if "tuple[" in text:
            yield f"{here}[]"
        if "dict[" in text:
            yield f"{here}.*"
        for inner in re.findall(r"playbooks\.model\.(\w+)", text):
            kind = getattr(__import__("playbooks.model", fromlist=[inner]), inner)
            if issubclass(kind, Frozen):
                yield from parts(kind, f"{here}[]" if "tuple[" in text else here)


def test_every_part_of_the_model_has_words() -> None:
    assert {"", *parts(Playbook, "")} == set(EXPECTED)


def test_a_place_has_a_pattern() -> None:
    assert pattern(("steps", 2, "by_trigger", "cost_spike")) == "steps[].by_trigger.*"
    assert pattern(()) == ""
