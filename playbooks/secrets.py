"""Finding and masking Anthropic keys, in one place. Nothing that looks like one is stored, logged, echoed or exported.

A full-length key is `sk-ant-api03-` or `sk-ant-admin01-`, 93 url-safe characters and `AA` (gitleaks' public rules, its
cmd/generate/config/rules/anthropic.go); other kinds are matched loosely, since their lengths are not published.
A key may stand right after a letter or digit, as in `\\nsk-ant-` or `%3Dsk-ant-`, when its kind ends in digits;
`task-ant-` is no key. Word processors put other dashes for hyphens and browsers put invisible characters into long
words, so both are taken for a part of the key. Every quantifier runs over one class of characters and is followed by
nothing, so no text makes it slow.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

Fingerprint = Callable[[str], str]

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_DASH = rf"[\-{_DASHES}]"
_START = rf"sk{_DASH}ant{_DASH}"
_CHAR = rf"(?!{_START})[A-Za-z0-9_\-{_DASHES}{_INVISIBLE}]"  # two keys may stand next to each other
_KEY = re.compile(
    rf"(?:(?<![A-Za-z0-9])|(?={_START}[a-z]{{2,12}}[0-9]{{1,3}}{_DASH})){_START}(?P<rest>(?:{_CHAR})+)", re.IGNORECASE
)
_KIND = re.compile(r"(?P<kind>[a-z]{2,12}[0-9]{0,3})-(?P<body>.*)", re.IGNORECASE | re.DOTALL)
_FULL = re.compile(r"(?P<key>[A-Za-z0-9_\-]{93}AA)(?P<after>(?![A-Za-z0-9]).*)?", re.DOTALL)
_PLAIN = str.maketrans({**dict.fromkeys(_DASHES, "-"), **dict.fromkeys(_INVISIBLE)})
_LEAST = 12  # a shorter body is a hint such as a prefix, not a key
_LEAST_WITHOUT_KIND = 20


@dataclass(frozen=True, kw_only=True)
class Found:
    """One key that was found: what may be kept of it."""

    kind: str  # sk-ant-api03
    hint: str | None  # first 16 and last 4 characters, only of a full-length key
    fingerprint: str

    def __str__(self) -> str:
        shown = self.hint or f"{self.kind}-…"
        return f"[Anthropic key {shown}, fingerprint {self.fingerprint}]"


@dataclass(frozen=True, kw_only=True)
class Masked:
    text: str
    found: tuple[Found, ...] = ()


_MASKED = re.compile(r"\[Anthropic key (?P<shown>\S{1,60}), fingerprint (?P<fingerprint>[0-9a-f]{8,64})\]")
_HINT = re.compile(r"sk-ant-[a-z]{2,12}[0-9]{0,3}-[\w-]{1,11}(?:…|\.{2,3})[\w-]{2,6}", re.IGNORECASE)
_VENDOR_ID = re.compile(r"\bapikey_[A-Za-z0-9]{8,64}\b")


@dataclass(frozen=True, kw_only=True)
class Mention:
    """What a masked text says about one key."""

    text: str
    kind: str | None = None
    hint: str | None = None
    fingerprint: str | None = None
    vendor_id: str | None = None


def mentions(text: str) -> tuple[Mention, ...]:
    """The masked keys, vendor ids and hints in a text that went through `mask`; plain names are not looked for."""
    found = [_masked_mention(match) for match in _MASKED.finditer(text)]
    rest = _MASKED.sub(" ", text)
    found += [Mention(text=match[0], vendor_id=match[0]) for match in _VENDOR_ID.finditer(rest)]
    found += [Mention(text=match[0], hint=_hint(match[0])) for match in _HINT.finditer(rest)]
    return tuple(found)


def _masked_mention(match: re.Match[str]) -> Mention:
    shown = match["shown"]
    kind = shown.removesuffix("-…") if shown.endswith("-…") else "-".join(shown.split("-")[:3])
    hint = None if shown.endswith("-…") else shown
    return Mention(text=match[0], kind=kind, hint=hint, fingerprint=match["fingerprint"])


def _hint(text: str) -> str:
    return re.sub(r"\.{2,3}", "…", text)


def mask(text: str, fingerprint: Fingerprint) -> Masked:
    """`text` with every key replaced by its kind, hint and fingerprint. Masking twice changes nothing more."""
    found: list[Found] = []

    def replace(match: re.Match[str]) -> str:
        key, after = _read(match["rest"].translate(_PLAIN))
        if key is None:
            return match[0]
        found.append(Found(kind=key.kind, hint=key.hint, fingerprint=fingerprint(key.text)))
        return f"{found[-1]}{after}"

    return Masked(text=_KEY.sub(replace, text), found=tuple(found))


@dataclass(frozen=True, kw_only=True)
class _Key:
    text: str
    kind: str
    hint: str | None = None


def _read(rest: str) -> tuple[_Key | None, str]:
    """The key whose text follows `sk-ant-`, and what stands behind it without being a part of it."""
    parts = _KIND.fullmatch(rest)
    if parts is None:
        return (_Key(text=f"sk-ant-{rest}", kind="sk-ant") if len(rest) >= _LEAST_WITHOUT_KIND else None), ""
    if len(parts["body"]) < _LEAST:
        return None, ""
    kind = f"sk-ant-{parts['kind'].lower()}"
    full = _FULL.fullmatch(parts["body"])
    if full is None:
        return _Key(text=f"sk-ant-{rest}", kind=kind), ""
    key, after = f"sk-ant-{parts['kind']}-{full['key']}", full["after"] or ""
    marks = after if not re.search(r"[A-Za-z0-9]", after) else ""  # the underscore of _italics_, say; words are dropped
    return _Key(text=key, kind=kind, hint=f"{key[:16]}…{key[-4:]}"), marks
