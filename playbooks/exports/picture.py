"""Planned against actual as a picture: SVG 1.1 without script, style sheet or outside resource.

Every fact is said in words and shown as a shape; colour only repeats it. Each text has a line, a box, of its own and is
cut at the box's end, so that nothing can overlap whatever the font: nothing here measures text. The classes let a page
repaint it (`html_style.py`). What is drawn is read to those who cannot see it: https://www.w3.org/TR/svg-aam-1.0/.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import escape

from playbooks.exports import picture_shapes as draw
from playbooks.exports.axis import Axis, axis
from playbooks.exports.report import named, practice, stamp
from playbooks.exports.visible import apart, one_line
from playbooks.incident import Incident
from playbooks.scorecard import Line, Scorecard, Verdict, minute_mark, scorecard, span_in_words
from playbooks.states import INCIDENT_LABELS

WIDTH = 960
_LEFT, _RIGHT = 40.0, 930.0  # of the axis
_HEADER, _LANE = 112, 76
_DRILL = 22  # more, for the line that a drill has
_LONG = 120  # minutes from which on a mark is also said in hours or days


@dataclass(frozen=True)
class Lane:
    """One step: what is said of it, and what is drawn."""

    line: Line
    window: float  # minutes of the playbook after the planned one in which it is on time
    verdict: str
    words: str

    @property
    def title(self) -> str:
        return f"{self.line.mark} · {apart(one_line(self.line.title))}"

    @property
    def moments(self) -> list[float]:
        return [moment for moment in (self.line.prompted, self.line.actual) if moment is not None]


def picture(incident: Incident) -> str:
    """The picture of `incident` as it stands. The same state gives the same text."""
    card = scorecard(incident)
    lanes = [_lane(incident, line) for line in card.lines]
    plan = [lane.line.planned + lane.window for lane in lanes]
    scale = axis(plan, [moment for lane in lanes for moment in lane.moments], _LEFT, _RIGHT)
    return "\n".join(_drawing(incident, card, lanes, scale)) + "\n"


def _drawing(incident: Incident, card: Scorecard, lanes: list[Lane], scale: Axis) -> Iterator[str]:
    title = f"{'DRILL · ' if incident.drill else ''}{incident.label} · {incident.trigger.label}"
    top = _HEADER + (_DRILL if incident.drill else 0)
    bottom = top + _LANE * len(lanes)
    more = {"compressed": scale.far is not None, "before": scale.zero > scale.left}
    height = bottom + 30 + draw.legend_height(**more)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" role="img" '
        'aria-labelledby="picture-title picture-desc" '
        f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        "font-family=\"'DejaVu Sans', system-ui, sans-serif\">"
    )
    yield f'<title id="picture-title">{escape(title)}: planned against actual</title>'
    yield f'<desc id="picture-desc">{escape(_in_words(lanes))}</desc>'
    yield draw.paper(WIDTH, height, drill=incident.drill)
    yield from _header(incident, card, title)
    yield from draw.ticks(scale, top - 10)
    for number, lane in enumerate(lanes):
        yield from _drawn(lane, scale, top + _LANE * number)
    yield from draw.ticks(scale, bottom + 18)
    yield from draw.legend(bottom + 30, **more)
    yield "</svg>"


def _header(incident: Incident, card: Scorecard, title: str) -> Iterator[str]:
    yield draw.text(title, 12, size=18, bold=True)
    yield draw.text(" · ".join((INCIDENT_LABELS[incident.status], *card.figures)), 40, size=14)
    speed = practice(incident) or "Minutes are counted from T0."
    yield draw.text(f"T0 is {stamp(incident.t0)}. {speed}", 62, size=13, kind="muted")
    if incident.drill:
        yield draw.text("A drill, left out of the figures.", 84, size=13, kind="muted")


def _drawn(lane: Lane, scale: Axis, top: float) -> Iterator[str]:
    line = lane.line
    yield draw.lane(top, _LANE - 6)
    yield draw.text(lane.title, top + 3, size=14, bold=True)
    yield draw.text(lane.words, top + 24, size=13, lead=lane.verdict, late=_is_late(line))
    middle = top + 57
    yield from draw.track(scale, middle)
    begin, end = scale.place(line.planned), scale.place(line.planned + lane.window)
    yield draw.window(begin, end, middle)
    if line.actual is not None:
        yield draw.done(scale.place(line.actual), middle, late_from=end if _is_late(line) else None)
    elif line.verdict is Verdict.SKIPPED:
        yield draw.skipped((begin + end) / 2, middle)
    else:
        yield draw.not_done(end, middle)
    if line.prompted is not None:
        yield draw.prompted(scale.place(line.prompted), middle)


def _lane(incident: Incident, line: Line) -> Lane:
    parts = [f"planned {line.mark}"]
    if line.prompted is not None:
        parts.append(f"prompted {_mark(line.prompted)}")
    if line.actual is not None:
        who = f" by {apart(one_line(named(incident, line.done_by)))}" if line.done_by else ""
        parts.append(f"done {_mark(line.actual)}{who}")
    elif line.verdict is Verdict.NOT_DONE:
        parts.append(f"owner {apart(one_line(named(incident, line.owner)))}" if line.owner else "no owner")
    return Lane(line=line, window=incident.plan(line.key).within, verdict=_verdict(line), words=" · ".join(parts))


def _verdict(line: Line) -> str:
    if line.by_opening:
        return "Done by opening"
    if line.verdict is Verdict.NOT_DONE:
        return f"Not done ({line.status.lower()})"
    pending = f" ({line.status.lower()})" if line.status == "Submitted" else ""
    return f"{line.said[0].upper()}{line.said[1:]}{pending}"


def _mark(minutes: float) -> str:
    """`T+6`, or `T+4320 (3 d)`, since nobody reads that many minutes."""
    mark = minute_mark(round(minutes, 6))
    return f"{mark} ({span_in_words(timedelta(minutes=minutes))})" if minutes >= _LONG else mark


def _is_late(line: Line) -> bool:
    return line.verdict in (Verdict.LATE, Verdict.PROMPTED_LATE)


def _in_words(lanes: list[Lane]) -> str:
    return " ".join(f"{lane.title}: {lane.verdict}, {lane.words}." for lane in lanes)
