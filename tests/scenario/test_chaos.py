"""Seeds in which everything suffers at once, in told time: whatever happens, what was promised holds in the end."""

import os
from pathlib import Path

import pytest

from tests.scenario.chaos import Plan, play
from tests.scenario.toldloop import run_told

FIRST = int(os.environ.get("FIRST_SEED", "0"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("STORIES", "40")))


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")  # whoever dies begins it no more
@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_promised_holds(seed: int, record: str, tmp_path: Path) -> None:
    broken = run_told(play(seed, tmp_path, record))

    again = f"again: make chaos STORIES=1 KILLS=0 FIRST_SEED={seed}"
    assert broken == [], f"seed {seed}, {Plan.of(seed)}; {again}"
