"""How long is waited before what failed is tried again."""

from bot.patience import MOST_DELAY_S, longer


def test_twice_as_long_each_time_and_no_fault_of_its_own_after_days() -> None:
    assert [longer(times) for times in (0, 1, 2, 3)] == [1, 2, 4, 8]
    assert longer(10_000) == MOST_DELAY_S
    assert longer(10_000, 30) == 30
