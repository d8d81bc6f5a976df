"""What a stateful element holds: its initial value, and the form in which Slack reports it.

https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

from typing import Any

from simulator.errors import NotPossible
from simulator.model import Json

_TYPED = ("plain_text_input", "number_input", "url_text_input", "email_text_input")

_PICKED = {
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    **dict.fromkeys(_TYPED, ("value", "initial_value")),
}
"""Element type → the key in its state and the key of its initial value."""

_ONE_OPTION = ("static_select", "external_select", "radio_buttons")
_OPTIONS = ("multi_static_select", "checkboxes")
_LISTS = ("multi_users_select",)


def initial_state(element: Json) -> Json | None:
    """The state of an element nobody has touched; None for one that holds none, such as a button."""
    kind = element["type"]
    if kind in _ONE_OPTION:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in _OPTIONS:
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    if kind in _PICKED:
        key, initial = _PICKED[kind]
        return {"type": kind, key: element.get(initial, [] if kind in _LISTS else None)}
    return None


def chosen_state(element: Json, choice: Any) -> Json:
    """The state after a person's choice: an option's value (or a list of them), an id, a date, or a text.

    Raises NotPossible when the element does not offer it.
    """
    kind = element["type"]
    if kind in (*_ONE_OPTION, "overflow"):
        return {"type": kind, "selected_option": None if choice is None else option(element, choice)}
    if kind in _OPTIONS:
        return {"type": kind, "selected_options": [option(element, value) for value in choice or []]}
    if kind in _PICKED:
        return {"type": kind, _PICKED[kind][0]: choice if choice != "" else None}
    raise NotPossible(f"A {kind} holds no value.")


def held(state: Json) -> Any:
    """The value inside a state object, whatever its key; None, "" and [] mean that nothing was given."""
    return next((value for key, value in state.items() if key != "type"), None)


def options(element: Json) -> list[Json]:
    """All options of a select, radio, checkbox or overflow element, groups unfolded."""
    listed: list[Json] = list(element.get("options", []))
    for group in element.get("option_groups", []):
        listed += group["options"]
    return listed


def option(element: Json, value: str) -> Json:
    """Raises NotPossible."""
    for candidate in options(element):
        if candidate.get("value") == value:
            return candidate
    raise NotPossible(f"There is no option {value!r} to choose.")
