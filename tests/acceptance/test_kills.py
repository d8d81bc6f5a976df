"""Real processes, killed with -9 at named places and started again, most of them while Slack hurts as well.

Record, ledger and people agree afterwards.
"""

import os
from pathlib import Path

import pytest

from bot.crashpoints import POINTS
from tests.acceptance.chaos import Plan, disagreements, play

FIRST = int(os.environ.get("FIRST_SEED", "0"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("KILLS", "16")))


def test_the_first_seeds_pass_every_named_place() -> None:
    assert {Plan.of(seed).crashes[0].split(":")[0] for seed in range(len(POINTS))} == set(POINTS)


@pytest.mark.parametrize("seed", SEEDS)
async def test_nothing_is_lost_and_nothing_is_posted_twice(seed: int, tmp_path: Path) -> None:
    ending = await play(seed, tmp_path)

    again = f"again: make chaos STORIES=0 KILLS=1 FIRST_SEED={seed}"
    assert disagreements(ending) == [], f"{Plan.of(seed)}; {again}"
    assert ending.kills >= 1
