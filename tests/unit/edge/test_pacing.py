"""Slack's limits are kept before Slack has to say so: by method, by conversation, over all, and by rank."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.pacing import HOUSEKEEPING, MOST_BUCKETS, SLACK, Call, Pacing
from simulator.limits import PER_MINUTE, Limiter, Limits

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
POST, PROMPT, BOARD = "chat.postMessage", 0, 7
BOT = Path(__file__).parents[3] / "bot"


class Told:
    """A pacing and the clock it is told."""

    def __init__(self, *, limited: bool = True, warm: bool = True) -> None:
        self.now = NOON
        self.pacing = Pacing(lambda: self.now, SLACK if limited else None)
        if warm:
            self.later(61)

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def call(self, method: str, channel: str | None = None, rank: int | None = None) -> float:
        return self.pacing.making(method, channel, rank)

    def burst(self, method: str, channel: str | None = None, rank: int = PROMPT) -> int:
        """How many go at once."""
        return next(n for n in range(1000) if self.call(method, channel, rank))

    def wait(self, *calls: Call, rank: int = PROMPT) -> float:
        return self.pacing.wait_s(calls, rank)


def test_a_conversation_takes_a_small_burst_and_then_one_a_second() -> None:
    told = Told()
    assert told.burst(POST, "D1") == 3
    assert told.wait((POST, "D1")) == pytest.approx(1.0)
    assert told.wait((POST, "D2")) == 0
    told.later(1.001)
    assert told.burst(POST, "D1") == 1


@pytest.mark.parametrize(("method", "most"), [("conversations.create", 20), ("chat.update", 50), ("users.info", 100)])
def test_no_minute_sees_more_calls_than_slack_grants(method: str, most: int) -> None:
    told, went = Told(), []
    for _ in range(1200):
        if not told.call(method, None, PROMPT):
            went.append(told.now)
        told.later(0.1)
    busiest = max(sum(begin <= at < begin + timedelta(minutes=1) for at in went) for begin in went)
    assert most * 0.85 <= busiest <= most


def test_slack_as_we_know_it_refuses_nothing_that_may_go() -> None:
    told = Told()
    slack = Limiter(lambda: told.now.timestamp(), Limits())
    for turn in range(3000):
        channel = f"D{turn % 7}"
        if not told.call(POST, channel, PROMPT):
            slack.check(POST, channel)
        told.later(0.05)


def test_what_matters_less_leaves_a_reserve() -> None:
    told = Told()
    lighter = told.burst("chat.update", rank=BOARD)
    heavier = told.burst("chat.update", rank=PROMPT)
    assert lighter >= 3
    assert heavier >= 2
    assert told.burst("conversations.create", rank=HOUSEKEEPING) == 3, "nothing heavier shares it"


def test_a_board_waits_while_a_prompt_goes_in_the_same_conversation() -> None:
    told = Told()
    told.call(POST, "D1")
    told.call(POST, "D1")
    assert told.wait((POST, "D1"), rank=BOARD) > 0
    assert told.wait((POST, "D1"), rank=PROMPT) == 0


def test_who_answers_a_person_never_waits_and_the_others_wait_for_it() -> None:
    told = Told()
    assert [told.call("users.info") for _ in range(200)] == [0.0] * 200
    assert told.call("users.info", None, HOUSEKEEPING) > 60


def test_retry_after_holds_that_method_and_nothing_else() -> None:
    told = Told(limited=False)
    told.pacing.told("chat.update", "C1", 30)
    assert told.wait(("chat.update", None)) == 30
    assert told.wait(("conversations.setTopic", None), (POST, "C1")) == 0
    told.later(30)
    assert told.wait(("chat.update", None)) == 0


def test_retry_after_of_a_post_holds_its_conversation_and_of_three_all_of_them() -> None:
    told = Told(limited=False)
    told.pacing.told(POST, "D1", 9)
    told.pacing.told(POST, "D2", 5)
    assert [told.wait((POST, channel)) for channel in ("D1", "D2", "D3")] == [9, 5, 0]
    assert (told.pacing.room("D1"), told.pacing.room("D3")) == (0, float("inf"))
    told.pacing.told(POST, "D4", 7)
    assert told.wait((POST, "D3")) == 5


def test_after_a_refusal_nothing_is_left_of_the_burst() -> None:
    told = Told()
    told.pacing.told("chat.update", None, 2)
    told.later(2)
    assert told.burst("chat.update") == 1


def test_it_begins_modestly_because_nobody_knows_what_was_used_up_before() -> None:
    cold, warm = Told(warm=False), Told()
    assert cold.burst("chat.update") == 2
    assert warm.burst("chat.update") == 7
    assert cold.burst(POST, "D1") == 1, "the first of all goes at once"


def test_a_promise_is_taken_at_once_used_once_and_the_rest_given_back() -> None:
    told = Told()
    promise = told.pacing.promise([(POST, "D1"), ("conversations.open", None)])
    assert told.pacing.room("D1") == 2
    with told.pacing.keeping(promise):
        assert told.call(POST, "D1") == 0
        assert told.pacing.room("D1") == 2
        told.call(POST, "D1")
        assert told.pacing.room("D1") == 1
    assert told.burst("conversations.open") == 7


def test_a_clock_that_is_set_back_holds_nothing_for_an_hour() -> None:
    told = Told()
    told.pacing.told("chat.update", None, 5)
    told.burst(POST, "D1")
    told.later(-3600)
    assert told.wait(("chat.update", None)) <= 2
    assert told.wait((POST, "D1")) <= 1.01
    told.later(2)
    assert told.wait((POST, "D1"), ("chat.update", None)) == 0


def test_conversations_that_rest_are_forgotten() -> None:
    told = Told()
    for number in range(MOST_BUCKETS + 10):
        told.call(POST, f"D{number}")
        told.later(1)
    assert len(told.pacing._buckets) < 400


def test_every_method_that_is_called_is_known_with_the_tier_that_the_workspace_has() -> None:
    texts = "".join(path.read_text() for path in BOT.rglob("*.py") if path.name not in ("pacing.py", "manifest.py"))
    group = r"chat|conversations|pins|users|views|files|auth|api"
    called = set(re.findall(rf'"((?:{group})\.[a-z]+[A-Za-z]+)"', texts)) - {POST}
    assert called == set(SLACK.per_minute)
    assert {method: PER_MINUTE[method] for method in called} == SLACK.per_minute
