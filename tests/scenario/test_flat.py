"""What is kept in memory follows what is open, not what ever was."""

import asyncio
from collections import Counter, deque
from datetime import timedelta
from typing import Any

import pytest

from bot.housekeeping import Housekeeping
from simulator.api.call import Call
from simulator.errors import SlackError
from tests.scenario.company import BOT, Company, head, lost

A_MONTH = timedelta(days=31)
# What counts and forgets when it is many; so many are many here.
LIMITS = {
    "bot.lookback.Turns.MOST": 4,
    "bot.lookback.MOST_SAID": 2,
    "bot.pacing.MOST_BUCKETS": 12,
    "bot.places.MOST_HOMES": 2,
    "bot.sameness.MOST": 20,
}


def sizes(root: Any) -> Counter[str]:
    """How much every container of ours holds that can be reached from there."""
    found, seen, todo = Counter[str](), set[int](), [root]
    while todo:
        one = getattr(todo[-1], "__self__", None) or todo[-1]  # whose method it is
        todo.pop()
        if id(one) in seen or type(one).__module__.split(".")[0] not in ("bot", "storage"):
            continue
        seen.add(id(one))
        for name, value in getattr(one, "__dict__", {}).items():
            todo.append(value)
            if isinstance(value, dict | set | list | deque):
                found[f"{type(one).__name__}.{name}"] += len(value)
    return found


def under_way() -> int:
    """How many tasks run code of ours; the workspace's server has others."""
    return sum("/bot/" in task.get_coro().cr_code.co_filename for task in asyncio.all_tasks())


async def one_more(company: Company, number: int) -> None:
    """An incident in which Slack was in a mood, from its report to the month after its end."""
    label = f"INC-{number:04d}"
    await company.open(keys=f"key {number}")
    await company.minutes(4)
    company.trouble("chat.update", error=lost, after=True)
    await company.say(company.sam, f"note {label} the answer to what follows is lost")
    company.trouble("chat.update", error=_gone)
    await company.say(company.sam, f"note {label} the prompts are deleted")
    company.trouble("conversations.history", error=SlackError("channel_not_found"))
    await company.look_back()
    company.well_again()
    await company.sam.open_home()
    await company.minutes(6)
    assert head("T+5", number) in "".join(m.text for m in await company.devi.messages(BOT))
    await company.say(company.sam, f"false-alarm {label} it was a test key")
    company.clock.move(company.clock.now() + A_MONTH)
    await company.quiet()
    await Housekeeping(company.store, company.clock, company.team, days=30).once(company.clock.now())


def _gone(call: Call) -> Exception | None:
    return SlackError("message_not_found") if str(call.args.get("channel", "")).startswith("D") else None


async def test_nothing_grows_with_the_incidents_that_are_over(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, most in LIMITS.items():
        monkeypatch.setattr(name, most)
    for number in (1, 2):
        await one_more(company, number)
    before, tasks = sizes(company.deck), under_way()
    for number in (3, 4, 5):
        await one_more(company, number)
    grown = {name: (before[name], size) for name, size in sizes(company.deck).items() if size > before[name]}

    assert len(before) > 20
    assert grown == {}
    assert under_way() <= tasks
