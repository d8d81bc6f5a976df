"""One seed, one fate: whatever overlaps, the same things are hurt."""

import re
from pathlib import Path

import pytest

from simulator.company import practice_workspace
from simulator.faults.faults import PROFILES, Faults
from simulator.faults.kinds import FAULTS
from simulator.losses import LOSSES
from simulator.workspace import Workspace
from tests.simulator.told import Told

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "simulator.md"
CALLS = [(f"method.{n % 4}", f"C{n % 3}") for n in range(600)]


def struck(calls: list[tuple[str, str]], seed: str = "7") -> list[tuple[str, str, str, str]]:
    workspace = practice_workspace(faults=Faults(seed=seed, rates={"lost_after": 0.05, "slow": 0.05}))
    for name, key in calls:
        workspace.network.strike("slow", name, key)
        workspace.network.strike("lost_after", name, key)
    return [(e.name, e.facts["of"], e.facts["key"], e.facts["by"]) for e in workspace.ledger.faults()]


def test_the_same_seed_hurts_the_same() -> None:
    assert struck(CALLS) == struck(CALLS)
    assert struck(CALLS) != struck(CALLS, seed="8")
    assert 20 < len(struck(CALLS)) < 120  # 1200 chances at one in twenty


def test_the_order_of_different_calls_changes_nothing() -> None:
    by_name = sorted(CALLS)

    assert by_name != CALLS
    assert sorted(struck(by_name)) == sorted(struck(CALLS))


def test_an_order_takes_nothing_from_the_seed() -> None:
    def by_seed(workspace: Workspace) -> list[str]:
        for _ in range(200):
            workspace.network.strike("slow", "m")
        return [e.facts["by"] for e in workspace.ledger.faults() if e.facts["by"] != "order"]

    faults = Faults(seed="7", rates={"slow": 0.1})
    ordered = practice_workspace(faults=faults)
    ordered.network.order("slow", count=1)

    assert by_seed(ordered) == by_seed(practice_workspace(faults=faults))


def test_outages_come_at_the_same_times() -> None:
    def outages(seed: str) -> list[int]:
        faults = Faults(seed=seed, rates={"outage": 0.5})
        return [second for second in range(6000) if faults.is_out(second)]

    assert outages("7") == outages("7") != outages("8")
    assert 5 <= len(outages("7")) <= 600


def test_an_outage_of_the_seed_is_one_of_the_workspace() -> None:
    told = Told()
    workspace = practice_workspace(now=told.now, faults=Faults(seed="7", rates={"outage": 1.0}))
    out = []
    for _ in range(600):
        out.append(workspace.network.is_out())
        told.move(1)

    assert 5 <= sum(out) <= 60
    first = out.index(True)
    assert all(out[first : first + sum(out)])  # in one piece


def test_an_order_begins_and_ends_in_the_workspaces_time() -> None:
    told = Told()
    network = practice_workspace(now=told.now).network
    network.order("outage", after_s=10, lasting_s=20)
    seen = []
    for _ in range(4):
        seen.append(network.is_out())
        told.move(10)

    assert seen == [False, True, True, False]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [({"hurricane": 0.5}, "there is no fault 'hurricane'"), ({"slow": 2.0}, "the rate of slow is 2.0")],
)
def test_rates_that_make_no_sense(wrong: dict[str, float], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Faults(seed="7", rates=wrong)


def test_profiles_by_name() -> None:
    assert Faults.profile("7") == Faults(seed="7", rates=PROFILES["rough"])
    assert Faults.profile("7:storm").rates == PROFILES["storm"]
    for text in ("7:hurricane", "", ":calm"):
        with pytest.raises(ValueError, match="calm, rough, storm"):
            Faults.profile(text)


def test_the_tables_of_faults_list_exactly_the_faults() -> None:
    page = REFERENCE.read_text()
    wire = re.findall(
        r"^\| `(\w+)` \| (everything|calls|events|interactions|sockets|handshakes) \|", page, re.MULTILINE
    )
    taken = re.findall(
        r"^\| `(\w+)` (?:· `(\w+)` )?\| `", page.split("### What can be taken away")[1].split("###")[0], re.MULTILINE
    )

    assert dict(wire) == {name: kind.on for name, kind in FAULTS.items()}
    assert {name for row in taken for name in row if name} == set(LOSSES)
