"""From labels and Python values to what the fields of a dialog hold."""

from datetime import date, datetime, time
from typing import Any

from simulator.driver_seen import Dialog, NotVisible

Field = dict[str, Any]

_ONE = ("static_select", "radio_buttons", "external_select")
_SEVERAL = ("multi_static_select", "checkboxes")


def values_for(dialog: Dialog, values: dict[str, Any], people: dict[str, str]) -> dict[str, dict[str, Any]]:
    """block_id → action_id → value, for `values` by label. Raises NotVisible, naming the labels there are."""
    filled: dict[str, dict[str, Any]] = {}
    for label, value in values.items():
        field, wanted = _field(dialog, label, value)
        filled.setdefault(field["block_id"], {})[field["action_id"]] = _value(field, wanted, people)
    return filled


def _field(dialog: Dialog, label: str, value: Any) -> tuple[Field, Any]:
    for field in dialog.fields:
        if field["label"] == label:
            return field, value
    for field in dialog.fields:
        # A lone checkbox is known by what stands beside it rather than by the label above it.
        if field["type"] == "checkboxes" and label in _labels(field):
            others = [v for v in field["value"] if v != label]
            return field, [*others, label] if value else others
    raise NotVisible(f"no field {label!r} in {dialog}")


def _value(field: Field, value: Any, people: dict[str, str]) -> Any:
    kind = field["type"]
    if value is None:
        return None
    if kind in _ONE:
        return _option(field, value)
    if kind in _SEVERAL:
        if isinstance(value, bool):
            value = _labels(field)[:1] if value else []
        return [_option(field, label) for label in value]
    if kind == "users_select":
        return _person(people, value)
    if kind == "multi_users_select":
        return [_person(people, name) for name in value]
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value


def _person(people: dict[str, str], name: str) -> str:
    if name not in people:
        raise NotVisible(f"There is nobody called {name!r}; there are {', '.join(people)}")
    return people[name]


def _labels(field: Field) -> list[str]:
    return [option["label"] for option in field["options"]]


def _option(field: Field, label: str) -> Any:
    for option in field["options"]:
        if option["label"] == label:
            return option["value"]
    raise NotVisible(f"no option {label!r} in {field['label']!r}; there are {_labels(field)}")
