"""The plan as it is printed."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from playbooks.loader import library
from playbooks.plan import UNVERIFIED, WIDTH, plan_text

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PLAYBOOK = library()["key-leak"]


def test_minutes_and_clock_times() -> None:
    text = plan_text(PLAYBOOK, NOON)

    assert "T0 2026-11-21 12:00 UTC" in text
    assert "T+5   12:05  dev lead        Revoke the suspect key" in text
    assert "T+15  12:15  recovery owner  Deploy new keys, lock in the rotation" in text


def test_without_t0_there_are_no_clock_times() -> None:
    assert "T+5   dev lead        Revoke the suspect key" in plan_text(PLAYBOOK, None)


def test_midnight_and_other_zones() -> None:
    text = plan_text(PLAYBOOK, datetime(2026, 11, 22, 0, 52, tzinfo=timezone(timedelta(hours=1))))

    assert "T+7         23:59" in text
    assert "T+10  11-22 00:02" in text


def test_deliverables() -> None:
    text = plan_text(PLAYBOOK, NOON)

    assert "Leaves: “Support ticket ID” or “Submitted, no ID yet”" in text
    assert "“Severity” (SEV1 / SEV2 / SEV3)" in text
    assert "Within 2 min of the prompt; skipped only by security lead." in text


def test_unverified_contacts_say_so() -> None:
    lines = [line for line in plan_text(PLAYBOOK, NOON).splitlines() if UNVERIFIED in line]

    assert [line.split()[-6] for line in lines] == ["support@anthropic.com", "api-abuse@anthropic.com"]


def test_it_fits_the_terminal() -> None:
    lines = plan_text(PLAYBOOK, NOON).splitlines()

    assert max(len(line) for line in lines) <= WIDTH
    assert all(line == line.rstrip() for line in lines)


def test_a_naive_t0_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        plan_text(PLAYBOOK, datetime(2026, 11, 21))  # noqa: DTZ001 - because that is the point
