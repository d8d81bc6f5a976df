"""Other people's text inside a spreadsheet: it shows and is never run.

A cell that begins with one of a few signs is a formula to a spreadsheet, also behind white space, and in full width:
https://owasp.org/www-community/attacks/CSV_Injection. A spreadsheet that takes `;` or tab for the separator, or a line
break for the end of a row, finds beginnings inside our cells, so those count too.
"""

import unicodedata
from collections.abc import Iterator

MARK = "'"
_SIGNS = frozenset("=+-@＝＋－＠﹢﹣﹦﹫−" + MARK)
_SEPARATORS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029;")
_UNSEEN = frozenset(("Cc", "Cf", "Zs", "Zl", "Zp"))


def defused(text: str) -> str:
    """`text` with a `'` before every sign that may begin a formula. `'` is such a sign itself: see `restored`."""
    mark = MARK if text[:1] in ("\t", "\r") else ""
    return mark + "".join(_marked(text))


def restored(cell: str) -> str:
    """The text that `defused` made `cell` of: at every beginning one `'` goes, and what follows it stays."""
    kept: list[str] = []
    begins, follows = True, False
    for char in cell:
        if begins and not follows and char == MARK:
            follows = True
            continue
        kept.append(char)
        begins, follows = _begins_after(char, begins), False
    return "".join(kept)


def _marked(text: str) -> Iterator[str]:
    begins = True
    for char in text:
        if begins and char in _SIGNS:
            yield MARK
        yield char
        begins = _begins_after(char, begins)


def _begins_after(char: str, before: bool) -> bool:
    return char in _SEPARATORS or (before and unicodedata.category(char) in _UNSEEN)
