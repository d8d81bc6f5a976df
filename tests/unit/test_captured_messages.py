"""Messages that become part of the record: pinned, unpinned, edited, deleted, and the one it was opened from."""

from datetime import timedelta
from typing import Any

from playbooks import commands as c
from playbooks.entries import Entry, Kind
from playbooks.incident import Captured, digest_of
from playbooks.outcome import Outcome
from playbooks.verify import verify_entries
from tests.unit.stories import ADA, DANA, EVE, NOON, SAM, Story

TEXT = "The gist had 14 views"
AT = {"channel": "C0INC", "ts": "1.000001"}


def pin(story: Story, by: Any = SAM, text: str = TEXT, **more: Any) -> Outcome:
    facts: dict[str, Any] = {"posted_at": NOON - timedelta(minutes=2), "author": ADA, **AT}
    return story.do(c.Pin, by=by, text=text, **{**facts, **more})


def edit(story: Story, text: str) -> Outcome:
    return story.do(c.MessageEdited, text=text, edited_at=story.now, **AT)


def held(story: Story) -> Captured:
    found = story.incident.captured_at("C0INC", "1.000001")
    assert found
    return found


def last(story: Story) -> Entry:
    assert verify_entries(story.entries, seq=story.incident.seq, head=story.incident.head, state=story.incident).ok
    return story.entries[-1]


def test_a_pinned_message_stands_in_the_timeline_with_its_own_time() -> None:
    story = Story().open().wait(minutes=1)
    pin(story)

    assert (last(story).kind, last(story).text) == (Kind.PINNED, TEXT)
    assert last(story).occurred_at == NOON - timedelta(minutes=2)
    assert last(story).actor == SAM
    assert last(story).data["author"] == ADA.id
    assert held(story).sha256 == digest_of(TEXT)


def test_a_message_pinned_again_by_the_same_person_is_nothing_new() -> None:
    story = Story().open()
    pin(story)

    assert pin(story).entries == ()


def test_a_second_person_pins_it_too_and_one_unpinning_leaves_the_others() -> None:
    story = Story().open()
    pin(story)
    first = held(story).seq
    pin(story, by=DANA)
    assert (last(story).kind, last(story).data["of"]) == (Kind.PINNED_TOO, first)

    story.do(c.Unpin, by=SAM, **AT)
    assert (last(story).data["corrects"], last(story).data["left"]) == (first, 1)
    assert held(story).followed


def test_a_removed_pin_is_a_correction_and_the_text_stays() -> None:
    story = Story().open()
    pin(story)
    story.do(c.Unpin, by=SAM, **AT)

    assert last(story).kind is Kind.UNPINNED
    assert [entry.text for entry in story.of(Kind.PINNED)] == [TEXT]
    assert edit(story, "something else").entries == ()  # it is no longer followed
    assert story.do(c.Unpin, by=SAM, **AT).entries == ()
    pin(story)
    assert last(story).kind is Kind.PINNED


def test_an_edit_corrects_what_was_captured() -> None:
    story = Story().open()
    pin(story)
    first = held(story).seq
    edit(story, "The gist had 140 views")

    assert (last(story).kind, last(story).data["corrects"]) == (Kind.MESSAGE_EDITED, first)
    assert story.entries[first - 1].data["sha256"] == digest_of(TEXT)
    assert edit(story, "The gist had 140 views").entries == ()
    edit(story, "No views")
    assert last(story).data["corrects"] == last(story).seq - 1


def test_a_deletion_is_a_correction_and_ends_it() -> None:
    story = Story().open()
    pin(story)
    story.do(c.MessageDeleted, **AT)

    assert (last(story).kind, held(story).gone) == (Kind.MESSAGE_DELETED, True)
    assert story.do(c.MessageDeleted, **AT).entries == ()
    assert edit(story, "?").entries == ()


def test_what_was_never_captured_is_left_alone() -> None:
    story = Story().open()

    assert edit(story, "?").entries == ()
    assert story.do(c.MessageDeleted, **AT).entries == ()
    assert story.do(c.Unpin, by=SAM, **AT).entries == ()


def test_who_is_neither_on_the_roster_nor_in_the_channel_pins_nothing() -> None:
    story = Story().open()
    refused = pin(story, by=EVE).refused

    assert refused
    assert refused.reason.startswith("Only members of the incident's channel and people on the roster can")
    assert last(story).kind is Kind.REFUSED
    assert pin(story, by=EVE, member=True).refused is None


def test_a_closed_incident_still_takes_pins() -> None:
    story = Story().open()
    story.do(c.FalseAlarm, by=SAM, reason="a test key")
    pin(story)

    assert last(story).kind is Kind.PINNED


def test_the_message_an_incident_was_opened_from_is_followed() -> None:
    origin = c.Origin(channel="C0INC", ts="1.000001", author="B0SCAN", sha256=digest_of("alert"), auto=True)
    story = Story().open(origin=origin)
    edit(story, "alert, resolved")

    assert (last(story).kind, last(story).data["corrects"]) == (Kind.MESSAGE_EDITED, 1)
    assert held(story).auto
    pin(story, text="alert, resolved")
    assert (held(story).origin, held(story).auto, held(story).author) == (True, True, ADA.id)


def test_the_origin_of_a_second_report_is_followed_too() -> None:
    story = Story().open()
    origin = c.Origin(channel="C0INC", ts="1.000001", author="B0SCAN", sha256=digest_of("alert"))
    story.do(c.Join, text="alert", origin=origin)

    assert story.of(Kind.JOINED)[0].data["origin"]["author"] == "B0SCAN"
    assert "system" not in story.incident.members
    assert held(story).followed
