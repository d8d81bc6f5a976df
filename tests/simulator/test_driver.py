"""Filling every kind of field by its label."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from simulator import modals
from simulator.driver import NotVisible, Person, Practice
from simulator.workspace import Workspace
from tests.simulator.parts import modal, options, question, section

AT = datetime(2026, 11, 21, 12, 3, tzinfo=UTC)

FORM = modal(
    "Form",
    section("Read this first."),
    question("Text", {"type": "plain_text_input"}),
    question("One", {"type": "static_select", "options": options("Red", "Blue")}),
    question("Radio", {"type": "radio_buttons", "options": options("Yes", "No")}),
    question("Several", {"type": "multi_static_select", "options": options("A", "B", "C")}),
    question("Ticks", {"type": "checkboxes", "options": options("This is a drill")}, optional=True),
    question("Who", {"type": "users_select"}),
    question("Team", {"type": "multi_users_select"}),
    question("When", {"type": "datetimepicker"}),
    question("Day", {"type": "datepicker"}),
    question("Hour", {"type": "timepicker"}),
)


@pytest.fixture
async def dana(practice: Practice, workspace: Workspace) -> Person:
    dana = practice.person("Dana Ito")
    modals.open_modal(workspace, dana.id, FORM)
    await dana.sees_dialog("Form")
    return dana


def held(workspace: Workspace, person: Person) -> dict[str, Any]:
    values = workspace.modals[person.id][0].values
    return {label: next(v for k, v in state["a"].items() if k != "type") for label, state in values.items()}


async def test_fields_by_label_and_values_as_python_has_them(
    dana: Person, workspace: Workspace, practice: Practice
) -> None:
    await dana.fill({"Text": "x", "One": "Blue", "Radio": "No", "Several": ["A", "C"], "This is a drill": True})
    await dana.fill(
        {"Who": "Ada Brandt", "Team": ["Rob Silva"], "When": AT, "Day": date(2026, 11, 28), "Hour": time(9)}
    )

    state = held(workspace, dana)
    assert (state["One"]["value"], [o["value"] for o in state["Several"]]) == ("blue", ["a", "c"])
    assert (state["Who"], state["Team"]) == (practice.ids["Ada Brandt"], [practice.ids["Rob Silva"]])
    assert (state["When"], state["Day"], state["Hour"]) == (int(AT.timestamp()), "2026-11-28", "09:00")
    assert dana.dialog is not None
    assert dana.dialog.values["Ticks"] == ["This is a drill"]
    assert (dana.dialog.text, dana.dialog.submit) == ("Read this first.", "Go")


async def test_a_tick_can_be_taken_back(dana: Person, workspace: Workspace) -> None:
    await dana.fill({"This is a drill": True})
    await dana.fill({"This is a drill": False})

    assert held(workspace, dana)["Ticks"] == []


@pytest.mark.parametrize(
    ("values", "named"), [({"Nothing": "x"}, "'Text', 'One'"), ({"One": "Green"}, "'Red', 'Blue'")]
)
async def test_what_is_not_there_is_answered_with_what_is(dana: Person, values: Any, named: str) -> None:
    with pytest.raises(NotVisible, match=named):
        await dana.fill(values)


async def test_missing_fields_are_named(dana: Person) -> None:
    await dana.fill({"Text": "x", "One": "Red"})
    errors = await dana.submit()

    assert errors is not None
    assert set(errors) == {"Radio", "Several", "Who", "Team", "When", "Day", "Hour"}
    assert dana.dialog is not None
    assert dana.dialog.values["Text"] == "x"
