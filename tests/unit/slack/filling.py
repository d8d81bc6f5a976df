"""Forms as Slack sends them back."""

from typing import Any

View = dict[str, Any]


def as_filled(view: View) -> View:
    """The form as Slack sends it when nothing was touched: what is filled in comes back."""
    state: dict[str, dict[str, Any]] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            state[block["block_id"]] = {block["element"]["action_id"]: _given(block["element"])}
    return {**view, "id": "V1", "hash": "1.2", "state": {"values": state}}


def _given(element: dict[str, Any]) -> dict[str, Any]:
    empty = {"checkboxes": {"selected_options": []}, "plain_text_input": {"value": None}}
    names = {
        "initial_value": "value",
        "initial_option": "selected_option",
        "initial_options": "selected_options",
        "initial_date_time": "selected_date_time",
        "initial_date": "selected_date",
    }
    given = {names[key]: value for key, value in element.items() if key in names}
    return {"type": element["type"], **empty.get(element["type"], {}), **given}


def filled(view: View, **answers: Any) -> View:
    """The same with other answers: texts, options' values, moments as seconds."""
    sent = as_filled(view)
    for block in view["blocks"]:
        key = block.get("element", {}).get("action_id")
        if key in answers:
            kind = block["element"]["type"]
            sent["state"]["values"][block["block_id"]] = {key: {"type": kind, **_answer(kind, answers[key])}}
    return sent


def _answer(kind: str, value: Any) -> dict[str, Any]:
    if kind in ("static_select", "radio_buttons"):
        return {"selected_option": {"value": value}}
    if kind in ("checkboxes", "multi_static_select"):
        return {"selected_options": [{"value": one} for one in value]}
    fields = {"datetimepicker": "selected_date_time", "datepicker": "selected_date", "users_select": "selected_user"}
    return {fields.get(kind, "value"): value}


def asks(view: View) -> dict[str, tuple[str, bool]]:
    """Label → kind of input and whether it may stay empty."""
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    return {block["label"]["text"]: (block["element"]["type"], block["optional"]) for block in inputs}


def title(view: View) -> tuple[str, str | None]:
    return view["title"]["text"], (view.get("submit") or {}).get("text")
