"""What happens when somebody sets the machine's clock: noticed, written down once, and nobody waits an hour for it.

See docs/decisions/0009-when-the-clock-is-set.md.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Reading
from playbooks.entries import moment, parse_moment

JUMP = timedelta(seconds=5)  # less is what time services do all the time, and nobody notices
KEPT = "clock"  # the last reading, in the store's `meta`


@dataclass(frozen=True, kw_only=True)
class Jump:
    """The clock said `after` when it would have said `before`, had nobody set it."""

    before: datetime
    after: datetime

    @property
    def by(self) -> timedelta:
        return self.after - self.before


def jump_between(kept: Reading, now: Reading) -> Jump | None:
    """Whether the clock was set between the two.

    When the machine was started anew in between (or the process, on a machine that does not name its starts), nothing
    says how long that took: only a clock that went back shows, by how much at least.
    """
    if kept.boot and kept.boot == now.boot:
        before = kept.at + timedelta(seconds=now.steady_s - kept.steady_s)
    else:
        before = max(kept.at, now.at)
    jump = Jump(before=before, after=now.at)
    return jump if abs(jump.by) >= JUMP else None


def encoded(reading: Reading) -> str:
    return json.dumps({"at": moment(reading.at), "steady_s": reading.steady_s, "boot": reading.boot})


def decoded(text: str) -> Reading:
    said = json.loads(text)
    return Reading(at=parse_moment(said["at"]), steady_s=float(said["steady_s"]), boot=str(said["boot"]))
