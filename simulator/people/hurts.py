"""What is hurt now and what was hurt, for the page's drawer."""

from simulator.ledger import Entry
from simulator.model import Json
from simulator.workspace import Workspace

MOST = 30


def hurts(workspace: Workspace) -> Json:
    """`orders` that stand, and the `latest` blows, oldest first; the same one many times in a row is one of many.

    Each of `latest` has `at` (of the last, in seconds since 1970), `fault`, `of` (all that it struck) and `times`.
    """
    return {"orders": workspace.network.active()["orders"], "latest": _merged(workspace.ledger.faults())[-MOST:]}


def _merged(faults: list[Entry]) -> list[Json]:
    merged: list[Json] = []
    for entry in faults:
        struck = str(entry.facts.get("of", ""))
        if merged and merged[-1]["fault"] == entry.name:
            last = merged[-1]
            last |= {"at": entry.at, "times": last["times"] + 1, "of": [*dict.fromkeys([*last["of"], struck])]}
        else:
            merged.append({"fault": entry.name, "at": entry.at, "times": 1, "of": [struck]})
    return merged
