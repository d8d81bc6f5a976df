"""The clocks that the practice page shows are those of the incidents, as their boards say them."""

from datetime import timedelta
from typing import Any

from simulator.people.clocks import clocks
from tests.scenario.company import ESCALATED, NOON, REVOKED, Company

DRILL: Any = {"This is a drill": True}
WAITING = ["Waiting"] * 5


def clock_of(company: Company) -> Any:
    (clock,) = clocks(company.workspace)
    return clock


def states(clock: Any) -> list[str]:
    return [step["state"] for step in clock["steps"]]


def minute(company: Company) -> float:
    """The minute of the plan that the page shows now."""
    clock = clock_of(company)
    return float((company.clock.seconds() - clock["zero"]) / 60 * clock["speed"])


async def test_a_new_incident_and_its_steps(company: Company) -> None:
    await company.open(**DRILL)
    clock = clock_of(company)

    assert (clock["label"], clock["title"], clock["drill"]) == ("INC-0001", "API key committed to a repository", True)
    assert (clock["state"], clock["lead"], clock["speed"]) == ("Open", "Sam Okafor", 1)
    assert clock["zero"] == NOON.timestamp()
    assert states(clock) == ["Done", *WAITING]
    assert clock["steps"][1] == {
        "mark": "T+3", "minute": 3, "due": int((NOON + timedelta(minutes=3)).timestamp()), "state": "Waiting",
        "title": "Escalate to Anthropic support", "owner": "Sam Okafor",
    }  # fmt: skip
    assert clock["steps"][0]["owner"] is None


async def test_how_steps_end(company: Company) -> None:
    await company.open(**DRILL)
    await company.minutes(4)
    assert states(clock_of(company))[1] == "Due now"
    await company.minutes(2)
    assert states(clock_of(company))[1:3] == ["Overdue", "Due now"]
    await company.fill_in(company.sam, "T+3", ESCALATED)
    assert states(clock_of(company))[1] == "Done late"
    assert minute(company) == 6


async def test_a_clock_that_was_put_forward_goes_on_from_there(company: Company) -> None:
    await company.open(**DRILL)
    for mark, owner, values in (("T+3", company.sam, ESCALATED), ("T+5", company.devi, REVOKED)):
        await company.say(company.sam, "INC-0001 fast-forward")
        await company.quiet()
        assert f"T+{minute(company):g}" == mark
        await company.fill_in(owner, mark, values)
    await company.minutes(1)

    assert (minute(company), clock_of(company)["speed"]) == (6, 1)


async def test_a_closed_incident_is_told_as_closed(company: Company) -> None:
    await company.open(**DRILL)
    await company.say(company.sam, "INC-0001 false-alarm a test key")
    await company.quiet()
    await company.open(text="another key", keys="other")

    assert [clock["state"] for clock in clocks(company.workspace)] == ["False alarm", "Open"]
    assert states(clocks(company.workspace)[0])[1:] == ["Skipped"] * 5


async def test_only_who_can_see_the_board_sees_its_clock(company: Company) -> None:
    await company.open()
    seen = {p.name: await p._see("clocks") for p in (company.dana, company.devi, company.max, company.gus)}

    assert {name: len(found) for name, found in seen.items()} == {
        "Dana Ito": 1,
        "Devi Rao": 1,
        "Max Lind": 0,
        "Gus Vale": 0,
    }
