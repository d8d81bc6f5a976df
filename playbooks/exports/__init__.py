"""The record as files. Every format is a pure function of the entries, so it is the same wherever it is called."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from playbooks.entries import Entry
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


def render_export(name: str, entries: Sequence[Entry], as_of_seq: int | None = None) -> tuple[str, bytes]:
    """The file's name and bytes, of the entries up to `as_of_seq`.

    Raises `KeyError` for a format that is not in `FORMATS`, and `ValueError` when the entries make no incident.
    """
    form, kept = FORMATS[name], up_to(entries, as_of_seq)
    return file_name(kept, form.suffix), form.write(kept).encode("utf-8")


def up_to(entries: Sequence[Entry], as_of_seq: int | None) -> list[Entry]:
    """The record as it was after that entry; all of it without one."""
    return [entry for entry in entries if as_of_seq is None or entry.seq <= as_of_seq]


def file_name(entries: Sequence[Entry], suffix: str) -> str:
    """`INC-0001.md`. Raises `ValueError` when there is no entry."""
    if not entries:
        raise ValueError("no entries make no incident")
    return f"{label_of(entries[0].incident)}{suffix}"
