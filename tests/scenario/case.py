"""One incident as the people live it who work on it, each in a way of their own."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.driver import Person, Seen
from tests.scenario.hands import BOT, GaveUp, Hands
from tests.scenario.tasks import ALERTS, DETECTORS, LEAD, TASKS, TRIGGERS, Task

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
    number: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)
    ended: set[str] = field(default_factory=set)
    styles: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.detector = DETECTORS[self.place]
        self.text = f"story {self.seed}.{self.place}"
        self.drill = self.place > 0 and self.rng.random() < 0.5
        self.ending = self.rng.choice(ENDINGS)

    @property
    def label(self) -> str:
        return f"INC-{self.number:04d}"

    async def play(self) -> None:
        await asyncio.sleep(self.place * self.rng.uniform(0, 400))
        await self._open()
        self.t0 = asyncio.get_running_loop().time()
        meanwhile = [self._notes(), self._pins(), self._meddle(), self._end()]
        await asyncio.gather(*(self._step(task) for task in TASKS), *meanwhile)
        if self.ending != "open":
            await self._finish()

    # --- the beginning

    async def _open(self) -> None:
        async def ask(person: Person) -> None:
            await person.command("/incident", self.text)

        values = {"Trigger": TRIGGERS[self.place], "Suspect keys": f"key-{self.place}"}
        more = {"This is a drill": True} if self.drill else {}
        twice = self.rng.random() < 0.3
        notice = await self.hands.form(self.detector, ask, {**values, **more}, twice=twice)
        assert notice == "", notice
        receipt = await self.hands.persist(lambda: self._sees(self.detector, "is open, nothing more for you to do"))
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

    async def _until(self, minute: float) -> None:
        await asyncio.sleep(max(0.0, self.t0 + minute * MINUTE_S - asyncio.get_running_loop().time()))

    async def _on_board(self, task: Task) -> None:
        await self._until(self.rng.uniform(0, task.minute))
        await self._complete(task.owner, task, self.from_board(task))

    async def _at_prompt(self, task: Task) -> None:
        await self._prompted(task, task.owner)
        await asyncio.sleep(self.rng.uniform(0, 100))
        await self._complete(task.owner, task, self.from_prompt(task))

    async def _in_channel(self, task: Task) -> None:
        await self._prompted(task, task.owner)
        await self._complete(task.owner, task, self.from_channel(task, "Complete step"))

    async def _late(self, task: Task) -> None:
        await self._until(task.minute + self.rng.uniform(2, 12))
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
        press = self.from_channel(task, "I can't")
        notice = await self.hands.form(LEAD, press, wish, self.gone(task))
        if not notice:
            self.hands.did("skipped", number=self.number, by=LEAD, step=task.key)
            self.ended.add(task.key)

    async def _never(self, task: Task) -> None:
        """Nobody answers; the lead does it after the whole ladder, when the incident is to be closed."""

    async def _cant(self, name: str, task: Task, wish: dict[str, Any], wrong: dict[str, Any] | None = None) -> str:
        async def press(person: Person) -> None:
            await person.press("I can't", in_message=self.head(task), channel=BOT, timeout=0)

        return await self.hands.form(name, press, wish, self.gone(task), wrong=wrong)

    async def _complete(self, name: str, task: Task, press: "Press") -> None:
        values, kinds = task.values, ("completed",)
        if task.key == "escalate" and self.rng.random() < 0.3:
            values, kinds = {"Submitted, no ID yet": True}, ("submitted",)
        wrong: dict[str, Any] | None = {} if self.rng.random() < 0.2 else None  # nothing filled in
        twice = self.rng.random() < 0.2
        notice = await self.hands.form(name, press, values, self.gone(task), wrong=wrong, twice=twice)
        if not notice:
            self.hands.did(*kinds, number=self.number, by=name, step=task.key)
        self.ended.add(task.key)

    async def _correct(self, task: Task) -> None:
        await asyncio.sleep(self.rng.uniform(5, 200))
        notice = await self.hands.form(LEAD, self.from_board(task, "Correct"), task.values)
        if not notice:
            self.hands.did("corrected", "answered", number=self.number, by=LEAD, step=task.key)

    # --- what they look at

    def head(self, task: Task) -> str:
        return f"{self.label} · {task.mark} · "

    async def _prompted(self, task: Task, name: str) -> None:
        await self._until(task.minute)
        await self.hands.persist(lambda: self._sees(name, self.head(task)), self.gone(task))

    def from_prompt(self, task: Task) -> "Press":
        async def press(person: Person) -> None:
            await person.press("Complete step", in_message=self.head(task), channel=BOT, timeout=0)

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

    # --- beside the steps

    async def _notes(self) -> None:
        for place in range(self.rng.randint(0, 2)):
            await asyncio.sleep(self.rng.uniform(0, 600))
            text = f"note {self.text} {place}"
            name = self.rng.choice((LEAD, "Devi Rao"))
            answer, tries = await self.hands.command(name, lambda nth, t=text: f"{self.label} note {t}, try {nth}")
            assert "Only" not in answer, answer
            for nth in range(1, tries + 1):
                said = f"{text}, try {nth}"
                self.hands.did("note", number=self.number, by=name, text=said, heard=nth == tries)

    async def _pins(self) -> None:
        await asyncio.sleep(self.rng.uniform(0, 600))
        home = await self.home()
        if home == ALERTS:
            return
        ada = self.hands.person("Ada Brandt")
        said = await ada.say(f"seen {self.text}", channel=home)
        pin = await self.hands.person(LEAD).react("pushpin", in_message=said.text, channel=home)
        await asyncio.sleep(self.rng.uniform(0, 300))
        match self.rng.randrange(4):
            case 0:
                await self.hands.person(LEAD).unreact(pin)
            case 1:
                await ada.edit(said, f"seen more {self.text}")
            case 2:
                await ada.delete(said)

    async def _meddle(self) -> None:
        """Somebody who may not presses a button of the board."""
        if self.place or self.rng.random() < 0.5:
            return
        await self._until(self.rng.uniform(0, 12))
        try:
            notice = await self.hands.form(self.detector, self.from_board(TASKS[1]), {}, self.gone(TASKS[1]))
        except GaveUp:
            return
        assert "Only" in notice or "lready" in notice, notice

    # --- the end

    async def _end(self) -> None:
        """A false alarm comes while the others are still at work."""
        if self.ending not in ("false alarm", "reopen"):
            return
        await self._until(self.rng.uniform(3, 20))
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
