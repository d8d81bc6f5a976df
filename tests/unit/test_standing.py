"""What stands in `/readyz`: begun and over once each, by what the calls to Slack say."""

from structlog.testing import capture_logs

from bot.errors import Limited, NotSent, Rejected, SlackTrouble
from bot.manifest import BOT_SCOPES
from bot.standing import Standing

OPEN = "apps.connections.open"


def lacking(scope: str, method: str = "pins.add") -> SlackTrouble:
    trouble = Rejected(method, "missing_scope")
    trouble.needed = scope
    return trouble


def test_each_is_said_once_and_is_over_once() -> None:
    standing = Standing()
    with capture_logs() as lines:
        for _ in range(3):
            standing.heard("chat.postMessage", NotSent("chat.postMessage", "token_revoked"))
        for _ in range(3):
            standing.heard("chat.postMessage", None)
    assert [line["action"] for line in lines] == ["trouble_began", "trouble_over"]
    assert standing.sentences == []


def test_the_two_tokens_are_told_apart() -> None:
    standing = Standing()
    standing.heard(OPEN, NotSent(OPEN, "invalid_auth"))
    standing.heard("chat.postMessage", None)
    assert list(standing.everywhere) == ["app_token"]
    standing.heard("chat.postMessage", NotSent("chat.postMessage", "token_revoked"))
    standing.heard(OPEN, None)
    assert list(standing.everywhere) == ["token"]


def test_a_question_without_a_token_says_nothing_about_it() -> None:
    standing = Standing()
    standing.heard("chat.postMessage", NotSent("chat.postMessage", "account_inactive"))
    standing.heard("api.test", None)
    assert list(standing.everywhere) == ["token"]


def test_a_refused_workspace_is_over_when_the_same_is_sent_again() -> None:
    standing = Standing()
    standing.heard("chat.postMessage", NotSent("chat.postMessage", "message_limit_exceeded"))
    standing.heard("chat.update", None)
    standing.heard("conversations.history", None)
    assert list(standing.everywhere) == ["workspace"]
    standing.heard("chat.postMessage", None)
    assert standing.sentences == []


def test_what_is_granted_is_the_last_word_on_permissions() -> None:
    standing = Standing()
    standing.heard("pins.add", lacking("pins:write"))
    standing.heard("conversations.history", lacking("channels:history,groups:history,mpim:history"))
    standing.heard("conversations.history", None)
    assert len(standing.sentences) == 3
    standing.granted(frozenset(BOT_SCOPES) - {"groups:history"})
    (sentence,) = standing.sentences
    assert "groups:history" in sentence
    standing.granted(frozenset(BOT_SCOPES))
    assert standing.sentences == []


def test_limits_and_other_refusals_are_no_trouble_that_stands() -> None:
    standing = Standing()
    standing.heard("chat.postMessage", Limited("chat.postMessage", 3))
    standing.heard("chat.postMessage", Rejected("chat.postMessage", "account_inactive"))
    assert standing.sentences == []


def test_a_start_that_is_refused_says_only_its_own_sentence() -> None:
    standing = Standing(quiet=True)
    with capture_logs() as lines:
        standing.heard(OPEN, NotSent(OPEN, "invalid_auth"))
        assert lines == []
        standing.speak()
    assert [line["action"] for line in lines] == ["trouble_began"]
