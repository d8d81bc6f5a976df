"""Reading what is not as it should be."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.slack import forms, values
from bot.slack.values import CantValues
from tests.unit.slack.shown import checked_view
from tests.unit.stories import Story, key_leak

View = dict[str, Any]


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"state": None, "private_metadata": None, "blocks": None},
        {"state": {"values": {}}, "private_metadata": "{", "blocks": []},
        {"state": {"values": {"x": {"need": None}}}, "private_metadata": "[]"},
        {"state": {"values": {"x": {"why": {"value": 7}}}}, "private_metadata": '{"number": true, "report": 1}'},
    ],
)
def test_reading_never_fails(view: View) -> None:
    assert forms.about(view).number == 0
    assert values.read_cant(view) == CantValues(need="")
    assert values.read_text(view) == ""
    assert forms.report_in(view) == ("", (), False)
    assert set(values.read_step(view, key_leak().step("notify"))) <= {"data_within_reach", "why"}
    assert len(values.errors_for(view, {"what": "x", "where": "y"})) == 2


@pytest.mark.parametrize("seconds", [None, "1795262400", 10**20, True])
def test_a_moment_that_is_none_is_not_there(seconds: object) -> None:
    element = {"revoked_at": {"type": "datetimepicker", "selected_date_time": seconds}}
    view = {"state": {"values": {"in:revoked_at": element}}}
    assert values.read_step(view, key_leak().step("revoke")) == {}


def test_errors_of_no_field_stand_at_the_first() -> None:
    view = forms.note_form(Story().open().incident)
    assert values.errors_for(view, {"a": "One.", "b": "Two."}) == {"in:text": "One. Two."}


def test_an_old_moment_is_left_out_rather_than_refused_by_slack() -> None:
    view = checked_view(forms.open_form(noticed_at=datetime(1999, 1, 1, tzinfo=UTC)))
    assert "initial_date_time" not in view["blocks"][3]["element"]
