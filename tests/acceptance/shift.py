"""Five people work through one incident while the bot dies and comes back. They try again until they get an answer."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.driver import NoAnswer, NotOffered, NotVisible, Person, Practice

STEPS = {"escalate": "T+3", "revoke": "T+5", "logs": "T+7", "notify": "T+10", "rotate": "T+15"}
OWNERS = {
    "escalate": "Sam Okafor",
    "revoke": "Devi Rao",
    "logs": "Ada Brandt",
    "notify": "Sam Okafor",
    "rotate": "Rob Silva",
}
ANSWERS: dict[str, dict[str, Any]] = {
    "escalate": {"Support ticket ID": "CASE-4711"},
    "revoke": {"Which key": "prod-gateway", "How was it confirmed?": "Seen in the Console"},
    "logs": {"Verdict": "Nothing unusual", "Who called what": "Only the gateway."},
    "notify": {
        "Severity": "SEV2",
        "Data within reach": ["Internal"],
        "Notify executives?": "No",
        "Why": "Nothing was called.",
        "What the teams were told": "The gateway is back by half past.",
    },
    "rotate": {"New key": "prod-gateway-2", "Deployed to": "The gateway"},
}
PATIENCE_S = 150.0
LOOK_S = 0.1


@dataclass
class Shift:
    """What was acknowledged, as the people know it: `done` holds (entry kind, step, person id)."""

    practice: Practice
    rng: random.Random
    minute_s: float
    done: list[tuple[str, str | None, str]] = field(default_factory=list)
    styles: dict[str, str] = field(default_factory=dict)
    _hands: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def work(self) -> None:
        """From the report to the closing."""
        await self.report()
        await asyncio.gather(*(self.complete(step) for step in STEPS))
        await self.command("Sam Okafor", "close INC-0001 all rotated", "closed")

    async def report(self) -> None:
        dana = self.practice.person("Dana Ito")
        await self.persist(lambda: self._open_form(dana))
        await dana.fill({"Trigger": "API key committed to a repository", "Suspect keys": "prod-gateway"})
        await self.persist(dana.submit)
        self.done.append(("opened", None, dana.id))

    async def _open_form(self, dana: Person) -> None:
        await dana.command("/incident", "a key in a gist")
        if dana.dialog is None:
            raise NotVisible("the form did not open")

    async def complete(self, step: str) -> None:
        """Early from the board, at the prompt, or well after it."""
        owner = self.practice.person(OWNERS[step])
        style = self.styles[step] = self.rng.choice(["board", "prompt", "prompt", "late"])
        if style == "late":
            at = float(STEPS[step].removeprefix("T+")) + self.rng.uniform(2, 6)
            await asyncio.sleep(at * self.minute_s)
        await self._prompted(owner, step, style)
        async with self._hands[owner.name]:  # nobody fills in two forms at once
            await self.persist(lambda: self._press_complete(owner, step, style))
            await owner.fill(ANSWERS[step])
            await self.persist(lambda: self._submit(owner))
        self.done.append(("completed", step, owner.id))

    async def _prompted(self, owner: Person, step: str, style: str) -> None:
        """Until there is something to press."""
        words = "T+0 · " if style == "board" else f"INC-0001 · {STEPS[step]} · "
        await self.persist(lambda: owner.sees(words, timeout=PATIENCE_S))

    async def _press_complete(self, owner: Person, step: str, style: str) -> None:
        if style == "board":
            await owner.press("Complete", in_message="T+0 · ", row=f"{STEPS[step]} · ", timeout=PATIENCE_S)
        else:
            await owner.press("Complete step", in_message=f"INC-0001 · {STEPS[step]} · ", timeout=PATIENCE_S)
        if owner.dialog is None or owner.dialog.submit is None:
            raise NotVisible("the form did not open")

    async def _submit(self, owner: Person) -> None:
        errors = await owner.submit()
        if errors and any("Try again" in error for error in errors.values()):
            raise NoAnswer(str(errors))
        assert errors is None, errors

    async def command(self, name: str, text: str, kind: str) -> None:
        person = self.practice.person(name)
        await self.persist(lambda: person.command("/incident", text))
        self.done.append((kind, None, person.id))

    async def persist(self, act: Callable[[], Awaitable[Any]]) -> Any:
        """What a person does who got an error: the same again."""
        give_up = asyncio.get_running_loop().time() + PATIENCE_S
        while True:
            try:
                return await act()
            except (NoAnswer, NotOffered, NotVisible):
                if asyncio.get_running_loop().time() > give_up:
                    raise
                await asyncio.sleep(LOOK_S)
