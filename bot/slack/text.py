"""Text as Slack takes it: people's words made harmless and short, people, moments and links as tokens.

The one place where text is escaped (https://docs.slack.dev/messaging/formatting-message-text). Lengths are counted in
UTF-16 units, the larger of the two ways in which Slack may count.
"""

import re
import unicodedata
from datetime import UTC, datetime

from playbooks.entries import SYSTEM, SYSTEM_ACTOR

_USER = re.compile(r"[UW][A-Z0-9]{2,20}", re.ASCII)
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,20}", re.ASCII)
# Control characters, and those that turn the direction of everything after them.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_HALF_ENTITY = re.compile(r"&(?:a|am|amp|l|lt|g|gt)?$")
_JOINER = "\u200d"


def escape(text: str) -> str:
    """`&`, `<` and `>` as entities: nothing in `text` mentions, links or formats a date any more."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def size(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shorten(text: str, limit: int) -> str:
    """`text` (escaped before) in at most `limit` units, with "…" where it was cut: never inside an entity, a token
    such as `<@U1>`, or a character that is made of several."""
    if size(text) <= limit:
        return text
    cut = _units(text, limit - 1)
    if cut.rfind("<") > cut.rfind(">"):
        cut = cut[: cut.rfind("<")]
    cut = _HALF_ENTITY.sub("", cut)
    return _whole_characters(cut, text).rstrip() + "…"


def _units(text: str, count: int) -> str:
    return text.encode("utf-16-le", "surrogatepass")[: count * 2].decode("utf-16-le", "ignore")


def _whole_characters(cut: str, text: str) -> str:
    while cut and (_continues(text[len(cut)]) or cut[-1] == _JOINER or _half_flag(cut, text[len(cut)])):
        cut = cut[:-1]
    return cut


def _continues(char: str) -> bool:
    """True for what belongs to the character before: accents, joiners, variants, skin tones."""
    return char == _JOINER or unicodedata.category(char) in ("Mn", "Me", "Mc") or "\U0001f3fb" <= char <= "\U0001f3ff"


def _half_flag(cut: str, following: str) -> bool:
    if not _is_flag_letter(following):
        return False
    letters = len(cut) - len(cut.rstrip("".join(chr(c) for c in range(0x1F1E6, 0x1F200))))
    return letters % 2 == 1


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def plain(text: str, limit: int) -> str:
    """Words for a place where Slack parses nothing (headers, buttons, prefilled inputs): visible, in `limit` units."""
    sound = _sound(text, limit)
    return sound if size(sound) <= limit else _whole_characters(_units(sound, limit - 1), sound).rstrip() + "…"


def _sound(text: str, limit: int) -> str:
    """Only what can be seen, with one kind of line end. Of endless texts no more is looked at than is needed."""
    enough = text if len(text) <= limit * 4 else f"{text[: limit * 4]}…"
    whole = enough.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _UNSEEN.sub("", re.sub("\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", whole))


def said(text: str, limit: int, *, lines: bool = False) -> str:
    """What a person (or a playbook) wrote, harmless and in `limit` units; in one line unless `lines`."""
    sound = _sound(text, limit)
    if not lines:
        sound = " ".join(sound.split())
    return shorten(escape(sound.replace("```", "'''").strip()), limit)


def mention(user: str) -> str:
    """`<@U1>`; the name for Quarterdeck itself, and harmless text for what is no user id."""
    if user == SYSTEM:
        return str(SYSTEM_ACTOR.name)
    return f"<@{user}>" if _USER.fullmatch(user) else said(user, 60)


def channel(where: str, name: str | None = None) -> str:
    """`<#C1>`: Slack shows the name to those who may know it."""
    return f"<#{where}>" if _CHANNEL.fullmatch(where) else f"#{said(name or where, 80)}"


def clock(at: datetime) -> str:
    """The time in the reader's own zone; UTC where the token is not understood."""
    at = at.astimezone(UTC)
    return f"<!date^{int(at.timestamp())}^{{time}}|{at:%H:%M} UTC>"


def day_clock(at: datetime) -> str:
    """Day and time in the reader's own zone."""
    at = at.astimezone(UTC)
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{at:%Y-%m-%d %H:%M} UTC>"


def link(url: str, label: str) -> str:
    """`<url|label>` for http(s) addresses, else only the label."""
    label = said(label.replace("|", "/"), 150)
    if not re.match(r"https?://[^\s<>|]+\Z", url) or size(url) > 2000:
        return label
    return f"<{url.replace('&', '&amp;')}|{label}>"
