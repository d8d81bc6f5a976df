"""A Slack that takes calls and does not answer: what hangs, what waits, and what the end of it sets free."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

import bot.outage
from bot.clock import SystemClock
from bot.errors import Unclear
from bot.lateness import Lateness
from bot.slack.gateway import Gateway
from simulator.company import practice_workspace
from simulator.web import serve
from storage.memory_store import MemoryStore
from tests.scenario.company import cancelled
from tests.scenario.test_sockets import Bot
from tests.scenario.toldloop import run_told

SHORT_S = 0.05


@pytest.fixture
async def talking(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    """Something that only talks to Slack, and loses patience soon."""
    monkeypatch.setattr(bot.outage, "SILENT_S", SHORT_S)
    monkeypatch.setattr(bot.outage, "EVERY_S", SHORT_S)
    async with serve(practice_workspace()) as server, aiohttp.ClientSession() as http:
        talking = Bot(server, http)
        task = asyncio.create_task(talking.outage.run())
        yield talking
        await cancelled(task)


async def until(talking: Bot, *, answering: bool) -> None:
    async with asyncio.timeout(10):
        while talking.outage.answering is not answering:  # noqa: ASYNC110 - because only the end is told
            await asyncio.sleep(0.005)


def silent(talking: Bot, *methods: str) -> None:
    talking.workspace.network.order("slow", lasting_s=3600, seconds=3600, names=methods)


async def who(gateway: Gateway) -> object:
    return await gateway.call("auth.test")


async def test_what_hangs_when_an_outage_ends_is_given_up_at_once(talking: Bot) -> None:
    silent(talking)
    hanging = [asyncio.create_task(who(talking.gateway)) for _ in range(20)]
    await until(talking, answering=False)
    assert not any(task.done() for task in hanging)
    talking.workspace.network.clear()
    await until(talking, answering=True)
    answers = await asyncio.wait_for(asyncio.gather(*hanging, return_exceptions=True), 1)

    assert all(isinstance(answer, Unclear) for answer in answers)
    assert await who(talking.gateway)


async def test_whoever_ends_at_that_moment_ends(talking: Bot) -> None:
    silent(talking)
    hanging = asyncio.create_task(who(talking.gateway))
    talking.outage.on_end(lambda: bool(hanging.cancel()))
    await until(talking, answering=False)
    talking.workspace.network.clear()

    with pytest.raises(asyncio.CancelledError):
        await hanging


async def test_one_call_that_hangs_alone_is_not_given_up(talking: Bot) -> None:
    silent(talking, "auth.test")
    hanging = asyncio.create_task(who(talking.gateway))
    async with asyncio.timeout(10):
        while not talking.workspace.ledger.calls("api.test"):  # noqa: ASYNC110 - because a ledger tells nobody
            await asyncio.sleep(0.005)
    await talking.gateway.call("api.test")

    assert talking.outage.answering
    assert talking.outage.ended_at is None
    assert not hanging.done()
    await cancelled(hanging)


class Slow:
    """A Slack that answers everything, the question after `question_s`."""

    guard = None

    def __init__(self, question_s: float) -> None:
        self.question_s = question_s

    async def call(self, _: str) -> None:
        await asyncio.sleep(self.question_s)


async def _post_at(slack: Slow) -> tuple[str, bool]:
    """What becomes of a post that takes eight seconds; whether Slack was held to be away."""
    clock = SystemClock()
    outage = bot.outage.Outage(slack, Lateness(MemoryStore(), clock), clock)
    asking = asyncio.create_task(outage.run())
    answer = await outage.through("chat.postMessage", asyncio.sleep(8, "posted"))
    await cancelled(asking)
    return answer, outage.ended_at is not None


@pytest.mark.parametrize("question_s", [0.1, 2.5, 4.9])
def test_a_slow_slack_is_none_that_is_away(question_s: float) -> None:
    assert run_told(_post_at(Slow(question_s))) == ("posted", False)


async def test_any_answer_ends_it(talking: Bot) -> None:
    talking.workspace.network.order("outage", lasting_s=3600)
    with pytest.raises(Unclear):
        await who(talking.gateway)
    await until(talking, answering=False)
    talking.workspace.network.clear()
    silent(talking, "api.test")
    await who(talking.gateway)

    assert talking.outage.answering


async def test_a_call_that_somebody_stops_waiting_for_says_nothing(talking: Bot) -> None:
    silent(talking)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(who(talking.gateway), SHORT_S / 5)

    assert talking.outage.answering
    assert not talking.outage.doubted
