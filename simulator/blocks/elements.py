"""The elements inside blocks. https://docs.slack.dev/reference/block-kit/block-elements"""

import re
from typing import Any

from simulator.blocks.rules import Problems, Rule, list_of, matching, one_of, shape, text_object, text_of, typed

ID = text_of(255)
URL = text_of(3000)
BOOLEAN = matching(lambda v: isinstance(v, bool), "must be a boolean")
NUMBER = matching(lambda v: isinstance(v, (int, str)) and not isinstance(v, bool), "must be a number")
DATE = matching(lambda v: isinstance(v, str) and bool(re.fullmatch(r"\d{4}-\d\d-\d\d", v)), "must be YYYY-MM-DD")
TIME = matching(lambda v: isinstance(v, str) and bool(re.fullmatch(r"\d\d:\d\d", v)), "must be HH:mm")
MOMENT = matching(lambda v: isinstance(v, int) and 10**9 <= v < 10**10, "must be a Unix timestamp of 10 digits")

CONFIRM = shape(
    {
        "title": text_object(100, plain=True),
        "text": text_object(300),
        "confirm": text_object(30, plain=True),
        "deny": text_object(30, plain=True),
    },
    style=one_of("primary", "danger"),
)
OPTION = shape({"text": text_object(75, plain=True), "value": text_of(75)}, description=text_object(75), url=URL)
STYLED_OPTION = shape({"text": text_object(75), "value": text_of(75)}, description=text_object(75))
GROUP = shape({"label": text_object(75, plain=True), "options": list_of(OPTION, 100)})
PLACEHOLDER = text_object(150, plain=True)


def _picks(**further: Rule) -> Rule:
    return shape(None, action_id=ID, placeholder=PLACEHOLDER, confirm=CONFIRM, focus_on_load=BOOLEAN, **further)


def _needs_options(value: dict[str, Any], at: str, problems: Problems) -> None:
    if ("options" in value) == ("option_groups" in value):
        problems.add(at, "must define either `options` or `option_groups`")


def _initial_among_options(value: dict[str, Any], at: str, problems: Problems) -> None:
    # Slack compares the whole option, text included, not the value alone.
    if problems.found:
        return  # comparing makes sense only between well-formed options
    offered = list(value.get("options") or []) + [o for g in value.get("option_groups") or [] for o in g["options"]]
    initial = [value["initial_option"]] if value.get("initial_option") else value.get("initial_options") or []
    for option in initial:
        if not any(_same_option(option, o) for o in offered):
            problems.add(f"{at}/initial_option", "must be one of the options")


def _same_option(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["value"] == other["value"] and one["text"]["text"] == other["text"]["text"])


def _selects(**further: Rule) -> Rule:
    offers = {"options": list_of(OPTION, 100), "option_groups": list_of(GROUP, 100)}
    fields = {"action_id": ID, "placeholder": PLACEHOLDER, "confirm": CONFIRM, "focus_on_load": BOOLEAN}
    return shape(None, _needs_options, _initial_among_options, **offers, **fields, **further)


def _few_options(**further: Rule) -> Rule:
    options = {"options": list_of(STYLED_OPTION, 10)}
    return shape(options, _initial_among_options, action_id=ID, confirm=CONFIRM, **further)


BUTTON = shape(
    {"text": text_object(75, plain=True)},
    action_id=ID,
    value=text_of(2000, least=0),
    url=URL,
    style=one_of("primary", "danger"),
    confirm=CONFIRM,
    accessibility_label=text_of(75),
)
_LENGTH = matching(lambda v: isinstance(v, int) and 0 <= v <= 3000, "must be between 0 and 3000")
_TEXT_INPUT = shape(
    None,
    action_id=ID,
    placeholder=PLACEHOLDER,
    initial_value=text_of(3000, least=0),
    min_length=_LENGTH,
    max_length=_LENGTH,
    multiline=BOOLEAN,
)
_MORE_THAN_ONE = {"max_selected_items": matching(lambda v: isinstance(v, int) and v >= 1, "must be at least 1")}

ELEMENTS: dict[str, Rule] = {
    "button": BUTTON,
    "static_select": _selects(initial_option=OPTION),
    "multi_static_select": _selects(initial_options=list_of(OPTION, 100), **_MORE_THAN_ONE),
    "external_select": _picks(initial_option=OPTION),
    "users_select": _picks(initial_user=ID),
    "multi_users_select": _picks(initial_users=list_of(ID, 100), **_MORE_THAN_ONE),
    "conversations_select": _picks(initial_conversation=ID),
    "channels_select": _picks(initial_channel=ID),
    "overflow": shape({"options": list_of(OPTION, 5, least=2)}, action_id=ID, confirm=CONFIRM),
    "checkboxes": _few_options(initial_options=list_of(STYLED_OPTION, 10)),
    "radio_buttons": _few_options(initial_option=STYLED_OPTION),
    "datepicker": _picks(initial_date=DATE),
    "timepicker": _picks(initial_time=TIME),
    "datetimepicker": shape(None, action_id=ID, initial_date_time=MOMENT, confirm=CONFIRM),
    "plain_text_input": _TEXT_INPUT,
    "url_text_input": _TEXT_INPUT,
    "email_text_input": _TEXT_INPUT,
    "number_input": shape(
        {"is_decimal_allowed": BOOLEAN},
        action_id=ID,
        placeholder=PLACEHOLDER,
        initial_value=NUMBER,
        min_value=NUMBER,
        max_value=NUMBER,
    ),
    "rich_text_input": shape(None, action_id=ID, placeholder=PLACEHOLDER),
    "image": shape({"alt_text": text_of(2000)}, image_url=URL),
}

ONLY_INPUT = {"plain_text_input", "url_text_input", "email_text_input", "number_input", "rich_text_input"}


def elements(*, without: set[str]) -> Rule:
    """Any element but these."""
    return typed({kind: rule for kind, rule in ELEMENTS.items() if kind not in without}, "element")


ACCESSORY = elements(without=ONLY_INPUT)
ACTION = elements(without=ONLY_INPUT | {"image"})
INPUT = elements(without={"button", "image", "overflow"})
