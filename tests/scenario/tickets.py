"""The ticket ID that was still to come: somebody enters it when the bot asks, or waives it, or corrects the step."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from simulator.driver import NotVisible, Person
from tests.scenario.hands import BOT, GaveUp
from tests.scenario.tasks import LEAD, TASKS

if TYPE_CHECKING:
    from tests.scenario.case import Case

TICKET = TASKS[0]
WAYS = ("give", "give", "waive", "waive", "correct", "give and correct", "give and waive", "never")
ASKED_AFTER_S = 900.0
ASKED = (LEAD, "Sid Park", "Devi Rao")  # whoever may own the step by then


async def ticket_comes(case: "Case") -> None:
    """As this incident's people will have it; nothing when somebody else was quicker."""
    rng = random.Random(f"ticket {case.seed} {case.place}")
    doing = {"give": _give, "waive": _waive, "correct": _correct}
    way = rng.choice(WAYS)
    acts = [doing[word](case, rng) for word in way.split(" and ") if word in doing]
    for result in await asyncio.gather(*acts, return_exceptions=True):
        if isinstance(result, BaseException) and not isinstance(result, GaveUp):
            raise result


async def _give(case: "Case", rng: random.Random) -> None:
    name, ticket = await _asked(case), f"SUP-{case.seed}-{case.place}"
    await asyncio.sleep(rng.uniform(0, 1200))
    wrong = {"Support ticket ID": "  "} if rng.random() < 0.3 else None
    values = {"Support ticket ID": ticket}
    about: dict[str, Any] = {"form": case.form(TICKET, "Save"), "wrong": wrong, "twice": rng.random() < 0.2}
    if not await case.hands.form(name, _from_ask(case, "Enter ticket ID"), values, _over(case), **about):
        case.hands.did("answered", number=case.number, by=name, step=TICKET.key, ticket=ticket)
        case.owing = False


async def _waive(case: "Case", rng: random.Random) -> None:
    name, why = await _asked(case), f"none will come {case.text}"
    await asyncio.sleep(rng.uniform(0, 1200))
    wrong = {"Why?": "  "} if rng.random() < 0.5 else None
    about: dict[str, Any] = {"form": case.form(TICKET, "Waive"), "wrong": wrong}
    if not await case.hands.form(name, _from_ask(case, "Waive"), {"Why?": why}, _over(case), **about):
        case.hands.did("waived", number=case.number, by=name, step=TICKET.key, text=why)
        case.owing = False


async def _correct(case: "Case", rng: random.Random) -> None:
    await asyncio.sleep(rng.uniform(30, 1500))
    ticket = f"CASE-{case.seed}-{case.place}"
    press = case.from_board(TICKET, "Correct")
    form = case.form(TICKET, "Correct")
    if not await case.hands.form(LEAD, press, {"Support ticket ID": ticket}, form=form):
        about = {"number": case.number, "by": LEAD, "step": TICKET.key, "ticket": ticket}
        case.hands.did("corrected", "answered", **about)
        case.owing = False


def _head(case: "Case") -> str:
    return f"Still to come · {case.head(TICKET)}"


def _over(case: "Case") -> Callable[[], bool]:
    return lambda: not case.owing


async def _asked(case: "Case") -> str:
    """Who was asked for it, soon after somebody was."""
    await asyncio.sleep(ASKED_AFTER_S)

    async def look() -> str:
        for name in ASKED:
            if any(_head(case) in seen.text for seen in await case.hands.person(name).messages(BOT)):
                return name
        raise NotVisible(f"nobody was asked: {_head(case)}")

    return await case.hands.persist(look, _over(case))


def _from_ask(case: "Case", label: str) -> Callable[[Person], Awaitable[None]]:
    async def press(person: Person) -> None:
        await person.press(label, in_message=_head(case), channel=BOT, timeout=0)

    return press
