"""Playbook files: a `Playbook`, or every problem at once with its file, line, key path, find and expectation."""

import json
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from playbooks import loader_rules
from playbooks.errors import InvalidPlaybook, Problem
from playbooks.loader_tree import Path as Place
from playbooks.loader_tree import Tree, read_tree, without_keys
from playbooks.loader_words import EXPECTED, OUT_OF_RANGE, choice_of, did_you_mean
from playbooks.model import Contact, Field, FieldKind, Option, Pending, Playbook, Role, Step, Trigger

LARGEST = 256 * 1024  # bytes; the shipped playbook has about 12 KiB
_TOO_LARGE = f"at most {LARGEST:,} bytes"
_MODELS: dict[str, type[BaseModel]] = {
    "": Playbook,
    "steps[]": Step,
    "steps[].pending": Pending,
    "steps[].fields[]": Field,
    "steps[].fields[].options[]": Option,
    "contacts[]": Contact,
}
_WORDS: dict[str, list[str]] = {
    "steps[].role": list(Role),
    "steps[].skip_roles[]": list(Role),
    "steps[].fields[].kind": list(FieldKind),
    "contacts[].triggers[]": list(Trigger),
}


class FileProblem(Problem):
    """A problem of a file or folder as a whole: no line can be named."""

    def __str__(self) -> str:
        return f"{self.file}: found {self.found}, expected {self.expected}"


def load_text(text: str, file: str) -> Playbook:
    """The playbook in `text`; `file` is its name in the sentences. Raises `InvalidPlaybook`."""
    playbook, tree = _read(text, file)
    if playbook is None:
        raise InvalidPlaybook(in_order(tree.problems))
    return playbook


def load_folder(folder: Path) -> dict[str, Playbook]:
    """The playbooks of a folder's `.yaml` and `.yml` files by id. Raises `InvalidPlaybook` for all files together."""
    try:
        if not folder.is_dir():
            raise InvalidPlaybook([_whole(str(folder), _no_folder(folder), "a folder of playbooks")])
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in (".yaml", ".yml"))
        return _load([path for path in paths if not path.is_dir()])
    except OSError as error:
        found = f"a folder that cannot be read ({error.strerror})"
        raise InvalidPlaybook([_whole(str(folder), found, "a folder of playbooks")]) from None


@cache
def _shipped() -> tuple[Playbook, ...]:
    folder = resources.files("playbooks") / "library"
    return tuple(_load([file for file in folder.iterdir() if file.name.endswith(".yaml")]).values())


def library() -> dict[str, Playbook]:
    """The shipped playbooks by id."""
    return {playbook.id: playbook for playbook in _shipped()}


def load_all(folder: Path | None) -> dict[str, Playbook]:
    """The shipped playbooks and those of a team's own folder, which win by id. Raises `InvalidPlaybook`."""
    return {**library(), **(load_folder(folder) if folder else {})}


def in_order(problems: list[Problem]) -> list[Problem]:
    """As the eye meets them: by file, then down the page."""
    return sorted(problems, key=lambda p: (p.file, p.line, p.column, p.path))


def _no_folder(folder: Path) -> str:
    return "a file" if folder.exists() else "no such folder"


def _whole(file: str, found: str, expected: str) -> FileProblem:
    return FileProblem(file=without_keys(file), line=1, column=1, path="", found=found, expected=expected)


def _load(files: list[Path] | list[Traversable]) -> dict[str, Playbook]:
    problems: list[Problem] = []
    playbooks: dict[str, Playbook] = {}
    owners: dict[str, str] = {}
    for file in files:
        text = _text(file)
        if isinstance(text, Problem):
            problems.append(text)
            continue
        playbook, tree = _read(text, file.name)
        name = tree.at(("id",))
        if isinstance(name, str) and name in owners:
            tree.object_to(("id",), f"an id that no other file of the folder has; {owners[name]} has it too")
        elif isinstance(name, str):
            owners[name] = tree.file
        problems += tree.problems
        if playbook:
            playbooks[playbook.id] = playbook
    if problems:
        raise InvalidPlaybook(in_order(problems))
    return playbooks


