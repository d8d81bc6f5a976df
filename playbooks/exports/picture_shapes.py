"""The shapes of the picture, each a piece of SVG. Colours stand beside classes, so that a page can repaint them."""

import unicodedata
from collections.abc import Iterator
from html import escape

from playbooks.exports.axis import Axis

_LEFT, _BOX = 16, 928  # of every line of text
_INK = {"ink": "#1f2328", "muted": "#57606a", "late": "#b3261e"}
_NARROW = 0.54  # of a letter's height, how wide one is reckoned on average; wide ones take all of it
_IN_A_ROW = 3
_LEGEND = (
    ("window", "from the planned minute: on time"),
    ("prompted", "prompted"),
    ("done", "done on time, early included"),
    ("late", "done late, with the delay"),
    ("open", "not done"),
    ("skipped", "skipped"),
)


def text(
    said: str, top: float, *, size: int, bold: bool = False, kind: str = "ink", lead: str = "", late: bool = False
) -> str:
    """One line in a box of its own, which cuts what is too long; `lead` stands before it, in bold."""
    first = ""
    if lead:
        paint = "late" if late else "ink"
        first = f'<tspan class="{paint}" fill="{_INK[paint]}" font-weight="bold">{escape(lead)}</tspan> · '
    rest = escape(shortened(said, _BOX / size - len(lead) * _NARROW))
    weight = ' font-weight="bold"' if bold else ""
    return (
        f'<svg x="{_LEFT}" y="{top:g}" width="{_BOX}" height="{size * 1.5:g}">'
        f'<text class="{kind}" fill="{_INK[kind]}" x="0" y="{size * 1.1:g}" font-size="{size}"{weight}>'
        f"{first}{rest}</text></svg>"
    )


def shortened(said: str, room: float) -> str:
    """As much of it as `room`, in heights of a letter, will hold for nearly every text; `…` says that it goes on."""
    used = 0.0
    for place, char in enumerate(said):
        if unicodedata.category(char) in ("Mn", "Me", "Cf"):
            continue
        used += 1.0 if unicodedata.east_asian_width(char) in "WF" else _NARROW
        if used > room:
            return said[: max(0, place - 1)].rstrip() + "…"
    return said


def paper(width: int, height: int, *, drill: bool) -> str:
    """The ground; a drill has a broken frame."""
    frame = ""
    if drill:
        frame = (
            f'<rect class="frame" x="2" y="2" width="{width - 4}" height="{height - 4}" fill="none" '
            'stroke="#57606a" stroke-width="3" stroke-dasharray="14 8"/>'
        )
    return f'<rect class="paper" width="{width}" height="{height}" fill="#ffffff"/>{frame}'


def lane(top: float, height: float) -> str:
    return f'<rect class="lane" x="8" y="{top:g}" width="944" height="{height:g}" rx="4" fill="#f6f8fa"/>'


def ticks(scale: Axis, baseline: float) -> Iterator[str]:
    for place, label in scale.ticks():
        yield (
            f'<text class="muted" fill="{_INK["muted"]}" x="{place:g}" y="{baseline:g}" font-size="12" '
            f'text-anchor="middle">{label}</text>'
        )


def track(scale: Axis, middle: float) -> Iterator[str]:
    """The line of time with its ticks, and the break where its scale ends."""
    yield f'<path class="grid" d="M{scale.left:g} {middle:g}H{scale.right:g}" stroke="#afb8c1" fill="none"/>'
    marks = "".join(f"M{place:g} {middle - 10:g}v20" for place, _ in scale.ticks())
    yield f'<path class="grid" d="{marks}" stroke="#d0d7de" fill="none"/>'
    if scale.far is not None:
        yield f'<path class="shape-muted" d="{_break(scale.bend + 8, middle)}" stroke="#57606a" fill="none"/>'


def window(begin: float, end: float, middle: float) -> str:
    """From the planned moment, a strong line, to the last one that is on time."""
    return (
        f'<rect class="window" x="{begin:g}" y="{middle - 8:g}" width="{max(end - begin, 1):g}" height="16" '
        'fill="#ddf4ff" stroke="#0969da"/>'
        f'<path class="plan" d="M{begin:g} {middle - 11:g}v22" stroke="#0969da" stroke-width="3" fill="none"/>'
    )


def prompted(place: float, middle: float) -> str:
    path = f"M{place - 5:g} {middle - 12:g}h10l-5 9z"
    return f'<path class="prompt" d="{path}" fill="#ffffff" stroke="#6639ba" stroke-width="1.5"/>'


def done(place: float, middle: float, *, late_from: float | None) -> str:
    """A disc; a late one is a diamond at the end of its delay."""
    if late_from is None:
        return f'<circle class="done" cx="{place:g}" cy="{middle:g}" r="6" fill="#1a7f37"/>'
    return (
        f'<path class="delay" d="M{late_from:g} {middle:g}H{place:g}" stroke="#b3261e" stroke-width="3" '
        'stroke-dasharray="6 3" fill="none"/>'
        f'<path class="shape-late" d="M{place - 8:g} {middle:g}l8 -8l8 8l-8 8z" fill="#b3261e"/>'
    )


def not_done(end: float, middle: float) -> str:
    """Behind `end` of what is on time, since whatever stands inside of it looks as if it were."""
    return (
        f'<circle class="open" cx="{end + 14:g}" cy="{middle:g}" r="6" fill="#ffffff" stroke="#57606a" '
        'stroke-width="2" stroke-dasharray="3 2"/>'
    )


def skipped(place: float, middle: float) -> str:
    path = f"M{place - 6:g} {middle - 6:g}l12 12m0 -12l-12 12"
    return f'<path class="shape-muted" d="{path}" stroke="#57606a" stroke-width="2.5" fill="none"/>'


def legend_height(*, compressed: bool, before: bool) -> int:
    return 22 + 26 * -(-(len(_LEGEND) + compressed + before) // _IN_A_ROW)


def legend(top: float, *, compressed: bool, before: bool) -> Iterator[str]:
    """What each shape means."""
    rows = [(_sample(kind), said) for kind, said in _LEGEND]
    if compressed:
        sample = f'<path class="shape-muted" d="{_break(12, 0)}" stroke="#57606a" fill="none"/>'
        rows.append((sample, "from here on time is compressed"))
    if before:
        rows.append(("", "left of T+0: before T0, not to scale"))
    for number, (sample, said) in enumerate(rows):
        x, y = _LEFT + 8 + number % _IN_A_ROW * 310, top + 14 + number // _IN_A_ROW * 26
        yield (
            f'<g transform="translate({x:g} {y:g})">{sample}<text class="muted" fill="{_INK["muted"]}" x="34" y="4" '
            f'font-size="12">{said}</text></g>'
        )


def _sample(kind: str) -> str:
    made = {
        "window": window(2, 24, 0),
        "prompted": prompted(12, 7),
        "done": done(12, 0, late_from=None),
        "late": done(18, 0, late_from=-4),
        "open": not_done(-2, 0),
    }
    return made.get(kind) or skipped(12, 0)


def _break(place: float, middle: float) -> str:
    return f"M{place - 5:g} {middle + 9:g}l6 -18m4 0l-6 18"
