"""Which characters the shipped font can show; the others become their number, so that none is dropped in silence."""

import struct
import unicodedata
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
FONT = FONTS / "DejaVuSans.ttf"
_SEGMENTED_COVERAGE = 12
_UNSEEN = frozenset(("Cf", "Mn", "Zl", "Zp"))  # shown by what they do, or by a mark on the letter before


def legible(text: str) -> str:
    """`text` with `[U+1F6A8]` for each character that the font has no picture of."""
    return "".join(char if _has(char) else f"[U+{ord(char):04X}]" for char in text)


def _has(char: str) -> bool:
    if char in "\n\t" or ord(char) in covered():
        return True
    return unicodedata.category(char) in _UNSEEN and not unicodedata.combining(char)


@cache
def covered() -> frozenset[int]:
    """Every code point of the font: https://learn.microsoft.com/typography/opentype/spec/cmap, format 12."""
    data = FONT.read_bytes()
    table = _table(data, b"cmap")
    (count,) = struct.unpack_from(">H", data, table + 2)
    places = [table + struct.unpack_from(">HHI", data, table + 4 + 8 * n)[2] for n in range(count)]
    found = next(at for at in places if struct.unpack_from(">H", data, at)[0] == _SEGMENTED_COVERAGE)
    (groups,) = struct.unpack_from(">I", data, found + 12)
    points: set[int] = set()
    for n in range(groups):
        first, last, _ = struct.unpack_from(">III", data, found + 16 + 12 * n)
        points.update(range(first, last + 1))
    return frozenset(points)


def _table(data: bytes, name: bytes) -> int:
    """Where a table of the font begins."""
    (count,) = struct.unpack_from(">H", data, 4)
    entries = (struct.unpack_from(">4sIII", data, 12 + 16 * n) for n in range(count))
    return next(int(offset) for tag, _, offset, _ in entries if tag == name)
