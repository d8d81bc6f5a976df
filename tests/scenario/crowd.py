"""What people do while everything suffers: a few incidents at once, several people in each."""

import asyncio
import random
from dataclasses import dataclass
from typing import Any

from simulator.driver import Practice
from simulator.workspace import Workspace
from tests.scenario.case import Case
from tests.scenario.hands import Hands


@dataclass
class Crowd:
    """`work` plays all of it; afterwards `hands.deeds` says what was acknowledged."""

    practice: Practice
    workspace: Workspace
    seed: int
    at_once: int = 0  # so many incidents at the same moment, instead of one to three

    def __post_init__(self) -> None:
        self.rng = random.Random(f"crowd {self.seed}")
        self.hands = Hands(self.practice, random.Random(f"hands {self.seed}"))
        self.cases: list[Case] = []

    async def work(self) -> None:
        """From the first report until everybody has done what they had in mind."""
        stammering = asyncio.create_task(self._stammer())
        for place in range(self.at_once or self.rng.choice((1, 1, 1, 2, 2, 3))):
            rng = random.Random(f"case {self.seed} {place}")
            about = {"hands": self.hands, "seed": self.seed, "place": place, "at_once": self.at_once > 0}
            self.cases.append(Case(**about, rng=rng))
        try:
            await asyncio.gather(*(case.play() for case in self.cases))
        finally:
            stammering.cancel()
            await asyncio.gather(stammering, return_exceptions=True)

    async def _stammer(self) -> None:
        """Now and then something that was acknowledged arrives once more, word for word."""
        while True:
            await asyncio.sleep(self.rng.uniform(20, 200))
            heard = [
                d for d in self.workspace.ledger.deliveries() if d.facts["acked"] and "event" not in d.facts["payload"]
            ]
            for said in heard[-self.rng.randint(1, 3) :][:1]:
                kind: Any = "slash_commands" if said.name.startswith("/") else "interactive"
                await self.workspace.delivery.interaction(kind, said.name, said.facts["payload"])
