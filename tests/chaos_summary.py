"""What `make chaos` says at its end: how many seeds of what were played, and how those that failed are played again."""

from collections import Counter

import pytest

SORTS = {
    "test_chaos.py": ("stories in told time", "STORIES=1 KILLS=0"),
    "test_kills.py": ("with real processes", "STORIES=0 KILLS=1"),
}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for file, (name, replay) in SORTS.items():
        played = Counter[str]()
        for outcome in ("passed", "failed"):
            seeds = [seed for report in terminalreporter.getreports(outcome) if (seed := _seed(report.nodeid, file))]
            played[outcome] = len(seeds)
            for seed in seeds if outcome == "failed" else ():
                terminalreporter.write_line(f"seed {seed} again: make chaos {replay} FIRST_SEED={seed}")
        terminalreporter.write_line(f"seeds {name}: {played['passed']} kept every promise, {played['failed']} did not")


def _seed(nodeid: str, file: str) -> str:
    return nodeid.rpartition("[")[2].rstrip("]") if file in nodeid and "[" in nodeid else ""
