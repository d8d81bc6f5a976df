"""The keys under suspicion, as people give them: a line each, or somewhere in a text."""

from typing import Any

from playbooks.incident import SuspectKey
from playbooks.secrets import Mention, mentions


def suspect_keys(given: tuple[str, ...], text: str = "") -> tuple[SuspectKey, ...]:
    """The keys as people gave them, masked before; each once."""
    keys: dict[str, SuspectKey] = {}
    for line in given:
        found = mentions(line)
        for fact in found or (Mention(text=line),):
            key = _suspect(fact, line if len(found) < 2 else fact.text)
            keys.setdefault(key.identity, key)
    for fact in mentions(text):
        if fact.fingerprint or fact.vendor_id:
            keys.setdefault(fact.fingerprint or fact.vendor_id or "", _suspect(fact, fact.text))
    return tuple(keys.values())


def _suspect(fact: Mention, text: str) -> SuspectKey:
    facts = {"kind": fact.kind, "hint": fact.hint, "fingerprint": fact.fingerprint}
    return SuspectKey(text=text, vendor_id=fact.vendor_id, **facts)


def claimed(key: SuspectKey, drill: bool) -> dict[str, Any]:
    """The key as the entry that opens an incident keeps it: claimed, unless it is a drill."""
    return key.model_copy(update={"claimed": key.fingerprint is not None and not drill}).model_dump(mode="json")
