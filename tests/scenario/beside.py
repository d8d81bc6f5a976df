"""What people do beside the steps of an incident: they note, they pin, they meddle."""

from typing import TYPE_CHECKING

from tests.scenario.hands import GaveUp
from tests.scenario.tasks import ALERTS, LEAD, TASKS

if TYPE_CHECKING:
    from tests.scenario.case import Case


async def notes(case: "Case") -> None:
    for place in range(case.rng.randint(0, 2)):
        await case.pause(0, 600)
        text = f"note {case.text} {place}"
        name = case.rng.choice((LEAD, "Devi Rao"))
        answer, tries = await case.hands.command(name, lambda nth, t=text: f"{case.label} note {t}, try {nth}")
        assert "Only" not in answer, answer
        for nth in range(1, tries + 1):
            said = f"{text}, try {nth}"
            case.hands.did("note", number=case.number, by=name, text=said, heard=nth == tries)


async def pins(case: "Case") -> None:
    await case.pause(0, 600)
    home = await case.home()
    if home == ALERTS:
        return
    ada = case.hands.person("Ada Brandt")
    said = await ada.say(f"seen {case.text}", channel=home)
    pin = await case.hands.person(LEAD).react("pushpin", in_message=said.text, channel=home)
    await case.pause(0, 300)
    match case.rng.randrange(4):
        case 0:
            await case.hands.person(LEAD).unreact(pin)
        case 1:
            await ada.edit(said, f"seen more {case.text}")
        case 2:
            await ada.delete(said)


async def meddle(case: "Case") -> None:
    """Somebody who may not presses a button of the board."""
    if case.place or case.rng.random() < 0.5:
        return
    await case.until(case.rng.uniform(0, 12))
    try:
        press, form = case.from_board(TASKS[1]), case.form(TASKS[1], "Complete step")
        notice = await case.hands.form(case.detector, press, {}, case.gone(TASKS[1]), form=form)
    except GaveUp:
        return
    assert "Only" in notice or "lready" in notice, notice
