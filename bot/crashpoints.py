"""Named places at which a test may kill the process, so that "killed just before commit" is an ordinary test.

`QUARTERDECK_TEST_CRASH=<name>:<n>` ends the process without any clean-up (as `kill -9` does) when the named place is
passed for the n-th time (default 1). Only for tests; unset, a place costs one comparison.
"""

import os
import signal
from collections.abc import Callable

POINTS = {
    "before-commit": "a command was parsed, nothing of it is on disk",
    "after-commit": "a command is on disk, nobody was told",
    "before-post": "a message is marked as attempted, Slack was not asked",
    "after-post": "Slack has the message, its place is not noted",
    "before-job": "a job is marked as begun, Slack was not asked",
    "after-job": "Slack did the job, its result is not noted",
    "starting": "the database is open, nothing is connected",
    "ready": "everything is connected, nothing was done yet",
}


def die() -> None:
    """As `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)


_wanted, _, _count = os.environ.get("QUARTERDECK_TEST_CRASH", "").partition(":")
_left = int(_count or 1)


def passing(point: str) -> None:
    """Dies here when a test said so."""
    global _left
    if point != _wanted:
        return
    _left -= 1
    if _left == 0:
        die()


def arm(where: str, deadly: Callable[[], None]) -> None:
    """For tests in which a whole bot is but a part of the process: what ends it, and where (`<name>:<n>`, or "")."""
    global _wanted, _left, die
    _wanted, _, count = where.partition(":")
    _left, die = int(count or 1), deadly
