"""Files that a test compares with: UPDATE_GOLDEN=1 writes them anew, and the diff is then read by a person."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"
SCHEMAS = Path(__file__).parents[3] / "docs" / "reference" / "schemas"


def same_as(file: Path, text: str) -> None:
    """Fails when the file holds anything else."""
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_bytes(text.encode("utf-8"))
    assert file.read_bytes().decode("utf-8") == text, f"{file.name} is stale; UPDATE_GOLDEN=1 writes it anew"
