"""What other bots and people wrote, whatever shape it has, as plain words."""

from datetime import timedelta
from typing import Any

import pytest

from bot.slack.reading import heard, moment_of, readable, unslacked
from tests.unit.stories import NOON


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("a &lt;b&gt; &amp;lt; c", "a <b> &lt; c"),
        ("ask <@U0SAM|Sam Okafor> in <#C1|general>", "ask @Sam Okafor in #general"),
        ("ask <@U0SAM> in <#C1>", "ask @U0SAM in #C1"),
        ("<!channel> <!here|here> <!subteam^S1|@oncall> <!subteam^S1>", "@channel @here @oncall @subteam"),
        ("see <https://e.com/a?b=1&amp;c=2|the gist>", "see the gist (https://e.com/a?b=1&c=2)"),
        ("see <https://e.com/a>", "see https://e.com/a"),
        ("mail <mailto:a@e.com|a@e.com>", "mail a@e.com"),
        ("at <!date^1763726400^{time}|12:00 UTC>", "at 12:00 UTC"),
        ("2 < 3 and <> and < b>", "2 < 3 and <> and < b>"),
    ],
)
def test_tokens_are_read_as_people_see_them(typed: str, read: str) -> None:
    assert unslacked(typed) == read


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def test_blocks_are_read_in_order_and_buttons_left_out() -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Leak found"}},
        {**section("In *acme/web*"), "accessory": {"type": "button", "text": {"type": "plain_text", "text": "Open"}}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "Rule"}, {"type": "mrkdwn", "text": "anthropic"}]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "scanner 4"}]},
        {"type": "image", "image_url": "https://e.com/x.png", "alt_text": "a chart"},
    ]

    assert readable({"text": "", "blocks": blocks}).splitlines() == [
        *("Leak found", "In *acme/web*", "Rule", "anthropic", "scanner 4", "a chart"),
    ]


def test_rich_text_keeps_what_stands_in_one_line_together() -> None:
    line = [
        {"type": "text", "text": "see "},
        {"type": "link", "url": "https://e.com", "text": "here"},
        {"type": "text", "text": " says "},
        {"type": "user", "user_id": "U1"},
        {"type": "emoji", "name": "fire"},
    ]
    listed = [{"type": "rich_text_section", "elements": [{"type": "text", "text": word}]} for word in ("one", "two")]
    block = {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": line},
            {"type": "rich_text_list", "elements": listed},
        ],
    }

    assert readable({"blocks": [block]}).splitlines() == ["see here (https://e.com) says @U1:fire:", "one", "two"]


def test_attachments_are_read_and_their_fallback_only_when_they_say_nothing_else() -> None:
    first = {"fallback": "old", "pretext": "New alert", "fields": [{"title": "Repo", "value": "acme/web"}]}
    second = {"fallback": "plain words"}

    assert readable({"attachments": [first, second]}).splitlines() == ["New alert", "Repo", "acme/web", "plain words"]


def test_nothing_is_said_twice() -> None:
    blocks = [section("A key was found"), section("in acme/web")]

    assert readable({"text": "A key was found in acme/web", "blocks": blocks}) == "A key was found in acme/web"


@pytest.mark.parametrize("message", [{}, {"text": None, "blocks": "?", "attachments": [None, 3, {"fields": {}}]}])
def test_a_message_without_words_is_empty(message: dict[str, Any]) -> None:
    assert readable(message) == ""


def test_a_message_nested_without_end_is_read_as_far_as_it_makes_sense() -> None:
    block: dict[str, Any] = section("deep")
    for _ in range(500):
        block = {"type": "container", "child_blocks": [block]}

    assert readable({"text": "top", "blocks": [block]}) == "top"


def test_files_are_named() -> None:
    assert readable({"text": "look", "files": [{"name": "dump.txt"}]}) == "look\n[file: dump.txt]"


def test_whose_it_is() -> None:
    bot = heard("C1", {"ts": "5.0", "bot_id": "B1", "bot_profile": {"name": "Leak Scanner"}, "text": "x"})
    app = heard("C1", {"ts": "5.0", "thread_ts": "4.0", "bot_id": "B1", "user": "U1", "text": "x"})

    assert (bot.author, bot.author_name, bot.is_reply) == ("B1", "Leak Scanner", False)
    assert (app.author, app.senders, app.is_reply) == ("U1", {"B1", "U1"}, True)


def test_a_preview_that_slack_adds_is_not_what_was_written() -> None:
    preview = {"from_url": "https://e.com/a", "title": "A page", "text": "of somebody"}
    shared = {"from_url": "https://e.slack.com/archives/C1/p5", "is_share": True, "text": "what a colleague said"}

    assert readable({"text": "look", "attachments": [preview]}) == "look"
    assert readable({"text": "look", "attachments": [shared]}) == "look\nwhat a colleague said"


def test_who_reacted_and_whether_those_are_all() -> None:
    few, many = {"name": "pushpin", "users": ["U1"], "count": 1}, {"name": "eyes", "users": ["U1"], "count": 70}
    message = heard("C1", {"ts": "5.0", "reactions": [few, many, None]})

    assert (message.reacted("pushpin").users, message.reacted("pushpin").everybody) == (("U1",), True)
    assert not message.reacted("eyes").everybody
    assert message.reacted("tada").users == ()


@pytest.mark.parametrize("ts", ["", "nonsense", "9e99"])
def test_a_strange_moment_is_now(ts: str) -> None:
    assert moment_of(ts, NOON) == NOON
    assert moment_of(f"{(NOON - timedelta(hours=1)).timestamp():.6f}", NOON) == NOON - timedelta(hours=1)
