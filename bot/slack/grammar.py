"""What stands behind `/incident`: a command, a slip of the finger, or the text of a report. Pure."""

import re
from dataclasses import dataclass
from typing import Any

COMMANDS = (
    "status",
    "list",
    "note",
    "assign",
    "export",
    "close",
    "false-alarm",
    "reopen",
    "drill",
    "fast-forward",
    "help",
)
NEEDS_INCIDENT = {"status", "note", "assign", "export", "close", "false-alarm", "reopen", "fast-forward"}
_TALKATIVE = {"note"}  # may well begin with another incident's number
_NUMBER = re.compile(r"inc-0*([1-9][0-9]{0,8})", re.IGNORECASE)
_ANY_NUMBER = re.compile(r"inc-\S*", re.IGNORECASE)
_LONG_WORD = 7


@dataclass(frozen=True, kw_only=True)
class Line:
    """`word` is the command, `guess` the one that was probably meant; neither: `text` is a report.

    `number` is the incident named directly before or after the word, `bad_number` what looks like one and is none,
    `second` another one right behind, where only one of the two can be meant.
    """

    word: str | None = None
    guess: str | None = None
    number: int | None = None
    bad_number: str | None = None
    second: int | None = None
    text: str = ""


def read(line: str) -> Line:
    """Never fails: what is no command is the text of a report."""
    words = line.split(None, 2)
    if not words:
        return Line()
    numbers = [int(match[1]) for word in words if (match := _NUMBER.fullmatch(word))]
    if len(numbers) == len(words) < 3:
        return Line(word="status", number=numbers[0], second=numbers[1] if len(numbers) > 1 else None)
    before = _ANY_NUMBER.fullmatch(words[0])
    at = 1 if before and len(words) > 1 else 0
    word = words[at].lower()
    if word not in COMMANDS:
        guess = _nearest(word)
        about = _number(words[0]) if before and guess else {}
        return Line(guess=guess, number=about.get("number"), text=line.strip())
    rest = line.split(None, at + 1)[at + 1] if len(line.split(None, at + 1)) > at + 1 else ""
    named = words[0] if before else None
    if named is None and rest and _ANY_NUMBER.fullmatch(rest.split(None, 1)[0]):
        named, _, rest = rest.partition(" ")
    if named is None and word == "status" and re.fullmatch(r"[1-9][0-9]{0,8}", rest.strip()):
        named, rest = f"INC-{rest.strip()}", ""
    return Line(word=word, text=rest.strip(), second=_second(word, rest), **_number(named))


def _second(word: str, rest: str) -> int | None:
    """Behind the number another one, which is no part of what is said. A reason that begins with one is asked about."""
    first, _, more = rest.strip().partition(" ")
    alone = _NUMBER.fullmatch(first)
    return int(alone[1]) if alone and (not more.strip() or word not in _TALKATIVE) else None


def _number(named: str | None) -> dict[str, Any]:
    if named is None:
        return {}
    match = _NUMBER.fullmatch(named)
    return {"number": int(match[1])} if match else {"bad_number": named}


def _nearest(word: str) -> str | None:
    """The known word within reach: one slip, two from seven letters on."""
    reach = {known: 2 if len(known) >= _LONG_WORD else 1 for known in COMMANDS}
    near = [(slips(word, known), known) for known in COMMANDS]
    within = [(distance, known) for distance, known in near if distance <= reach[known]]
    return min(within)[1] if within else None


def slips(a: str, b: str) -> int:
    """Edit distance in which a swap of neighbours counts as one (optimal string alignment)."""
    rows = [list(range(len(b) + 1))]
    for i in range(1, len(a) + 1):
        row = [i]
        for j in range(1, len(b) + 1):
            same = a[i - 1] == b[j - 1]
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (not same))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]
