"""Minutes of a playbook as places on a line. What lies far behind the plan is compressed, so that all of it fits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440, 2880)  # minutes between ticks
_MOST_TICKS = 10
_HOUR, _DAY = 60, 1440
_FAR_TICKS = (
    *(0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30),
    *(_HOUR * n for n in (1, 2, 4, 8, 12)),
    *(_DAY * n for n in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096)),
)
_FAR_SHARE = 0.3  # of the width, for what lies behind the break
_APART = 48.0  # between two labels behind the break, more than one takes
_BEFORE = 30.0  # for what happened before T0
_ROOM = 1.1  # behind the last moment


@dataclass(frozen=True, kw_only=True)
class Axis:
    """From `left` to `right`; `near` minutes at one scale, then, behind a break, up to `far` ones ever closer."""

    left: float
    right: float
    zero: float  # the place of T0
    step: float
    near: float
    far: float | None

    @property
    def bend(self) -> float:
        """The place where the one scale ends."""
        return self.right if self.far is None else self.right - (self.right - self.zero) * _FAR_SHARE

    def place(self, minutes: float) -> float:
        """Never outside of `left` and `right`; everything before T0 has the same place."""
        if minutes < 0:
            return self.left
        if minutes <= self.near or self.far is None:
            return min(self.zero + (self.bend - self.zero) * minutes / self.near, self.right)
        share = math.log(minutes / self.near) / math.log(self.far / self.near)
        return min(self.bend + (self.right - self.bend) * share, self.right)

    def ticks(self) -> list[tuple[float, str]]:
        """Place and label, from left to right, each at least as far from the next as a label is wide."""
        found = [(self.place(n * self.step), f"T+{n * self.step:g}") for n in range(round(self.near / self.step) + 1)]
        for minutes in _FAR_TICKS if self.far else ():
            if minutes > self.near and found[-1][0] + _APART <= self.place(minutes) < self.right:
                found.append((self.place(minutes), _far_label(minutes)))
        return found


def axis(plan: Sequence[float], happened: Sequence[float], left: float, right: float) -> Axis:
    """An axis on which every moment of the plan and everything that happened has its place."""
    planned = max(0.01, *plan)
    last = max([planned, *happened])
    broken = last > 2 * planned
    near = planned if broken else last
    step = next((step for step in _STEPS if near / step <= _MOST_TICKS), _STEPS[-1])
    near = math.ceil(round(near / step, 6)) * step
    zero = left + (_BEFORE if min(happened, default=0) < 0 else 0)
    return Axis(left=left, right=right, zero=zero, step=step, near=near, far=last * _ROOM if broken else None)


def _far_label(minutes: float) -> str:
    if minutes < _HOUR:
        return f"T+{minutes:g}"
    return f"+{minutes / _DAY:g} d" if minutes >= _DAY else f"+{minutes / _HOUR:g} h"
