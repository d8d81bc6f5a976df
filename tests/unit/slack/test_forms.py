"""Forms: what they ask, what they are filled with, and reading back what was typed."""

from datetime import timedelta

import pytest

from bot.slack import forms, ids, values
from bot.slack.values import CantValues, OpenValues
from playbooks.answers import read_answers
from playbooks.errors import Refused, WrongAnswers
from playbooks.model import Trigger
from tests.unit.slack.filling import as_filled, asks, filled, title
from tests.unit.slack.shown import checked_view
from tests.unit.stories import ANSWERS, NO_ID_YET, NOON, Story, key_leak

# --- opening


def test_the_form_to_report_an_incident() -> None:
    view = checked_view(forms.open_form(noticed_at=NOON))
    assert title(view) == ("Report an incident", "Open incident")
    assert view["callback_id"] == ids.FORM_OPEN
    assert asks(view) == {
        "What happened?": ("plain_text_input", False),
        "Trigger": ("static_select", False),
        "Suspect keys": ("plain_text_input", True),
        "When was it noticed?": ("datetimepicker", False),
        "This is a drill": ("checkboxes", True),
    }
    triggers = view["blocks"][1]["element"]
    assert [option["text"]["text"] for option in triggers["options"]] == [trigger.label for trigger in Trigger]
    assert "initial_option" not in triggers


def test_what_was_typed_is_read_back() -> None:
    view = forms.open_form(text="Key in a gist", noticed_at=NOON, source="https://company.slack.com/archives/C1/p1")
    sent = filled(view, trigger="cost_spike", keys=" prod \n\nstaging\nprod", drill=["drill"])
    assert values.read_open(sent, NOON + timedelta(hours=1)) == OpenValues(
        text="Key in a gist",
        trigger=Trigger.COST_SPIKE,
        keys=("prod", "staging"),
        noticed_at=NOON,
        drill=True,
        source="https://company.slack.com/archives/C1/p1",
    )


def test_a_drill_can_be_ticked_before() -> None:
    view = forms.open_form(noticed_at=NOON, drill=True, trigger=Trigger.COST_SPIKE)
    assert values.read_open(as_filled(view), NOON).drill
    assert not values.read_open(filled(view, drill=[]), NOON).drill


def test_without_a_trigger_the_error_stands_at_its_field() -> None:
    view = as_filled(forms.open_form(noticed_at=NOON))
    with pytest.raises(WrongAnswers) as wrong:
        values.read_open(view, NOON)
    assert values.errors_for(view, wrong.value.errors) == {"in:trigger": "Choose what fits best."}


@pytest.mark.parametrize("length", [20, 2900])
def test_the_offer_to_join_carries_the_report_along(length: int) -> None:
    report = OpenValues(
        text="é" * length,
        trigger=Trigger.PUBLIC_EXPOSURE,
        keys=("prod", "staging"),
        noticed_at=NOON,
        drill=True,
        source="https://company.slack.com/archives/C1/p1",
    )
    view = checked_view(forms.same_key_form(7, report))
    assert title(view)[1] == "Open incident"
    assert "INC-0007 is open and names the same key." in view["blocks"][0]["text"]["text"]
    join = view["blocks"][1]["elements"][0]
    assert (join["text"]["text"], join["action_id"], join["value"]) == ("Join INC-0007", ids.JOIN_YES, "7")

    sent = as_filled(view)

    assert values.read_open(sent, NOON + timedelta(hours=1)) == report
    assert forms.report_in(sent) == (report.text, report.keys, report.drill)
    assert forms.is_separate(sent)
    assert not forms.is_separate(forms.open_form(noticed_at=NOON))


# --- steps


def test_the_form_of_a_step_is_the_playbooks() -> None:
    view = checked_view(forms.step_form(Story(number=7).open().incident, "notify", "complete", NOON))
    assert title(view) == ("T+10 · INC-0007", "Complete step")
    assert asks(view) == {
        "Severity": ("radio_buttons", False),
        "Data within reach": ("checkboxes", False),
        "Notify executives?": ("radio_buttons", False),
        "Why": ("plain_text_input", False),
        "What the teams were told": ("plain_text_input", False),
    }
    assert forms.about(view) == forms.About(number=7, step="notify", mode="complete")


def test_every_form_of_the_shipped_playbook_can_be_sent_as_it_should() -> None:
    story = Story().open().until(16)
    for step in key_leak().steps[1:]:
        view = checked_view(forms.step_form(story.incident, step.key, "complete", story.now))
        answers = {key: value for key, value in ANSWERS[step.key].items() if not key.endswith("_on")}
        raw = values.read_step(filled(view, **answers), step)
        assert read_answers(step, raw, t0=story.incident.t0, now=story.now)


def test_defaults_are_filled_in() -> None:
    story = Story().open().until(6)
    revoke = key_leak().step("revoke")
    raw = values.read_step(as_filled(forms.step_form(story.incident, "revoke", "complete", story.now)), revoke)
    assert raw == {"revoked_at": story.now}
    logs = values.read_step(
        as_filled(forms.step_form(story.incident, "logs", "complete", story.now)), key_leak().step("logs")
    )
    assert logs["window_from"] == story.incident.t0 - timedelta(hours=24)
    rotate = values.read_step(
        as_filled(forms.step_form(story.incident, "rotate", "complete", story.now)), key_leak().step("rotate")
    )
    assert (rotate["old_key_deleted_on"], rotate["next_rotation"]) == ("2026-11-28", "2027-02-19")


