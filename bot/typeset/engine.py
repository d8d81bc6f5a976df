"""PDF and PNG of a record, in memory. What people wrote reaches typst as JSON, never as markup.

The bytes follow from the entries, the shipped font and typst's version: no date, no font of the machine.
https://typst.app/docs/reference/model/document/, https://typst.app/docs/reference/data-loading/json/
"""

import dataclasses
import json
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import Any, Literal

from bot.typeset.glyphs import FONTS, legible
from playbooks.entries import Entry
from playbooks.exports.picture import picture
from playbooks.exports.report import LESSONS, SCORECARD, TIMELINE, TIMES, report
from playbooks.exports.visible import is_web, visible
from playbooks.fold import fold

_BOLD = re.compile(r'fill="(#\w+)"([^>]*) font-weight="bold"')
_ROOM = {"head": 44, "scorecard": 22, "evidence": 40, "people": 18, "timeline": 34, "who": 11, "chain": 64}  # letters
_PICTURE = b'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.picture), format: "svg")'
_DOTS_PER_INCH = 144.0  # two pixels for each of the picture's points, as sharp screens have


def pdf(entries: Sequence[Entry]) -> bytes:
    """The whole record. Raises `ValueError` when the entries make no incident."""
    words = {"lessons": LESSONS, "scorecard_head": SCORECARD, "timeline_head": TIMELINE, "times": TIMES}
    data = {**words, **dataclasses.asdict(report(entries))}
    for left in data["evidence"]:
        left["answers"] = [(question, _linked(answer, is_link)) for question, answer, is_link in left["answers"]]
    for row in data["timeline"]:
        row["source"] = _linked(row["source"], True)
    inputs = {"report": json.dumps(_shown(data)), "picture": _drawn(entries)}
    return _set((files("bot.typeset") / "report.typ").read_bytes(), inputs, "pdf")


def png(entries: Sequence[Entry]) -> bytes:
    """The picture of planned against actual. Raises `ValueError` when the entries make no incident."""
    return _set(_PICTURE, {"picture": _drawn(entries)}, "png")


def _set(source: bytes, inputs: dict[str, str], form: Literal["pdf", "png"]) -> bytes:
    import typst  # 78 MB that only this needs; an extra of the package

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
    return typst.compile(source, format=form, ppi=_DOTS_PER_INCH, sys_inputs=inputs, font_paths=fonts)


def _drawn(entries: Sequence[Entry]) -> str:
    """The picture for a font that has one weight: bold letters get an outline."""
    return legible(_BOLD.sub(r'fill="\1"\2 stroke="\1" stroke-width="0.5"', picture(fold(entries))))


def _linked(text: str, is_link: bool) -> dict[str, str | None]:
    return {"text": text, "_url": text if is_link and is_web(text) else None}


def _shown(value: Any, room: int = 54) -> Any:
    """Every text as it can be shown; addresses behind links stay as they are."""
    if isinstance(value, dict):
        return {key: inner if key == "_url" else _shown(inner, _ROOM.get(key, room)) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(inner, room) for inner in value]
    return _breakable(legible(visible("\n".join(value.splitlines()))), room) if isinstance(value, str) else value


def _breakable(text: str, room: int) -> str:
    """A line may end inside what is too long, at a zero-width space: it is copied along, so only there."""
    return re.sub(rf"\S{{{room}}}(?=\S)", "\\g<0>\u200b", text)
