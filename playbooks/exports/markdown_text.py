"""Other people's text inside Markdown: it shows as it was written and does nothing else.

CommonMark lets every ASCII punctuation character be escaped by a backslash, and knows entities for the three that
HTML begins with: https://spec.commonmark.org/0.31.2/#backslash-escapes. GitHub's tables split cells at every bare
`|`, also inside code: https://github.github.com/gfm/#tables-extension-.
"""

import re
from itertools import pairwise

from playbooks.exports.visible import is_web, visible

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SPECIAL = re.compile(r"[\\`*_\[\]{}|~#$!^]")
_SCHEME = re.compile(r":(?=//)|(?<=www)\.|(?<=mailto):|@")
_LINE_START = re.compile(r"^(?:(?P<mark>[-+=:])|(?P<number>\d{1,9})(?P<dot>[.)]))")
_UNSAFE_IN_LINK = re.compile(r"[\s<>|`\\\"]")


def inline(text: str) -> str:
    """`text` on one line, for a table cell, a heading or a list item; line ends become ` / `."""
    return " / ".join(line for line in map(_line, _lines(text)) if line)


def quoted(text: str) -> str:
    """`text` as a block quote inside a list item; it keeps its lines by the backslash at their ends."""
    lines = [f"  > {line}".rstrip() for line in map(_line, _lines(text))]
    hard = [f"{line}\\" if line != "  >" and after != "  >" else line for line, after in pairwise(lines)]
    return "\n".join([*hard, lines[-1]])


def link(url: str) -> str:
    """`url` as a link that shows itself, or as plain text when it is none of the web."""
    if not is_web(url):
        return inline(url)
    return f"<{_UNSAFE_IN_LINK.sub(lambda found: _percent(found[0]), visible(url))}>"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A table; its cells are Markdown already."""
    lines = [f"| {' | '.join(row)} |" for row in (head, tuple("---" for _ in head), *rows)]
    return "\n".join(lines)


def _lines(text: str) -> list[str]:
    return text.splitlines() or [""]


def _line(text: str) -> str:
    """One line: nothing at its beginning makes a list, heading, rule or code block of it."""
    plain = re.sub(r"\s+", " ", visible(text)).strip()
    safe = _SPECIAL.sub(lambda found: "\\" + found[0], re.sub("[&<>]", lambda found: _ENTITIES[found[0]], plain))
    safe = _SCHEME.sub(lambda found: "\\" + found[0], safe)
    return _LINE_START.sub(_unmarked, safe)


def _unmarked(found: re.Match[str]) -> str:
    return f"\\{found['mark']}" if found["mark"] else f"{found['number']}\\{found['dot']}"


def _percent(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8"))
