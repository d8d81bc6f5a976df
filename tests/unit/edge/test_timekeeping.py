"""When a clock counts as set, and that nobody can set the one of a process."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import Reading, SystemClock
from bot.timekeeping import decoded, encoded, jump_between
from playbooks.entries import parse_moment

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
A_NS = 1_000_000_000


def reading(minutes: float, *, steady_s: float, boot: str = "one") -> Reading:
    return Reading(at=NOON + timedelta(minutes=minutes), steady_s=steady_s, boot=boot)


@pytest.mark.parametrize(
    ("now", "by_s"),
    [
        (reading(10, steady_s=600), None),
        (reading(10, steady_s=604.9), None),  # a leap second, or a time service at work
        (reading(70, steady_s=600), 3600),
        (reading(-50, steady_s=600), -3600),
        (reading(600, steady_s=9, boot="two"), None),  # the machine was off, nobody knows how long
        (reading(-50, steady_s=9, boot="two"), -3000),  # at least
        (reading(70, steady_s=600, boot=""), None),
    ],
)
def test_only_what_the_steady_clock_does_not_explain_is_a_jump(now: Reading, by_s: float | None) -> None:
    jump = jump_between(reading(0, steady_s=0), now)

    assert (jump.by.total_seconds() if jump else None) == by_s


def test_two_machines_without_a_name_are_never_taken_for_one() -> None:
    assert jump_between(reading(0, steady_s=0, boot=""), reading(70, steady_s=0, boot="")) is None


def test_a_reading_is_kept_as_it_was() -> None:
    kept = SystemClock().reading()

    assert decoded(encoded(kept)) == kept


def test_a_process_goes_on_by_its_own_time_and_knows_how_far_it_strayed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.time_ns
    clock = SystemClock()
    monkeypatch.setattr(time, "time_ns", lambda: real() - 3600 * A_NS)
    before = clock.now()

    assert before <= clock.now() < before + timedelta(minutes=1)
    assert abs(clock.strayed() + timedelta(hours=1)) < timedelta(seconds=1)
    assert abs(SystemClock().now() - before + timedelta(hours=1)) < timedelta(minutes=1)


def test_a_machine_that_does_not_name_its_starts_is_known_as_long_as_the_process_lives(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("bot.clock._BOOT", tmp_path / "none")
    real, kept = time.time_ns, SystemClock().reading()
    monkeypatch.setattr(time, "time_ns", lambda: real() + 3600 * A_NS)
    jump = jump_between(kept, SystemClock().reading())

    assert jump is not None
    assert abs(jump.by - timedelta(hours=1)) < timedelta(seconds=1)


def test_a_leap_second_is_no_moment_of_ours() -> None:
    with pytest.raises(ValueError, match="second"):
        parse_moment("2016-12-31T23:59:60.000000Z")
