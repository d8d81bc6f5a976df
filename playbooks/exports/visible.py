"""Characters that no format can show: each becomes one that says that something was there."""

import re
import unicodedata

REPLACED = "\ufffd"
_FLIPS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # turn what stands after
_ISOLATE, _POP = "\u2068", "\u2069"


def visible(text: str) -> str:
    """Without control characters, and without those that turn the direction of what stands after them.

    What is left is allowed in XML 1.0: https://www.w3.org/TR/xml/#charsets.
    """
    return "".join(REPLACED if _is_hidden(char) else char for char in text)


def one_line(text: str) -> str:
    """The same with every stretch of white space as one blank."""
    return visible(" ".join(text.split()))


def is_web(url: str) -> bool:
    """Whether it may be a link: an address of the web, and neither `javascript:` nor a file."""
    return re.match(r"https?://[^\s/]", url, re.IGNORECASE) is not None


def apart(text: str) -> str:
    """`text`, whatever direction it runs in, does not reorder what stands beside it: https://www.unicode.org/reports/tr9/."""
    return f"{_ISOLATE}{text}{_POP}"


def _is_hidden(char: str) -> bool:
    hidden = unicodedata.category(char) in ("Cc", "Cs") and char not in "\t\n"
    return hidden or char in _FLIPS or ord(char) & 0xFFFE == 0xFFFE
