"""Text as Slack takes it: escaped, shortened without breaking anything, tokens for people, moments and links."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack import ids
from bot.slack.text import channel, clock, day_clock, escape, link, mention, plain, said, shorten, size
from tests.unit.slack.shown import harmless

NOON = datetime(2026, 11, 21, 12, 5, tzinfo=UTC)


def test_only_three_characters_are_escaped() -> None:
    assert escape("<!channel> & *bold* @here") == "&lt;!channel&gt; &amp; *bold* @here"


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("short", 5, "short"),
        ("longer text", 7, "longer…"),
        ("a &amp; b", 4, "a…"),
        ("a &amp; b", 6, "a…"),
        ("a &amp; bcd", 8, "a &amp;…"),
        ("hello <@U0SAM> there", 12, "hello…"),
        ("a🚨🚨", 3, "a…"),
        ("a🚨🚨", 4, "a🚨…"),
        ("👍🏽👍🏽", 5, "👍🏽…"),
        ("👍🏽👍🏽", 4, "…"),
        ("👩‍👩‍👧xx", 6, "…"),
        ("ae\u0301x", 3, "a…"),
        ("🇩🇪🇩🇪", 7, "🇩🇪…"),
        ("🇩🇪🇩🇪🇩🇪", 9, "🇩🇪🇩🇪…"),
    ],
)
def test_shortening_breaks_nothing(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short


@given(st.text(), st.integers(min_value=1, max_value=60))
def test_what_was_said_fits_and_is_harmless(text: str, limit: int) -> None:
    line = said(text, limit)
    assert size(line) <= limit
    assert "\n" not in line
    harmless(line)
    assert size(plain(text, limit)) <= limit


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30))
def test_short_text_stays_as_it_was(text: str) -> None:
    unturned = "".join(c for c in text if c not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert said(text, 1000).split() == escape(unturned.replace("```", "'''")).split()


def test_lines_stay_where_they_may() -> None:
    assert said("a\r\n b\u2028c", 100, lines=True) == "a\n b\nc"
    assert said("a\r\n b\u2028c", 100) == "a b c"


def test_text_cannot_turn_what_stands_around_it() -> None:
    assert said("\u202eabc\u2066\x00", 100) == "abc"


def test_an_endless_text_is_cut_with_a_sign() -> None:
    assert said(" " * 5000 + "x", 100) == "…"
    assert said("x" * 5000, 100) == "x" * 99 + "…"


def test_people_and_quarterdeck_itself() -> None:
    assert mention("U0SAM") == "<@U0SAM>"
    assert mention("system") == "Quarterdeck"
    assert mention("<!channel>") == "&lt;!channel&gt;"


def test_channels() -> None:
    assert channel("C0INC", "inc-0001") == "<#C0INC>"
    assert channel("c0inc>", "a<b") == "#a&lt;b"


def test_moments_are_shown_in_the_readers_zone() -> None:
    east = NOON.astimezone(timezone(timedelta(hours=9)))
    assert clock(east) == "<!date^1795262700^{time}|12:05 UTC>"
    assert day_clock(east) == "<!date^1795262700^{date_short_pretty} {time}|2026-11-21 12:05 UTC>"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.com/a?b=1&c=2", "<https://example.com/a?b=1&amp;c=2|the page>"),
        ("http://example.com", "<http://example.com|the page>"),
        ("javascript:alert(1)", "the page"),
        ("https://example.com/|x>", "the page"),
        ("https://example.com/ x", "the page"),
        ("https://example.com/\n", "the page"),
        ("", "the page"),
    ],
)
def test_only_web_addresses_become_links(url: str, shown: str) -> None:
    assert link(url, "the page") == shown


def test_a_label_cannot_leave_its_link() -> None:
    assert link("https://example.com", "a|b>c") == "<https://example.com|a/b&gt;c>"


@given(st.integers(min_value=1, max_value=999_999_999), st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True))
def test_a_button_knows_incident_and_step(number: int, step: str) -> None:
    assert ids.target(ids.value(number, step)) == (number, step)
    assert ids.target(ids.value(number)) == (number, None)


@pytest.mark.parametrize("carried", ["", "door", "0", "-1", "1|", "1|Revoke", "1|a|b", "٣", "99999999999", "1\n"])
def test_anything_else_on_a_button_is_no_target(carried: str) -> None:
    assert ids.target(carried) == (None, None)
