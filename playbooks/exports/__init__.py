"""The record as files. Every format is a pure function of the entries, so it is the same wherever it is called."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from playbooks.entries import Entry
from playbooks.errors import one_of
from playbooks.exports.as_csv import as_csv
from playbooks.exports.as_html import as_html
from playbooks.exports.as_json import as_json
from playbooks.exports.as_markdown import as_markdown
from playbooks.incident import label_of


@dataclass(frozen=True, kw_only=True)
class Format:
    write: Callable[[Sequence[Entry]], str]
    suffix: str
    media_type: str


FORMATS: dict[str, Format] = {
    "md": Format(write=as_markdown, suffix=".md", media_type="text/markdown; charset=utf-8"),
    "json": Format(write=as_json, suffix=".json", media_type="application/json"),
    "csv": Format(write=as_csv, suffix=".csv", media_type="text/csv; charset=utf-8"),
    "html": Format(write=as_html, suffix=".html", media_type="text/html; charset=utf-8"),
}
PLANNED = ("pdf",)


def unavailable(name: str) -> str | None:
    """Why there is no export in that format, as one sentence; None when there is."""
    if name in FORMATS:
        return None
    there = one_of(list(FORMATS))
    if name in PLANNED:
        return f"The export as {name} is not built yet. Choose {there}."
    return f"There is no export as “{name[:40]}”. Choose {there}."


def render_export(name: str, entries: Sequence[Entry], as_of_seq: int | None = None) -> tuple[str, bytes]:
    """The file's name and bytes, of the entries up to `as_of_seq`.

    Raises `ValueError` for a format that `unavailable` objects to, and when the entries make no incident.
    """
    if problem := unavailable(name):
        raise ValueError(problem)
    kept = [entry for entry in entries if as_of_seq is None or entry.seq <= as_of_seq]
    form = FORMATS[name]
    content = form.write(kept).encode("utf-8")
    return f"{label_of(kept[0].incident)}{form.suffix}", content
