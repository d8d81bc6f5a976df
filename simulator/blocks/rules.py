"""Small rules that put together say what a block may look like. A rule writes down what is wrong, and where."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.model import Json


@dataclass
class Problems:
    """Everything that is wrong, each with the JSON pointer that Slack would name."""

    found: list[str] = field(default_factory=list)

    def add(self, pointer: str, message: str) -> None:
        self.found.append(f"{message} [json-pointer:{pointer}]")


Rule = Callable[[Any, str, Problems], None]


def text_of(most: int, *, least: int = 1) -> Rule:
    """A bare string of a certain length."""

    def rule(value: Any, at: str, problems: Problems) -> None:
        if not isinstance(value, str):
            problems.add(at, "must be a string")
        elif len(value) > most:
            problems.add(at, f"must be less than {most + 1} characters")
        elif len(value) < least:
            problems.add(at, f"must be more than {least - 1} characters")

    return rule


def text_object(most: int, *, plain: bool = False) -> Rule:
    """A text object. https://docs.slack.dev/reference/block-kit/composition-objects/text-object"""
    kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")

    def rule(value: Any, at: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            problems.add(at, "must provide an object")
        elif value.get("type") not in kinds:
            problems.add(f"{at}/type", f"must be one of {', '.join(kinds)}")
        else:
            text_of(most)(value.get("text"), f"{at}/text", problems)

    return rule


def list_of(item: Rule, most: int, *, least: int = 1) -> Rule:
    def rule(value: Any, at: str, problems: Problems) -> None:
        if not isinstance(value, list):
            problems.add(at, "must be an array")
            return
        if len(value) > most:
            problems.add(at, f"no more than {most} items allowed")
        if len(value) < least:
            problems.add(at, f"no fewer than {least} items allowed")
        for index, entry in enumerate(value):
            item(entry, f"{at}/{index}", problems)

    return rule


def one_of(*values: Any) -> Rule:
    def rule(value: Any, at: str, problems: Problems) -> None:
        if value not in values:
            problems.add(at, f"must be one of {', '.join(map(str, values))}")

    return rule


def matching(check: Callable[[Any], bool], expected: str) -> Rule:
    def rule(value: Any, at: str, problems: Problems) -> None:
        if not check(value):
            problems.add(at, expected)

    return rule


def shape(needed: Mapping[str, Rule] | None = None, *further: Rule, **optional: Rule) -> Rule:
    """An object with these fields. A field that is not listed is let through: Slack may know more than we do."""

    def rule(value: Any, at: str, problems: Problems) -> None:
        if not isinstance(value, dict):
            problems.add(at, "must provide an object")
            return
        for name, check in (needed or {}).items():
            if name not in value:
                problems.add(at, f"missing required field: {name}")
            else:
                check(value[name], f"{at}/{name}", problems)
        for name, check in optional.items():
            if value.get(name) is not None:
                check(value[name], f"{at}/{name}", problems)
        for check in further:
            check(value, at, problems)

    return rule


def typed(table: Mapping[str, Rule], what: str) -> Rule:
    """An object whose `type` decides which rule holds."""

    def rule(value: Any, at: str, problems: Problems) -> None:
        kind = str(value.get("type")) if isinstance(value, dict) else ""
        if kind not in table:
            problems.add(f"{at}/type", f"unsupported {what} type: {kind}")
        else:
            table[kind](value, at, problems)

    return rule


def unique(name: str, values: list[tuple[str, str]], problems: Problems) -> None:
    """No two of these (pointer, value) pairs may share a value."""
    seen: set[str] = set()
    for at, value in values:
        if value in seen:
            problems.add(at, f"`{name}` must be unique: {value}")
        seen.add(value)


def ids(blocks: list[Json], at: str, problems: Problems) -> None:
    """block_id is unique in the message or view, action_id within its block."""
    found = [(f"{at}/{i}/block_id", b["block_id"]) for i, b in enumerate(blocks) if _text(b, "block_id")]
    unique("block_id", found, problems)
    for i, block in enumerate(blocks):
        elements = block.get("elements") if isinstance(block, dict) else None
        if isinstance(elements, list):
            actions = [
                (f"{at}/{i}/elements/{j}/action_id", e["action_id"])
                for j, e in enumerate(elements)
                if _text(e, "action_id")
            ]
            unique("action_id", actions, problems)


def _text(value: Any, name: str) -> bool:
    return isinstance(value, dict) and isinstance(value.get(name), str)
