"""One incident as the people live it who work on it, each in a way of their own."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.driver import Person, Seen
from tests.scenario.beside import meddle, notes, pins
from tests.scenario.hands import BOT, Form, GaveUp, Hands, press_own
from tests.scenario.joining import RECEIPT, join, key_of
from tests.scenario.tasks import ALERTS, DETECTORS, LEAD, TASKS, TRIGGERS, Task
from tests.scenario.tickets import TICKET, ticket_comes

MINUTE_S = 60.0
STYLES = ("board", "prompt", "prompt", "channel", "late", "two", "hand", "take", "more", "skip", "never")
ENDINGS = ("close", "close", "close again", "false alarm", "reopen", "open")


@dataclass
class Case:
    """One incident, as the people live it."""

    hands: Hands
    seed: int
    place: int
    rng: random.Random
    at_once: bool = False
    number: int = 0
    owing: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)
    ended: set[str] = field(default_factory=set)
    styles: dict[str, str] = field(default_factory=dict)
    _later: list["asyncio.Task[None]"] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.detector, self.trigger = DETECTORS[self.place % len(DETECTORS)], TRIGGERS[self.place % len(TRIGGERS)]
        self.key = key_of(self.seed, self.place)
        self.text = f"story {self.seed}.{self.place}"
        self.drill = self.place > 0 and self.rng.random() < (0.2 if self.at_once else 0.5)
        self.ending = "false alarm" if self.at_once else self.rng.choice(ENDINGS)

    @property
    def label(self) -> str:
        return f"INC-{self.number:04d}"

    async def play(self) -> None:
        await self.pause(0, 1 if self.at_once else self.place * 400)
        await self._open()
        self.t0 = asyncio.get_running_loop().time()
        tasks = TASKS[:2] if self.at_once else TASKS
        beside = [] if self.at_once else [notes(self), pins(self), meddle(self), join(self)]
        await asyncio.gather(*(self._step(task) for task in tasks), self._end(), *beside)
        if self.ending != "open":
            await self._finish()
        await asyncio.gather(*self._later)

    # --- the beginning

    async def _open(self) -> None:
        async def ask(person: Person) -> None:
            await person.command("/incident", self.text)

        values = {"Trigger": self.trigger, "Suspect keys": self.key}
        more = {"This is a drill": True} if self.drill else {}
        twice = self.rng.random() < 0.3
        notice = await self.hands.form(self.detector, ask, {**values, **more}, twice=twice)
        assert notice == "", notice
        receipt = await self.hands.persist(lambda: self._sees(self.detector, RECEIPT))
        self.number = int(receipt.text.split("INC-")[1][:4])
        self.hands.did("opened", number=self.number, by=self.detector, text=self.text)

    async def _sees(self, name: str, words: str, channel: str = BOT) -> Seen:
        return await self.hands.person(name).sees(words, channel=channel, timeout=0)

    async def home(self) -> str:
        """The channel of the incident, or the alerts channel where a thread serves."""
        for name in await self.hands.person(LEAD).channels():
            if name.startswith(f"#inc-{self.number:04d}-"):
                return name.removeprefix("#")
        return ALERTS

    # --- the steps

    def gone(self, task: Task) -> Callable[[], bool]:
        """Whether there is nothing to do for a step any more."""
        return lambda: self.over.is_set() or task.key in self.ended

    async def _step(self, task: Task) -> None:
        style = self.styles[task.key] = self.rng.choice(STYLES)
        try:
            await _STYLES[style](self, task)
        except GaveUp:
            return
        if task.key in self.ended and self.rng.random() < 0.2:
            await self._correct(task)

    async def pause(self, least: float, most: float) -> None:
        await asyncio.sleep(self.rng.uniform(least, most))

    async def until(self, minute: float) -> None:
        await asyncio.sleep(max(0.0, self.t0 + minute * MINUTE_S - asyncio.get_running_loop().time()))

    async def _on_board(self, task: Task) -> None:
        await self.until(self.rng.uniform(0, task.minute))
        await self._complete(task.owner, task, self.from_board(task))

    async def _at_prompt(self, task: Task) -> None:
        await self._prompted(task, task.owner)
        await asyncio.sleep(self.rng.uniform(0, 100))
        await self._complete(task.owner, task, self.from_prompt(task))

    async def _in_channel(self, task: Task) -> None:
        await self._prompted(task, task.owner)
        await self._complete(task.owner, task, self.from_channel(task, "Complete step"))

    async def _late(self, task: Task) -> None:
        await self.until(task.minute + self.rng.uniform(2, 12))
        await self._at_prompt(task)

    async def _two(self, task: Task) -> None:
        """Two people at once, or one in two windows."""
        await self._prompted(task, task.owner)
        await asyncio.gather(
            self._complete(task.owner, task, self.from_prompt(task)),
            self._complete(LEAD, task, self.from_board(task)),
        )

    async def _hand(self, task: Task) -> None:
        await self._prompted(task, task.owner)
        wish = {"What do you need?": "Hand over", "To whom?": task.heir, "Why?": f"busy {self.text}"}
        if await self._cant(task.owner, task, wish, wrong={"What do you need?": "Hand over", "Why?": "no"}):
            return
        self.hands.did("handed_over", number=self.number, by=task.owner, step=task.key, text=wish["Why?"])
        await self._prompted(task, task.heir)
        await self._complete(task.heir, task, self.from_prompt(task))

    async def _take(self, task: Task) -> None:
        await self._prompted(task, task.owner)
        name = "Devi Rao" if task.owner == LEAD else LEAD
        press = self.from_channel(task, "Take over")
        notice, tries = await self.hands.press(name, press, self.gone(task))
        if notice and tries == 1:
            return
        heard = not notice
        self.hands.did("taken_over", number=self.number, by=name, step=task.key, heard=heard, tries=tries)
        await self._prompted(task, name)
        await self._complete(name, task, self.from_prompt(task))

    async def _more(self, task: Task) -> None:
        await self._prompted(task, task.owner)
        wish = {"What do you need?": "More time", "How long?": "5 min", "Why?": f"slow {self.text}"}
        if not await self._cant(task.owner, task, wish):
            self.hands.did("more_time", number=self.number, by=task.owner, step=task.key)
        await asyncio.sleep(self.rng.uniform(60, 500))
        await self._complete(task.owner, task, self.from_prompt(task))

    async def _skip(self, task: Task) -> None:
        await self._prompted(task, task.owner)
        wish = {"What do you need?": "Skip", "Why?": f"not needed {self.text}"}
        if task.key == "revoke":
            await self._may_not(task, wish)
        press = self.from_channel(task, "I can't")
        wrong = {"What do you need?": "Skip"} if self.place else None
        notice = await self.hands.form(LEAD, press, wish, self.gone(task), form=self.form(task, "Send"), wrong=wrong)
        if not notice:
            self.hands.did("skipped", number=self.number, by=LEAD, step=task.key, text=wish["Why?"])
            self.ended.add(task.key)

    async def _may_not(self, task: Task, wish: dict[str, Any]) -> None:
        """Its owner may not skip it."""
        notice = await self._cant(task.owner, task, wish)
        assert "Only" in notice or "lready" in notice or "false alarm" in notice, notice
        if "Only" in notice:
            self.hands.did("refused", number=self.number, by=task.owner, step=task.key)

    async def _never(self, task: Task) -> None:
        """Nobody answers; the lead does it after the whole ladder, when the incident is to be closed."""

    async def _cant(self, name: str, task: Task, wish: dict[str, Any], wrong: dict[str, Any] | None = None) -> str:
        about: dict[str, Any] = {"form": self.form(task, "Send"), "wrong": wrong}
        return await self.hands.form(name, self.from_prompt(task, "I can't"), wish, self.gone(task), **about)

    async def _complete(self, name: str, task: Task, press: "Press") -> None:
        values, kinds = task.values, ("completed",)
        if task.key == "escalate" and self.rng.random() < 0.3:
            values, kinds = {"Submitted, no ID yet": True}, ("submitted",)
        about: dict[str, Any] = {"form": self.form(task, "Complete step")}
        about["wrong"] = {} if self.rng.random() < 0.2 else None  # nothing filled in
        about["twice"] = self.rng.random() < 0.2
        notice = await self.hands.form(name, press, values, self.gone(task), **about)
        if not notice:
            self.hands.did(*kinds, number=self.number, by=name, step=task.key)
        if not notice and kinds == ("submitted",):
            self.owing = True
            self._later.append(asyncio.create_task(ticket_comes(self)))
        if "false alarm" not in notice:  # which may be started again, with this step as it was
            self.ended.add(task.key)

    async def _correct(self, task: Task) -> None:
        await asyncio.sleep(self.rng.uniform(5, 200))
        notice = await self.hands.form(
            LEAD, self.from_board(task, "Correct"), task.values, form=self.form(task, "Correct")
        )
        if not notice:
            about = {"number": self.number, "by": LEAD, "step": task.key}
            self.hands.did("corrected", "answered", **about, ticket=task.values.get("Support ticket ID", ""))
            self.owing = self.owing and task.key != TICKET.key

    # --- what they look at

    def form(self, task: Task, submit: str) -> Form:
        return f"{task.mark} · {self.label}", submit

    def head(self, task: Task) -> str:
        return f"{self.label} · {task.mark} · "

    async def _prompted(self, task: Task, name: str) -> None:
        await self.until(task.minute)
        await self.hands.persist(lambda: self._sees(name, self.head(task)), self.gone(task))

    def from_prompt(self, task: Task, label: str = "Complete step") -> "Press":
        async def press(person: Person) -> None:
            await press_own(person, label, self.head(task))

        return press

    def from_channel(self, task: Task, label: str) -> "Press":
        async def press(person: Person) -> None:
            await person.press(label, in_message=self.head(task), channel=await self.home(), timeout=0)

        return press

    def from_board(self, task: Task, label: str = "Complete") -> "Press":
        async def press(person: Person) -> None:
            row = f"{task.mark} · "
            await person.press(label, in_message=self.label, row=row, channel=await self.home(), timeout=0)

        return press

    # --- the end

    async def _end(self) -> None:
        """A false alarm comes while the others are still at work."""
        if self.ending not in ("false alarm", "reopen"):
            return
        await self.until(self.rng.uniform(5, 12) if self.at_once else self.rng.uniform(3, 20))
        await self._say("false-alarm", "false_alarm", "enough")
        self.over.set()

    async def _finish(self) -> None:
        """The lead does what is left."""
        if self.ending == "false alarm":
            return
        await asyncio.sleep(self.rng.uniform(30, 900))
        if self.ending == "reopen":
            await self._say("reopen", "reopened", "it was none")
            self.over.clear()
            await asyncio.sleep(self.rng.uniform(0, 900))
        await self._close("all done")
        if self.ending == "close again":
            await self._say("reopen", "reopened", "something is left")
            await asyncio.sleep(self.rng.uniform(0, 60))
            await self._close("finished")

    async def _close(self, why: str) -> None:
        for task in TASKS:
            if task.key not in self.ended:
                await self._complete(LEAD, task, self.from_board(task))
        await self._say("close", "closed", why)

    async def _say(self, word: str, kind: str, why: str) -> None:
        answer, _ = await self.hands.command(LEAD, lambda _: f"{self.label} {word} {why}")
        assert "cannot be" not in answer, answer
        self.hands.did(kind, number=self.number, by=LEAD, text=why)


Press = Callable[[Person], Awaitable[Any]]
_STYLES: dict[str, Callable[[Case, Task], Awaitable[None]]] = {
    "board": Case._on_board,
    "prompt": Case._at_prompt,
    "channel": Case._in_channel,
    "late": Case._late,
    "two": Case._two,
    "hand": Case._hand,
    "take": Case._take,
    "more": Case._more,
    "skip": Case._skip,
    "never": Case._never,
}
