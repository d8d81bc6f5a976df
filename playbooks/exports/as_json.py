"""The record as JSON, for machines and for `quarterdeck verify`: `export_v1.py` is its shape.

The bytes follow from the entries alone: keys inside answers and data are sorted, everything else has the order of the
shape. So a file can be checked by making it again.
"""

import json
from collections.abc import Sequence

from playbooks.entries import Entry
from playbooks.exports.export_v1 import export_v1


def as_json(entries: Sequence[Entry]) -> str:
    """The whole record up to the last of `entries`. Raises `ValueError` when they make no incident."""
    value = export_v1(entries).model_dump(mode="json")
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
