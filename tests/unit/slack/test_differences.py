"""Where Slack differs from the record, told from what both say."""

from typing import Any

from bot.slack.differences import Missed, differences
from bot.slack.reading import Heard, heard
from playbooks.entries import Kind
from playbooks.incident import Captured, digest_of

HERE = ("C0INC", "1.000001")


def message(text: str = "as it was", pinners: tuple[str, ...] = (), **more: Any) -> Heard:
    reactions = [{"name": "pushpin", "users": list(pinners), "count": len(pinners)}]
    return heard(HERE[0], {"ts": HERE[1], "user": "U1", "text": text, "reactions": reactions, **more})


def known(*pinned_by: str, **more: Any) -> Captured:
    where = {"channel": HERE[0], "ts": HERE[1], "author": "U1", "seq": 4}
    return Captured(**where, sha256=digest_of("as it was"), pinned_by=pinned_by, **more)


def missed(captured: list[Captured], found: Heard | None, *, pinnable: bool = True) -> list[Missed]:
    places = [HERE] if pinnable else []
    return list(differences(captured, {HERE: found}, places, lambda one: digest_of(one.text)))


def kinds(captured: list[Captured], found: Heard | None, *, pinnable: bool = True) -> list[tuple[Kind, str]]:
    return [(one.kind, one.user) for one in missed(captured, found, pinnable=pinnable)]


def test_what_agrees_is_nothing_new() -> None:
    assert missed([known("U1", "U2")], message(pinners=("U2", "U1"))) == []
    assert missed([], message()) == []
    assert list(differences([known("U1")], {}, [], lambda one: one.text)) == []


def test_pins_that_are_missing_here_or_there() -> None:
    assert kinds([], message(pinners=("U1", "U2"))) == [(Kind.PINNED, "U1"), (Kind.PINNED, "U2")]
    changed = kinds([known("U1", "U2")], message(pinners=("U2", "U3")))
    assert changed == [(Kind.PINNED, "U3"), (Kind.UNPINNED, "U1")]


def test_pins_count_only_where_the_incident_is_worked_on() -> None:
    assert missed([], message(pinners=("U1",)), pinnable=False) == []
    assert kinds([known("U1")], message(), pinnable=False) == [(Kind.UNPINNED, "U1")]


def test_nobody_is_missing_from_a_list_that_is_not_whole() -> None:
    many = [{"name": "pushpin", "users": ["U9"], "count": 60}]
    assert kinds([known("U1")], message(reactions=many)) == [(Kind.PINNED, "U9")]


def test_an_edit_and_a_deletion_of_what_is_followed() -> None:
    assert kinds([known("U1")], message("now", ("U1",))) == [(Kind.MESSAGE_EDITED, "")]
    assert kinds([known(origin=True)], message("now")) == [(Kind.MESSAGE_EDITED, "")]
    assert kinds([known("U1")], None) == [(Kind.MESSAGE_DELETED, "")]
    assert kinds([known("U1")], message(subtype="tombstone")) == [(Kind.MESSAGE_DELETED, "")]


def test_what_is_not_followed_any_more_is_left_alone() -> None:
    assert missed([known()], message("now")) == []
    assert missed([known()], None) == []
    assert missed([known("U1", gone=True)], None) == []


def test_an_edit_comes_after_the_pins_that_decide_whether_it_counts() -> None:
    changed = kinds([known("U1")], message("now"))
    assert [kind for kind, _ in changed] == [Kind.UNPINNED, Kind.MESSAGE_EDITED]
