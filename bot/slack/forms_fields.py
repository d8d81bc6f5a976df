"""One question of a form as an input block. https://docs.slack.dev/reference/block-kit/block-elements"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.slack.blocks import LABEL, Block, plain_text
from bot.slack.text import plain
from bot.slack.values import BLOCK
from playbooks.entries import parse_moment
from playbooks.model import Field, FieldKind, Option, Step

MOST_TYPED = 3000
MOST_SHOWN = 10  # options that radio buttons and checkboxes take
_INPUT_TEXT = 2000


def asked(
    key: str, label: str, element: Block, *, optional: bool = False, hint: str | None = None, block: str = BLOCK
) -> Block:
    """An input; its `action_id` is the question's key."""
    made = {
        "type": "input",
        "block_id": f"{block}{key}",
        "label": plain_text(label, _INPUT_TEXT),
        "element": {**element, "action_id": key},
        "optional": optional,
    }
    return {**made, "hint": plain_text(hint, _INPUT_TEXT)} if hint else made


def text_input(initial: str = "", *, multiline: bool = False) -> Block:
    element = {"type": "plain_text_input", "multiline": multiline, "max_length": MOST_TYPED}
    filled = plain(initial, MOST_TYPED)
    return {**element, "initial_value": filled} if filled else element


def option(value: str, label: str, description: str | None = None) -> Block:
    made = {"text": plain_text(label, LABEL), "value": value}
    return {**made, "description": plain_text(description, LABEL)} if description else made


def one_of(options: Sequence[Block], initial: str | None = None) -> Block:
    """Radio buttons, or a menu when there are many."""
    element = {"type": "radio_buttons" if len(options) <= MOST_SHOWN else "static_select", "options": list(options)}
    chosen = next((one for one in options if one["value"] == initial), None)
    return {**element, "initial_option": chosen} if chosen else element


def some_of(options: Sequence[Block], initial: Sequence[str] = ()) -> Block:
    kind = "checkboxes" if len(options) <= MOST_SHOWN else "multi_static_select"
    chosen = [one for one in options if one["value"] in initial]
    element = {"type": kind, "options": list(options)}
    return {**element, "initial_options": chosen} if chosen else element


def moment_input(initial: datetime | None) -> Block:
    """Slack takes only moments of ten digits, from 2001 on; another one is left empty."""
    element: Block = {"type": "datetimepicker"}
    seconds = int(initial.timestamp()) if initial else 0
    return {**element, "initial_date_time": seconds} if 10**9 <= seconds < 10**10 else element


def field_input(step: Step, field: Field, value: Any) -> Block:
    """The playbook's question with `value` (in the shape of `read_answers`) filled in."""
    return asked(field.key, field.label, _element(step, field, value), optional=not field.required, hint=field.hint)


def _element(step: Step, field: Field, value: Any) -> Block:
    match field.kind:
        case FieldKind.CHOICE:
            return one_of(_options(field.options), value if isinstance(value, str) else None)
        case FieldKind.CHOICES:
            return some_of(_options(field.options), value if isinstance(value, list) else ())
        case FieldKind.TICK:
            return some_of([_tick(step, field)], [field.key] if value is True else ())
        case FieldKind.DATETIME:
            return moment_input(_moment(value))
        case FieldKind.DATE:
            return {"type": "datepicker", **({"initial_date": value} if isinstance(value, str) else {})}
        case FieldKind.LINK:
            return {"type": "url_text_input", **({"initial_value": value} if isinstance(value, str) else {})}
        case _:
            many = field.kind in (FieldKind.LINES, FieldKind.MULTILINE)
            return text_input("\n".join(value) if isinstance(value, list) else str(value or ""), multiline=many)


def _options(options: tuple[Option, ...]) -> list[Block]:
    return [option(one.value, one.label) for one in options]


def _tick(step: Step, field: Field) -> Block:
    pending = step.pending
    if pending is not None and pending.tick == field.key:
        return option(field.key, f"Yes, ask me for it again every {pending.every:g} min")
    return option(field.key, "Yes")


def _moment(value: Any) -> datetime | None:
    try:
        return parse_moment(value) if isinstance(value, str) else None
    except ValueError:
        return None
