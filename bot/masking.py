"""Makes whatever comes in fit to be kept: keys masked, and no character that a database refuses."""

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from bot.fingerprints import Fingerprint
from playbooks.secrets import Found, mask

T = TypeVar("T")


class Masker:
    """Masks texts and everything that holds texts. Remembers what was found until it is taken."""

    def __init__(self, fingerprint: Fingerprint) -> None:
        self._fingerprint = fingerprint

    def text(self, text: str) -> tuple[str, tuple[Found, ...]]:
        masked = mask(clean(text), self._fingerprint)
        return masked.text, masked.found

    def whole(self, value: T) -> tuple[T, tuple[Found, ...]]:
        """The same command, answer or payload with every string in it masked; and the keys that were in it."""
        found: list[Found] = []
        return self._walk(value, found), tuple(found)

    def _walk(self, value: Any, found: list[Found]) -> Any:
        if isinstance(value, str):
            text, more = self.text(value)
            found += more
            return type(value)(text) if type(value) is not str and text == value else text
        if isinstance(value, BaseModel):
            return value.model_copy(update={k: self._walk(getattr(value, k), found) for k in type(value).model_fields})
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            changes = {f.name: self._walk(getattr(value, f.name), found) for f in dataclasses.fields(value)}
            return dataclasses.replace(value, **changes)
        if isinstance(value, Mapping):
            return {self._walk(k, found): self._walk(v, found) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self._walk(item, found) for item in value)
        return value


def clean(text: str) -> str:
    """Without NUL and lone surrogates, which PostgreSQL and UTF-8 refuse."""
    return text.replace("\x00", "�").encode("utf-8", "replace").decode("utf-8")