def _text(file: Path | Traversable) -> str | Problem:
    try:
        if isinstance(file, Path) and file.exists() and not file.is_file():  # reading a pipe would wait for ever
            return _whole(file.name, "something that is no file", "a YAML file in UTF-8")
        with file.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        return _whole(file.name, f"a file that cannot be read ({error.strerror})", "a YAML file in UTF-8")
    if len(content) > LARGEST:
        return _whole(file.name, "a larger file", _TOO_LARGE)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        found, expected = f"the byte 0x{content[error.start]:02X}", "a YAML file in UTF-8"
        return Problem(file=without_keys(file.name), line=line, column=column, path="", found=found, expected=expected)


def _read(text: str, file: str) -> tuple[Playbook | None, Tree]:
    """The playbook, or None and the problems in the tree."""
    if len(text.encode("utf-8", "replace")) > LARGEST:
        return None, Tree(file=file, problems=[_whole(file, "a larger file", _TOO_LARGE)])
    tree = read_tree(text, file)
    if not isinstance(tree.data, dict):
        if not tree.problems:
            tree.object_to((), EXPECTED[""])
        return None, tree
    loader_rules.check_texts(tree)
    playbook = None
    try:
        # As JSON, because only there strict means what it says in a file: "5" is no number and 1 is not true.
        playbook = Playbook.model_validate_json(json.dumps(tree.data), strict=True)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            _object(tree, details)
    loader_rules.check(tree)
    return (None if tree.problems else playbook), tree


def _object(tree: Tree, error: ErrorDetails) -> None:
    """One thing that the model refused, in our words: the part matters, and hardly the kind of error."""
    place: Place = tuple(error["loc"])
    kind = error["type"]
    if kind == "extra_forbidden":
        known = list(_MODELS[pattern(place[:-1])].model_fields)
        near = did_you_mean(place[-1], known)
        tree.object_to(place, choice_of(known) + near, "an unknown key", mark=tree.keys.get(place))
    elif place[-1:] == ("[key]",):
        near = did_you_mean(place[-2], list(Trigger))
        tree.object_to(place[:-1], choice_of(Trigger) + near, "an unknown trigger", mark=tree.keys.get(place[:-1]))
    elif not (kind == "too_short" and _is_long_enough(tree.at(place), error)):
        tree.object_to(place, _expected(tree, place, kind), _found(tree, place, kind))


def _is_long_enough(items: object, error: ErrorDetails) -> bool:
    """A list is called too short as well when some of its items are wrong, which was said of them already."""
    return isinstance(items, list) and len(items) >= error.get("ctx", {}).get("min_length", 0)


def _found(tree: Tree, place: Place, kind: str) -> str | None:
    value = tree.at(place)
    if kind == "missing":
        return "nothing"
    return f"a text of {len(value)} characters" if kind == "string_too_long" and isinstance(value, str) else None


def _expected(tree: Tree, place: Place, kind: str) -> str:
    part, value = pattern(place), tree.at(place)
    if kind in ("greater_than_equal", "less_than_equal") and part in OUT_OF_RANGE:
        return OUT_OF_RANGE[part]
    if kind == "string_type" and isinstance(value, bool | int | float):
        return f"{EXPECTED[part]}; put it in quotes"
    known = _WORDS.get(part, [])
    return EXPECTED[part] + (did_you_mean(value, known) if known else "")


def pattern(place: Place) -> str:
    """`steps[].at` for the place `steps[2].at`: the part's name in `EXPECTED`."""
    parts = ["*" if place[i - 1 : i] == ("by_trigger",) else part for i, part in enumerate(place)]
    return "".join("[]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")
