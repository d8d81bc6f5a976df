"""Every format of an export: those of `playbooks.exports`, which need nothing, and those that typst sets."""

import asyncio
from collections.abc import Callable, Sequence
from importlib.util import find_spec

from bot.typeset import engine
from playbooks.entries import Entry
from playbooks.errors import one_of
from playbooks.exports import FORMATS, file_name, render_export, up_to

TYPESET: dict[str, Callable[[Sequence[Entry]], bytes]] = {"pdf": engine.pdf, "png": engine.png}
NAMES = (*FORMATS, *TYPESET)


class NotInstalled(Exception):
    """What a format needs is not there; the sentence says what to install."""


def unavailable(name: str) -> str | None:
    """Why there is no export in that format here, as one sentence; None when there is."""
    if name not in NAMES:
        return f"There is no export as “{name[:40]}”. Choose {one_of(list(NAMES))}."
    if name in TYPESET and find_spec("typst") is None:
        needs = "needs typst, which is not installed here. Install it with: pip install 'quarterdeck[export]'"
        return f"The export as {name} {needs} ({one_of(list(FORMATS))} need nothing)."
    return None


async def export(name: str, entries: Sequence[Entry], as_of_seq: int | None = None) -> tuple[str, bytes]:
    """The file's name and bytes, of the entries up to `as_of_seq`, made in a thread: nobody waits for it meanwhile.

    Raises `NotInstalled` where `unavailable` objects to the format, and `ValueError` when the entries make no incident.
    """
    if problem := unavailable(name):
        raise NotInstalled(problem)
    return await asyncio.to_thread(_made, name, entries, as_of_seq)


def _made(name: str, entries: Sequence[Entry], as_of_seq: int | None) -> tuple[str, bytes]:
    if name in FORMATS:
        return render_export(name, entries, as_of_seq)
    kept = up_to(entries, as_of_seq)
    return file_name(kept, f".{name}"), TYPESET[name](kept)
