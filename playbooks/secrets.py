"""Finding and masking Anthropic keys, in one place. Nothing that looks like one is stored, logged, echoed or exported.

A full-length key is `sk-ant-api03-` or `sk-ant-admin01-`, 93
url-safe characters and `AA` (gitleaks' public rules); other kinds are matched loosely, since their lengths are not
published. Quantifiers are bounded and the pattern is anchored on the left, so no text makes it slow.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

Fingerprint = Callable[[str], str]

_KEY = re.compile(
    r"(?<![A-Za-z0-9])sk-ant-(?P<kind>[a-z]{2,12}[0-9]{0,3})-(?P<body>[A-Za-z0-9_\-]{8,400})", re.IGNORECASE
)
_FULL_BODY = re.compile(r"[A-Za-z0-9_\-]{93}AA")
_LEAST = 12  # a shorter body is a hint such as a prefix, not a key


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
    kind = "-".join(shown.split("-")[:3])
    hint = None if shown.endswith("-…") else shown
    return Mention(text=match[0], kind=kind, hint=hint, fingerprint=match["fingerprint"])


def _hint(text: str) -> str:
    return re.sub(r"\.{2,3}", "…", text)


def mask(text: str, fingerprint: Fingerprint) -> Masked:
    """`text` with every key replaced by its kind, hint and fingerprint. Masking twice changes nothing more."""
    found: list[Found] = []

    def replace(match: re.Match[str]) -> str:
        if len(match["body"]) < _LEAST:
            return match[0]
        key = match[0]
        full = _FULL_BODY.fullmatch(match["body"]) is not None
        found.append(
            Found(
                kind=f"sk-ant-{match['kind'].lower()}",
                hint=f"{key[:16]}…{key[-4:]}" if full else None,
                fingerprint=fingerprint(key),
            )
        )
        return str(found[-1])

    return Masked(text=_KEY.sub(replace, text), found=tuple(found))
