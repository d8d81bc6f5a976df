"""YAML text as plain values that remember where they stood: every value and every key with its line and column.

YAML 1.2 is read, without anchors, aliases, tags and second documents: nothing in a playbook needs them, and a few lines
of aliases can stand for gigabytes. Because the events are read one by one nothing is ever expanded, and what is wrong
does not hide what is wrong further down.
"""

import json
import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from playbooks.errors import Problem
from playbooks.loader_words import syntax_words
from playbooks.secrets import mask

Path = tuple[str | int, ...]
Mark = tuple[int, int]  # line and column, both from 1

MOST = 200  # problems; who has more has another kind of file
DEEPEST = 12  # levels; an option of a field of a step stands on the eighth
_START: Mark = (1, 1)
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]{1,15}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,15}|[0-9]{1,15}(\.[0-9]{0,15})?)([eE][-+]?[0-9]{1,3})?")


class _Stop(Exception):
    """Nothing further down can be read."""


@dataclass(kw_only=True)
class Tree:
    """What a file holds. `problems` is complete only after the rules were asked too."""

    file: str
    data: object = None
    marks: dict[Path, Mark] = field(default_factory=dict)  # where a value begins
    keys: dict[Path, Mark] = field(default_factory=dict)  # where its key does
    written: dict[Path, str] = field(default_factory=dict)  # plain scalars, as they stand in the file
    problems: list[Problem] = field(default_factory=list)
    told: set[Path] = field(default_factory=set)  # paths of which something was said already
    aliases: set[str] = field(default_factory=set)  # the names of which something was said already

    def object_to(self, path: Path, expected: str, found: str | None = None, *, mark: Mark | None = None) -> None:
        """Adds a problem, at most one for each path. What was found is described when it is not given."""
        if path in self.told or self.full:
            return
        self.told.add(path)
        self.add(mark or self.place(path), path, found or self.found(path), expected)

    @property
    def full(self) -> bool:
        return len(self.problems) > MOST

    def add(self, mark: Mark, path: Path, found: str, expected: str) -> None:
        if self.full:
            return
        if len(self.problems) == MOST:
            path, found, expected = (), "more than these problems", f"at most {MOST}; repair these first"
        file, where = without_keys(self.file), path_text(path)
        self.problems.append(
            Problem(file=file, line=mark[0], column=mark[1], path=where, found=found, expected=expected)
        )

    def place(self, path: Path) -> Mark:
        """The value's place, else that of the nearest thing around it."""
        while path and path not in self.marks:
            path = path[:-1]
        return self.marks.get(path, _START)

    def at(self, path: Path) -> object:
        """The value at `path`, None when there is none."""
        value = self.data
        for part in path:
            if isinstance(value, dict):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return None
        return value

    def found(self, path: Path) -> str:
        return in_words(self.at(path), self.written.get(path))


def in_words(value: object, written: str | None = None) -> str:
    """What was found, for a person; never a key that was pasted there."""
    match value:
        case None:
            return "nothing"
        case str() if not value:
            return "an empty text"
        case str():
            return quoted(value) + (" in quotes" if written is None and _FLOAT.fullmatch(value) else "")
        case list():
            return f"a list of {len(value)}" if value else "an empty list"
        case dict():
            return "a group of keys"
    return written or json.dumps(value)


def quoted(text: str) -> str:
    text = without_keys(text)
    short = text if len(text) <= 60 else f"{text[:60]}…"
    return f'"{short}"' if short.isprintable() else json.dumps(short)


def without_keys(text: str) -> str:
    """`text`, or only that it holds an Anthropic key."""
    return "(an Anthropic key)" if mask(text, lambda _: "").found else text


