"""Modals and Home tabs as a whole. https://docs.slack.dev/reference/views"""

import json
from typing import Any

from simulator.blocks.elements import BOOLEAN, ID
from simulator.blocks.kinds import IN_VIEW
from simulator.blocks.rules import Problems, Rule, ids, list_of, shape, text_object, text_of
from simulator.errors import SlackError, invalid_arguments

MOST = 100
LARGEST = 250_000
_TITLE = text_object(24, plain=True)


def _submit_with_inputs(value: dict[str, Any], at: str, problems: Problems) -> None:
    blocks = value.get("blocks")
    kinds = [b.get("type") for b in blocks if isinstance(b, dict)] if isinstance(blocks, list) else []
    if "input" in kinds and not value.get("submit"):
        problems.add(at, "missing required field: submit")


def _unique_ids(value: dict[str, Any], at: str, problems: Problems) -> None:
    if isinstance(value.get("blocks"), list):
        ids(value["blocks"], f"{at}/blocks", problems)


_COMMON: dict[str, Rule] = {"private_metadata": text_of(3000, least=0), "callback_id": text_of(255, least=0)}
_BLOCKS = {"blocks": list_of(IN_VIEW, MOST, least=0)}
_VIEWS: dict[str, Rule] = {
    "modal": shape(
        {"title": _TITLE, **_BLOCKS},
        _submit_with_inputs,
        _unique_ids,
        submit=_TITLE,
        close=_TITLE,
        external_id=text_of(255, least=0),
        clear_on_close=BOOLEAN,
        notify_on_close=BOOLEAN,
        **_COMMON,
    ),
    "home": shape(_BLOCKS, _unique_ids, external_id=ID, **_COMMON),
}


def check_view(view: Any, kind: str) -> None:
    """Raises SlackError `invalid_arguments` with a JSON pointer for each thing that is wrong, or `view_too_large`."""
    problems = Problems()
    if not isinstance(view, dict) or view.get("type") != kind:
        problems.add("/view/type", f"must be {kind}")
    else:
        _VIEWS[kind](view, "/view", problems)
    if problems.found:
        raise invalid_arguments(*problems.found)
    if len(json.dumps(view)) > LARGEST:
        raise SlackError("view_too_large")
