"""A second report of the same key: it joins by itself, or is asked whether it wants to."""

import asyncio
import random
from typing import TYPE_CHECKING

from simulator.driver import Person
from tests.scenario.company import KEY
from tests.scenario.hands import BOT, Hands
from tests.scenario.tasks import LEAD

if TYPE_CHECKING:
    from tests.scenario.case import Case

JOINER = "Nil Berg"  # on no roster and nobody's deputy: only who joins is invited
RECEIPT = "is open, nothing more for you to do"
OFFERED = "names the same key"


def key_of(seed: int, place: int) -> str:
    """What the first report names: in some stories the first incident's is a whole key."""
    return KEY if place == 0 and _rng(seed).random() < 0.5 else f"key-{place}"


def _rng(seed: int) -> random.Random:
    return random.Random(f"join {seed}")


async def join(case: "Case") -> None:
    """Somebody else reports the same, at some moment: also when the incident is over."""
    rng = _rng(case.seed)
    rng.random()
    if case.place or rng.random() < 0.5:
        return
    await asyncio.sleep(rng.choice((0.0, 60.0, 600.0, 1200.0)) * rng.uniform(0, 1))
    async with case.hands.busy(JOINER):
        number = await _reported(case, case.hands.person(JOINER), declines=rng.random() < 0.2)
    if number:  # another one was opened
        await case.hands.command(LEAD, lambda _: f"INC-{number:04d} false-alarm known")
        case.hands.did("false_alarm", number=number, by=LEAD, text="known")


async def _reported(case: "Case", nil: Person, *, declines: bool) -> int:
    """The number of the incident that it opened, 0 when it opened none."""
    text, values = f"again {case.text}", {"Trigger": case.trigger, "Suspect keys": case.key}
    hands, offered = case.hands, False

    async def ask(person: Person) -> None:
        await person.command("/incident", text)

    try:
        await hands.persist(lambda: hands.opened(nil, ask))
        await nil.fill(values | ({"This is a drill": True} if case.drill else {}))
        assert not await hands.persist(lambda: hands.submitted(nil))
        said = nil.dialog.text if nil.dialog else ""
        offered = OFFERED in said
        if offered and declines:
            assert not await hands.persist(lambda: hands.submitted(nil))
        elif offered:
            await _pressed(case, nil, text)
        elif said.startswith("Joined"):
            hands.did("joined", number=case.number, by=JOINER, text=text)
        if said and not (offered and declines):
            assert offered or said.startswith("Joined"), said
            return 0
    finally:
        await hands.clear(nil)
    return await _opened(hands, text, offered=offered)


async def _pressed(case: "Case", nil: Person, text: str) -> None:
    tries = 0

    async def once() -> None:
        nonlocal tries
        await nil.look()
        if tries and nil.dialog and nil.dialog.text.startswith("Joined"):
            return  # the press was taken in, though nobody said so at the time
        tries += 1
        await nil.press_in_dialog(f"Join {case.label}")

    await case.hands.persist(once)
    await nil.look()
    said = nil.dialog.text if nil.dialog else ""
    heard = said.startswith("Joined")
    case.hands.did("joined", number=case.number, by=JOINER, text=text, heard=heard, tries=tries)


async def _opened(hands: Hands, text: str, *, offered: bool) -> int:
    receipt = await hands.persist(lambda: hands.person(JOINER).sees(RECEIPT, channel=BOT, timeout=0))
    number = int(receipt.text.split("INC-")[1][:4])
    hands.did("opened", number=number, by=JOINER, text=text)
    if offered:
        hands.declined.add(number)
    return number