def path_text(path: Path) -> str:
    """`steps[2].at`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            word = part if re.fullmatch(r"[\w<-][\w<.-]{0,39}", without_keys(part)) else quoted(part)
            text += f".{word}" if text else word
    return text


def read_tree(text: str, file: str) -> Tree:
    """The values of a YAML text and everything that is wrong with it as YAML. Never raises."""
    tree = Tree(file=file)
    try:
        _document(YAML(typ="safe", pure=True).parse(text), tree)
    except _Stop:
        pass
    except ReaderError as error:
        before = text[: error.position]
        mark = (before.count("\n") + 1, len(before) - before.rfind("\n"))
        tree.add(mark, (), f"the character U+{error.character:04X}", "text that can be printed")
    except MarkedYAMLError as error:
        _syntax(tree, text, error)
    except (YAMLError, ValueError, OverflowError, RecursionError):  # such as an escape beyond the last character
        tree.add(_START, (), "what no YAML reader understands", "a YAML file in UTF-8")
    return tree


def _syntax(tree: Tree, text: str, error: MarkedYAMLError) -> None:
    problem = error.problem or ""
    # What was never closed is found where it was opened, not at the end of the file.
    opened = error.context_mark is not None and any(sign in problem for sign in ("end of stream", "stream end", "':'"))
    mark = error.context_mark if opened else error.problem_mark
    at = (mark.line + 1, mark.column + 1) if mark else _START
    lines = re.split("\r\n|\r|\n", text)
    line = lines[at[0] - 1] if at[0] <= len(lines) else ""
    found = quoted(line.strip()) if line.strip() else "the end of the file"
    if "\t" in (line[: len(line) - len(line.lstrip())], line[at[1] - 1 : at[1]]):
        at, found = (at[0], line.index("\t") + 1), "a tab"
    tree.add(at, (), found, syntax_words(problem, error.context or "", found))


def _document(events: Iterator[Event], tree: Tree) -> None:
    documents = 0
    for event in events:
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                tree.add(_mark(event), (), "a second document", 'one playbook in a file, without a "---" in between')
                return
        elif isinstance(event, NodeEvent):
            tree.data = _value(event, events, tree, ())
    if tree.data is None and not tree.problems:
        tree.add(_START, (), "an empty file", "a playbook")


def _mark(event: Event) -> Mark:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _value(event: Event, events: Iterator[Event], tree: Tree, path: Path) -> object:
    tree.marks[path] = _mark(event)
    _refuse_anchors_and_tags(event, tree, path)
    if tree.full:
        raise _Stop
    if len(path) > DEEPEST:
        tree.object_to(path, f"at most {DEEPEST} levels", "a list or key within too many others")
        raise _Stop
    if isinstance(event, MappingStartEvent):
        return _mapping(events, tree, path)
    if isinstance(event, SequenceStartEvent):
        items: list[object] = []
        while not isinstance(item := next(events), SequenceEndEvent):
            items.append(_value(item, events, tree, (*path, len(items))))
        return items
    return _scalar(event, tree, path) if isinstance(event, ScalarEvent) else None


def _refuse_anchors_and_tags(event: Event, tree: Tree, path: Path) -> None:
    if isinstance(event, AliasEvent):
        tree.told.add(path)
        if event.anchor not in tree.aliases:  # once: the file may be made of them
            tree.aliases.add(event.anchor)
            found = f"the alias {quoted(f'*{event.anchor}')}"
            tree.add(_mark(event), path, found, "the value itself, because a playbook has no aliases")
    elif anchor := getattr(event, "anchor", None):
        tree.object_to(path, "a value without an anchor", f"the anchor {quoted(f'&{anchor}')}")
    elif tag := getattr(event, "tag", None):
        short = str(tag).replace("tag:yaml.org,2002:", "!!")
        tree.object_to(path, "a value without a tag", f"the tag {quoted(short)}")


def _mapping(events: Iterator[Event], tree: Tree, path: Path) -> dict[str, object]:
    values: dict[str, object] = {}
    while not isinstance(event := next(events), MappingEndEvent):
        mark = _mark(event)
        if tree.full:
            raise _Stop
        if not isinstance(event, ScalarEvent):
            tree.add(mark, path, "a list or a group as a key", "a word as a key")
            _skip(event, events, tree, path)
            _skip(next(events), events, tree, path)
            continue
        key = _storable(event.value, tree, path)
        here = (*path, key)
        if key in values:
            first = tree.keys[here][0]
            tree.add(mark, here, "the key a second time", f"each key once; it stands in line {first} already")
            _skip(next(events), events, tree, here)
            continue
        tree.keys[here] = mark
        values[key] = _value(next(events), events, tree, here)
        if values[key] is None:  # an empty value "stands" at whatever comes next
            tree.marks[here] = mark
    return values


def _skip(event: Event, events: Iterator[Event], tree: Tree, path: Path) -> None:
    """Reads over a value that has no place in the playbook."""
    _value(event, events, Tree(file=tree.file), path)


def _storable(text: str, tree: Tree, path: Path) -> str:
    """`text` without what PostgreSQL or UTF-8 cannot hold; an escape in double quotes can bring such a character in."""
    bad = next((c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cs")), None)
    if bad is None:
        return text
    tree.object_to(path, "text that can be stored and shown", f"the character U+{ord(bad):04X}")
    return "".join(c if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs") else "\ufffd" for c in text)


def _scalar(event: ScalarEvent, tree: Tree, path: Path) -> object:
    text = _storable(event.value, tree, path)
    if event.style is not None or event.tag:
        return text.strip()  # white space around a text never means anything, and a block ends with a newline
    tree.written[path] = text
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text
