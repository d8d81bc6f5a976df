"""What a form may hold, told by the shipped playbook's forms and one form with every kind of field."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.answers import JSON, LONGEST, at_offset, defaults, is_pending, offset, read_answers, shown
from playbooks.errors import WrongAnswers
from playbooks.loader import library
from playbooks.model import Field, FieldKind, Option, Role, Step

T0 = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 12, 6, 30, tzinfo=UTC)
PLAYBOOK = library()["key-leak"]
OPTIONS = (Option(value="a", label="Alpha"), Option(value="b", label="Beta"))
ESCALATE, REVOKE, LOGS = (PLAYBOOK.step(key) for key in ("escalate", "revoke", "logs"))
REVOKED = {"which_key": "prod-gateway", "revoked_at": NOW, "confirmed_by": "console"}
PULLED = {
    "window_from": "2026-11-20T12:00:00Z",
    "window_to": "2026-11-21T13:05:00+01:00",
    "verdict": "suspicious",
    "who_called_what": "nobody we know",
}


def form(*fields: Field) -> Step:
    return Step(key="act", title="Act", at=5, role=Role.DEV_LEAD, fields=fields)


def read(step: Step, raw: dict[str, Any]) -> dict[str, JSON]:
    return read_answers(step, raw, t0=T0, now=NOW)


def wrong(step: Step, raw: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(WrongAnswers) as caught:
        read(step, raw)
    return caught.value.errors


def one(kind: FieldKind, value: object, **more: Any) -> JSON | None:
    """The answer to a form with one optional field."""
    field = Field(key="a", label="A", kind=kind, required=False, **more)
    return read(form(field), {"a": value}).get("a")


def refused(kind: FieldKind, value: object, **more: Any) -> str:
    return wrong(form(Field(key="a", label="A", kind=kind, required=False, **more)), {"a": value})["a"]


def test_answers_become_json() -> None:
    assert read(REVOKE, REVOKED) == {
        "which_key": ["prod-gateway"],
        "revoked_at": "2026-11-21T12:06:30.000000Z",
        "confirmed_by": "console",
    }
    assert read(LOGS, PULLED)["window_to"] == "2026-11-21T12:05:00.000000Z"


def test_every_wrong_field_at_once() -> None:
    assert wrong(REVOKE, {"which_key": " \n ", "revoked_at": "noon"}) == {
        "which_key": "Fill this in.",
        "revoked_at": "Give a moment with its time zone, for example 2026-11-21T12:06:00Z.",
        "confirmed_by": "Choose one.",
    }


def test_optional_fields_may_be_left_empty() -> None:
    assert "extract" not in read(LOGS, {**PULLED, "extract": " "})
    assert read(form(), {"what": "nobody asked"}) == {}


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (FieldKind.TEXT, "Fill this in."),
        (FieldKind.MULTILINE, "Fill this in."),
        (FieldKind.LINES, "Fill this in."),
        (FieldKind.LINK, "Fill this in."),
        (FieldKind.CHOICE, "Choose one."),
        (FieldKind.CHOICES, "Choose at least one."),
        (FieldKind.TICK, "Tick this to go on."),
        (FieldKind.DATETIME, "Choose a day and a time."),
        (FieldKind.DATE, "Choose a day."),
    ],
)
def test_a_required_field_left_empty(kind: FieldKind, sentence: str) -> None:
    field = Field(key="a", label="A", kind=kind, options=(Option(value="x", label="X"),))

    assert wrong(form(field), {}) == wrong(form(field), {"a": None}) == {"a": sentence}


@pytest.mark.parametrize("kind", [FieldKind.TEXT, FieldKind.MULTILINE, FieldKind.LINES, FieldKind.LINK])
@pytest.mark.parametrize("blank", ["", " \n\t ", "\u200b", "\u00a0\u2060"])
def test_nothing_to_see_is_nothing(kind: FieldKind, blank: str) -> None:
    assert wrong(form(Field(key="a", label="A", kind=kind)), {"a": blank}) == {"a": "Fill this in."}


# --- texts


def test_texts_are_stripped_and_cleaned() -> None:
    assert one(FieldKind.TEXT, " a\r\nb\tc ") == "a b c"
    assert one(FieldKind.MULTILINE, "a\r\nb\u2028c\rd") == "a\nb\nc\nd"
    assert one(FieldKind.TEXT, "nul \x00, bell \x07, half \ud800, c1 \x9b") == "nul �, bell �, half �, c1 �"
    assert one(FieldKind.TEXT, "👩‍💻 ok") == "👩‍💻 ok"


def test_lines_lose_empty_and_repeated_ones() -> None:
    assert one(FieldKind.LINES, "a\n\n b \na") == ["a", "b"]
    assert one(FieldKind.LINES, ["a", "b\nc"]) == ["a", "b", "c"]
    assert refused(FieldKind.LINES, ["a", 5]) == "Write a text, one line each."


@pytest.mark.parametrize("kind", [FieldKind.TEXT, FieldKind.MULTILINE, FieldKind.LINES, FieldKind.LINK])
def test_a_text_ends_at_three_thousand_characters(kind: FieldKind) -> None:
    text = "https://x/" + "x" * (LONGEST - 10)

    assert one(kind, text) in (text, [text])
    assert refused(kind, text + "x") == "This is 3,001 characters long and 3,000 fit. Shorten it, or link to the rest."


@pytest.mark.parametrize(
    "link",
    ["example.com", "ftp://example.com", "javascript:alert(1)", "https://", "https://[1", "https://a b", "http:a"],
)
def test_what_is_no_link(link: str) -> None:
    assert refused(FieldKind.LINK, link) == "Give a link that begins with https:// or http://."


def test_links() -> None:
    assert one(FieldKind.LINK, " https://logs.example.com/q?a=1#b ") == "https://logs.example.com/q?a=1#b"
    assert refused(FieldKind.LINK, "https://me:secret@example.com") == (
        "Leave the user name and the password out of the link."
    )


# --- choices and ticks


def test_choices() -> None:
    assert one(FieldKind.CHOICES, ["b", "a", "b"], options=OPTIONS) == ["a", "b"]
    assert refused(FieldKind.CHOICES, ["a", "c"], options=OPTIONS) == "Choose from Alpha, Beta."
    assert refused(FieldKind.CHOICE, "c", options=OPTIONS) == "Choose Alpha or Beta."


def test_ticks_are_always_there() -> None:
    assert one(FieldKind.TICK, None) is False
    assert one(FieldKind.TICK, True) is True
    assert refused(FieldKind.TICK, "yes") == "Tick this, or leave it."


# --- moments


def test_dates() -> None:
    assert one(FieldKind.DATE, date(2026, 11, 28)) == "2026-11-28"
    assert one(FieldKind.DATE, "2026-11-28") == "2026-11-28"
    assert refused(FieldKind.DATE, "28 November") == "Give a day, for example 2026-11-28."
    assert refused(FieldKind.DATE, NOW) == "Give a day, for example 2026-11-28."


def test_a_moment_needs_its_zone_and_a_sensible_year() -> None:
    assert "time zone" in refused(FieldKind.DATETIME, "2026-11-21T12:06:00")
    assert refused(FieldKind.DATETIME, "0001-01-01T00:00:00+14:00") == "Check the year."
    assert refused(FieldKind.DATE, "9999-12-31") == "Check the year."


def test_latest_allows_for_clocks_that_differ() -> None:
    assert read(REVOKE, {**REVOKED, "revoked_at": NOW + timedelta(minutes=2)})
    assert wrong(REVOKE, {**REVOKED, "revoked_at": NOW + timedelta(minutes=2, seconds=1)}) == {
        "revoked_at": "This may not lie after now (2026-11-21 12:06 UTC)."
    }


def test_latest_of_a_day_allows_for_tomorrow_in_the_east() -> None:
    assert one(FieldKind.DATE, "2026-11-22", latest="now") == "2026-11-22"
    assert refused(FieldKind.DATE, "2026-11-23", latest="now") == "This may not lie after now (2026-11-21)."
    assert refused(FieldKind.DATE, "2026-11-30", latest="t0+7d") == "This may not lie after 2026-11-28."


def test_after_names_the_other_field() -> None:
    assert wrong(LOGS, {**PULLED, "window_to": PULLED["window_from"]}) == {
        "window_to": "This must lie after “Window from” (2026-11-20 12:00 UTC)."
    }
    assert list(wrong(LOGS, {**PULLED, "window_from": "x"})) == ["window_from"]


# --- the answer that may come later


def test_one_of_the_two_is_needed() -> None:
    assert wrong(ESCALATE, {"ticket_id": " ", "no_id_yet": False}) == {
        "ticket_id": "Give the support ticket ID, or tick “Submitted, no ID yet”."
    }


def test_the_tick_stands_in_for_the_answer() -> None:
    answers = read(ESCALATE, {"no_id_yet": True})

    assert answers == {"no_id_yet": True}
    assert is_pending(ESCALATE, answers)


def test_the_answer_wins_over_the_tick() -> None:
    answers = read(ESCALATE, {"ticket_id": "T-1", "no_id_yet": True})

    assert answers == {"ticket_id": "T-1", "no_id_yet": False}
    assert not is_pending(ESCALATE, answers)


def test_an_answer_given_later_ends_the_wait() -> None:
    assert not is_pending(ESCALATE, {"no_id_yet": True, "ticket_id": "T-1"})
    assert not is_pending(REVOKE, {"no_id_yet": True})


def test_a_wrong_answer_is_not_called_missing_too() -> None:
    assert list(wrong(ESCALATE, {"ticket_id": "x" * 4000})) == ["ticket_id"]
    assert "characters long" in wrong(ESCALATE, {"ticket_id": "x" * 4000})["ticket_id"]


# --- prefilling and showing


def test_defaults_have_the_shape_of_answers() -> None:
    assert defaults(LOGS, t0=T0, now=NOW) == {
        "window_from": "2026-11-20T12:00:00.000000Z",
        "window_to": "2026-11-21T12:06:30.000000Z",
    }
    assert defaults(PLAYBOOK.step("rotate"), t0=T0, now=NOW) == {
        "old_key_deleted_on": "2026-11-28",
        "next_rotation": "2027-02-19",
    }


def test_the_default_of_a_choice_is_its_option() -> None:
    step = form(
        Field(key="a", label="A", kind=FieldKind.CHOICE, options=OPTIONS, default="b"),
        Field(key="c", label="C", kind=FieldKind.CHOICES, options=OPTIONS, default="b"),
    )

    assert defaults(step, t0=T0, now=NOW) == {"a": "b", "c": ["b"]}


@pytest.mark.parametrize("step", PLAYBOOK.steps, ids=lambda step: step.key)
def test_defaults_are_accepted_as_they_are(step: Step) -> None:
    filled = defaults(step, t0=T0, now=NOW)

    assert not set(filled) & set(_errors(step, filled))


def _errors(step: Step, raw: dict[str, JSON]) -> dict[str, str]:
    try:
        read(step, raw)
    except WrongAnswers as caught:
        return caught.errors
    return {}


def test_offsets() -> None:
    assert offset("now+90d") == ("now", timedelta(days=90))
    assert at_offset("t0-24h", t0=T0, now=NOW) == T0 - timedelta(days=1)
    assert at_offset("now+30m", t0=T0, now=NOW) == NOW + timedelta(minutes=30)
    assert offset("tomorrow") is None
    with pytest.raises(ValueError, match="tomorrow"):
        at_offset("tomorrow", t0=T0, now=NOW)


def test_answers_are_shown_as_people_read_them() -> None:
    choices = Field(key="a", label="A", kind=FieldKind.CHOICES, options=OPTIONS)
    when = Field(key="a", label="A", kind=FieldKind.DATETIME)

    assert shown(choices, ["a", "b"]) == "Alpha, Beta"
    assert shown(choices, ["a", "gone"]) == "Alpha, gone"
    assert shown(REVOKE.field("confirmed_by"), "console") == "Seen in the Console"
    assert shown(REVOKE.field("which_key"), ["one", "two"]) == "one; two"
    assert shown(ESCALATE.field("no_id_yet"), True) == "yes"
    assert shown(when, "2026-11-21T12:06:30.000000Z") == "2026-11-21 12:06 UTC"
    assert shown(when, "about noon") == "about noon"
    assert shown(Field(key="a", label="A", kind=FieldKind.DATE), "2026-11-28") == "2026-11-28"


ANYTHING = st.none() | st.booleans() | st.integers() | st.text() | st.datetimes() | st.dates() | st.lists(st.text())


@given(st.dictionaries(st.sampled_from(list(FieldKind)), ANYTHING | st.datetimes(timezones=st.just(UTC))))
def test_whatever_arrives_is_read_or_refused(raw: dict[FieldKind, object]) -> None:
    fields = [
        Field(key=kind.value, label=kind.value, kind=kind, options=OPTIONS if kind.value.startswith("choice") else ())
        for kind in FieldKind
    ]
    try:
        answers = read(form(*fields), {kind.value: value for kind, value in raw.items()})
    except WrongAnswers as caught:
        assert all(caught.errors.values())  # noqa: PT017 - because both outcomes are right
    else:
        assert all(str(answer).encode() for answer in answers.values())