def test_a_correction_begins_with_what_was_answered() -> None:
    story = Story().open().until(6)
    for step in key_leak().steps[1:]:
        story.complete(step.key)
        view = checked_view(forms.step_form(story.incident, step.key, "correct", story.now + timedelta(hours=1)))
        assert title(view)[1] == "Correct"
        raw = values.read_step(as_filled(view), step)
        evidence = story.step(step.key).evidence
        assert evidence is not None
        assert read_answers(step, raw, t0=story.incident.t0, now=story.now) == evidence.answers


def test_the_tick_that_stands_in_for_an_answer() -> None:
    story = Story().open().until(3)
    view = forms.step_form(story.incident, "escalate", "complete", story.now)
    assert asks(view)["Submitted, no ID yet"] == ("checkboxes", True)
    step = key_leak().step("escalate")
    assert values.read_step(filled(view, no_id_yet=["no_id_yet"]), step) == NO_ID_YET
    wrong = {"ticket_id": "Give the support ticket ID, or tick “Submitted, no ID yet”."}
    assert values.errors_for(view, wrong) == {"in:ticket_id": wrong["ticket_id"]}


def test_a_step_without_questions_can_be_completed() -> None:
    view = checked_view(forms.step_form(Story().open().incident, "report", "complete", NOON))
    assert not asks(view)
    assert title(view)[1] == "Complete step"


def test_a_drill_is_marked_in_its_forms() -> None:
    incident = Story().open(drill=True).incident
    for view in (
        forms.step_form(incident, "revoke", "complete", NOON),
        forms.cant_form(incident, "revoke"),
        forms.close_form(incident),
        forms.note_form(incident),
    ):
        assert "DRILL" in str(checked_view(view)["blocks"])


# --- the small ones


def test_who_cannot_says_what_they_need() -> None:
    view = checked_view(forms.cant_form(Story(number=7).open().incident, "revoke"))
    assert title(view)[0] == "T+5 · INC-0007"
    assert asks(view) == {
        "What do you need?": ("radio_buttons", False),
        "To whom?": ("users_select", True),
        "How long?": ("radio_buttons", True),
        "Why?": ("plain_text_input", False),
    }
    needs, _, minutes, _ = (block["element"] for block in view["blocks"] if block["type"] == "input")
    assert [option["text"]["text"] for option in needs["options"]] == ["Hand over", "More time", "Skip"]
    assert needs["options"][2]["description"]["text"] == "Only security lead can skip this step"
    assert [option["value"] for option in minutes["options"]] == ["2", "5", "10"]

    sent = filled(view, need="hand_over", to="U0SID", minutes="5", why="In a meeting.")
    assert values.read_cant(sent) == CantValues(need="hand_over", to="U0SID", minutes=5, why="In a meeting.")
    assert values.read_cant(as_filled(view)) == CantValues(need="")
    assert set(values.errors_for(view, {"to": "x", "minutes": "y", "why": "z"})) == {"in:to", "in:minutes", "in:why"}


def test_one_text_is_asked_for_and_read() -> None:
    story = Story().open().until(3)
    story.complete("escalate", NO_ID_YET)
    for view, label, submit in (
        (forms.answer_form(story.incident, "escalate"), "Support ticket ID", "Save"),
        (forms.waive_form(story.incident, "escalate"), "Why?", "Waive"),
        (forms.note_form(story.incident), "What is to be noted?", "Add note"),
        (forms.close_form(story.incident), "How did it end?", "Close incident"),
    ):
        checked_view(view)
        assert asks(view) == {label: ("plain_text_input", False)}
        assert title(view)[1] == submit
        key = view["blocks"][-1]["element"]["action_id"]
        assert values.read_text(filled(view, **{key: "x y"})) == "x y"
        assert values.errors_for(view, {key: "Say it."}) == {f"in:{key}": "Say it."}
        assert forms.about(view).number == 1


def test_a_refusal_names_who_can() -> None:
    refused = Refused(title="Not yours to complete", reason="Only {who} can complete T+5.", who=("U0SAM", "U0SID"))
    view = checked_view(forms.refusal_notice(refused))
    assert title(view) == ("Not yours to complete", None)
    assert view["blocks"][0]["text"]["text"] == "Only <@U0SAM> or <@U0SID> can complete T+5."


def test_a_title_that_is_too_long_stands_in_the_text() -> None:
    view = checked_view(forms.notice("Not yours to ask for more time for", "Only Sam can."))
    assert view["title"]["text"] == "Not possible"
    assert view["blocks"][0]["text"]["text"] == "*Not yours to ask for more time for*\nOnly Sam can."


def test_a_form_from_the_record_is_as_it_was() -> None:
    view = forms.step_form(Story().open().incident, "revoke", "complete", NOON)
    assert forms.renewed(as_filled(view)) == view
    assert forms.renewed(forms.notice("Closed", "It is.")) == forms.notice("Closed", "It is.")
