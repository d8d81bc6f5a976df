"""People who try again until they get an answer, and who remember what was acknowledged to them."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from simulator.driver import Dialog, NoAnswer, NotOffered, NotVisible, Person, Practice

T = TypeVar("T")
Over = Callable[[], bool]
Form = tuple[str, str]  # what a form is known by: its title and the words of its button
PATIENCE_S = 6 * 3600.0  # longer than the longest outage
BOT = "@Quarterdeck"
LIST = " steps at once"


def _never() -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Deed:
    """Something that somebody did, as the record must know it. `kinds`: of the entries, any of which will do.

    Once when it was `heard`. Without an acknowledgement (`heard` is False) it may be there or not; done `tries` times
    because answers were missing, it is there as often at most.
    """

    kinds: tuple[str, ...]
    number: int
    actor: str
    step: str | None = None
    text: str = ""
    ticket: str = ""
    heard: bool = True
    tries: int = 1


class GaveUp(Exception):
    """There is nothing to do any more: somebody else did it, or the incident is over."""


@dataclass
class Hands:
    """Everybody's. One person fills in one form at a time."""

    practice: Practice
    rng: random.Random
    deeds: list[Deed] = field(default_factory=list)
    declined: set[int] = field(default_factory=set)  # opened although an open one names the same key
    _people: dict[str, Person] = field(default_factory=dict)
    _busy: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    def person(self, name: str) -> Person:
        return self._people.setdefault(name, self.practice.person(name))

    def busy(self, name: str) -> asyncio.Lock:
        """Held by whoever has a form open."""
        return self._busy[name]

    def did(self, *kinds: str, number: int, by: str, **more: Any) -> None:
        self.deeds.append(Deed(kinds=kinds, number=number, actor=self.person(by).id, **more))

    async def persist(self, act: Callable[[], Awaitable[T]], over: Over = _never) -> T:
        """Again and again, ever more seldom. Raises GaveUp when it is `over` meanwhile."""
        loop, pause = asyncio.get_running_loop(), 1.0
        give_up = loop.time() + PATIENCE_S
        while True:
            try:
                return await act()
            except (NoAnswer, NotOffered, NotVisible) as trouble:
                if over():
                    raise GaveUp from trouble
                if loop.time() > give_up:
                    raise
            await asyncio.sleep(pause * self.rng.uniform(0.5, 1.5))
            pause = min(60.0, pause * 1.7)

    async def form(
        self,
        name: str,
        opening: Callable[[Person], Awaitable[Any]],
        values: dict[str, Any],
        over: Over = _never,
        *,
        form: Form | None = None,
        wrong: dict[str, Any] | None = None,
        twice: bool = False,
    ) -> str:
        """Open that form, fill it in and send it: "" when it was taken, else the notice that came instead.

        With `wrong` first that, which has to be refused at its field; `twice`: the button is hit two times.
        """
        person = self.person(name)
        async with self.busy(name):
            try:
                dialog = await self.persist(lambda: self.opened(person, opening, form), over)
                if dialog.submit is None:
                    return dialog.text
                if wrong is not None:
                    await person.fill(wrong)
                    if not await self.persist(person.submit):  # somebody else was quicker
                        assert person.dialog is not None, f"{name}: {wrong} was taken"
                        return person.dialog.text
                await person.fill(values)
                filled = person.dialog.raw["view_id"] if person.dialog else ""
                errors = await self.persist(lambda: self._ours(person, filled, twice))
                assert not errors, f"{name}: {errors}"
                return person.dialog.text if person.dialog and not person.dialog.submit else ""
            finally:
                await self.clear(person)

    async def opened(
        self, person: Person, opening: Callable[[Person], Awaitable[Any]], form: Form | None = None
    ) -> Dialog:
        """Press; a form that did not come is behind a button in a direct message, or comes at the next press.

        What lies behind the button may be an older form, or an older answer: it is closed.
        """
        await opening(person)
        behind = False
        if person.dialog is None:
            await asyncio.sleep(self.rng.uniform(2, 20))
            if behind := await person.look() is None and self.rng.random() < 0.5:
                await person.press("Open it", in_message="could not be opened", channel=BOT, timeout=0)
        if person.dialog is None:
            raise NotVisible("the form did not open")
        asked_for = form is None or (person.dialog.title, person.dialog.submit) == form
        if not asked_for and (behind or person.dialog.submit):
            await self.clear(person)
            raise NotVisible("another form opened")
        return person.dialog

    async def _ours(self, person: Person, filled: str, twice: bool) -> dict[str, str] | None:
        """Send the form that was filled in; one that was asked for earlier may have come late and lie on it."""
        while await person.look() is not None and person.dialog and person.dialog.raw["view_id"] != filled:
            await person.close()
        return await self.submitted(person, twice) if person.dialog else None

    async def submitted(self, person: Person, twice: bool = False) -> dict[str, str] | None:
        if not twice:
            return _told(await person.submit())
        mine = person.dialog and person.dialog.raw["view_id"]
        tries = await asyncio.gather(person.submit(), person.submit(), return_exceptions=True)
        await person.look()
        if person.dialog and person.dialog.raw["view_id"] != mine:  # taken; what lay below it was hit instead
            return None
        answers = [answer for answer in tries if not isinstance(answer, BaseException)]
        if not answers and person.dialog is not None:
            raise NoAnswer("neither was heard")
        if not answers or None in answers:  # only a form that was taken closes; below it may lie one that came late
            return None
        return _told(answers[0])

    async def clear(self, person: Person) -> None:
        while person.dialog is not None:
            await person.close(everything=True)

    async def press(self, name: str, pressing: Callable[[Person], Awaitable[Any]], over: Over) -> tuple[str, int]:
        """A press that is an act by itself: the notice that came ("" when it was done), and the tries that it took."""
        person, tries = self.person(name), 0

        async def once() -> None:
            nonlocal tries
            tries += 1
            try:
                await pressing(person)
            except NotVisible:
                tries -= 1
                raise

        async with self.busy(name):
            await self.persist(once, over)
            notice = person.dialog.text if person.dialog else ""
            await self.clear(person)
            return notice, tries

    async def command(self, name: str, text: Callable[[int], str]) -> tuple[str, int]:
        """`/incident …`, each try with the words that `text` gives it: the answer, and which try that was."""
        person, tries = self.person(name), 0

        async def once() -> str:
            nonlocal tries
            tries += 1
            answer = await person.command("/incident", text(tries))
            return answer.text if answer else ""

        return await self.persist(once), tries


async def press_own(person: Person, label: str, head: str) -> None:
    """A button of the newest message about it that has the button: in a merged list the one at its own row."""
    for seen in reversed(await person.messages(BOT)):
        row = head if LIST in seen.text.split("\n")[0] else ""
        if head in seen.text and seen.button(label, row):
            await person.press(label, in_message=seen.text, row=row, channel=BOT, timeout=0)
            return
    raise NotVisible(f"{person.name} sees no {label!r} for {head!r}")


def _told(errors: dict[str, str] | None) -> dict[str, str] | None:
    """Slack did not say something in time: the answer asks to try again."""
    if errors and any("Try again" in error for error in errors.values()):
        raise NoAnswer(str(errors))
    return errors
