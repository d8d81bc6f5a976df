"""Typed values and the text that keeps them. Text, never a database's own JSON type, which would reorder it.

An entry is kept as the very bytes that its hash covers (`Entry.canonical`), so the chain can be checked with nothing
but SQLite and SHA-256. A state is kept without its playbook, which never changes and stands beside it once.
"""

import json
from functools import lru_cache
from typing import Any

from playbooks.entries import SCHEMA as ENTRY_SCHEMA
from playbooks.entries import Entry, parse_moment
from playbooks.incident import Incident, Outside
from playbooks.model import Playbook
from storage.errors import NewerDatabase

STATE_SCHEMA = 1


def encode_state(incident: Incident) -> str:
    """The state without its playbook; nothing is written of an outside in which all is well."""
    well = incident.outside == Outside()
    return incident.model_dump_json(exclude={"playbook", "outside"} if well else {"playbook"})


def encode_playbook(playbook: Playbook) -> str:
    return playbook.model_dump_json()


def decode_incident(schema: int, state: str, playbook: str) -> Incident:
    """The reverse of the two above. Raises `NewerDatabase` for a schema that this version does not know."""
    _known(schema, STATE_SCHEMA, "state")
    return Incident.model_validate({**json.loads(state), "playbook": _decode_playbook(playbook)})


decode_again = lru_cache(maxsize=64)(decode_incident)
"""The same for one that is read on its own: an act reads its incident before it decides and again when it does, and
what it shows reads what it wrote. The same text is the same incident, which nobody can change."""


@lru_cache(maxsize=32)
def _decode_playbook(text: str) -> Playbook:
    """Kept, because a thousand incidents share a handful of playbooks and reading one costs more than a state."""
    return Playbook.model_validate_json(text)


def encode_entry(entry: Entry) -> str:
    return entry.canonical().decode("utf-8")


def decode_entry(body: str, prev_hash: str, digest: str) -> Entry:
    """The entry with its hashes as they were stored, be they right or wrong: judging them is not done here."""
    values: dict[str, Any] = json.loads(body)
    _known(values.pop("v"), ENTRY_SCHEMA, "entry")
    values["at"] = parse_moment(values["at"])
    values["occurred_at"] = parse_moment(values["occurred_at"])
    return Entry.model_validate({**values, "prev_hash": prev_hash, "hash": digest})


def _known(found: int, newest: int, what: str) -> None:
    if found > newest:
        raise NewerDatabase(f"An {what} has schema {found}; this Quarterdeck knows {newest}. Use the newer version.")


def plain(text: str) -> str:
    """The text without NUL, which a text column of PostgreSQL cannot keep (the state's JSON can)."""
    return text.replace("\0", "")


def name_of(text: str | None) -> str | None:
    """How key texts and hints are compared: without case and without white space around them."""
    return plain(text).strip().casefold() or None if text else None
