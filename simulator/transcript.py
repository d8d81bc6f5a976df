"""What everybody sees, as it appears, told as a transcript that a person enjoys reading."""

import asyncio
import sys
import time
from typing import TextIO

from simulator.driver import Person, Practice, Seen

LOOK_S = 0.05
_NAME = 26  # as wide as an incident's channel
LONGEST = 140


class Transcript:
    """Prints what each of `people` sees for the first time: their own messages, and each channel's once."""

    def __init__(self, practice: Practice, people: list[str], speed: float, out: TextIO = sys.stdout) -> None:
        self._people = [practice.person(name) for name in people]
        self._speed = speed
        self._out = out
        self._begun: float | None = None
        self._seen: dict[tuple[str, str], str] = {}

    def begin(self) -> None:
        """T0 is now."""
        self._begun = time.monotonic()

    async def sleep_until(self, minute: float) -> None:
        """Until that minute of the playbook."""
        begun = self._begun or time.monotonic()
        await asyncio.sleep(max(0.0, begun + minute * 60 / self._speed - time.monotonic()))

    def says(self, who: str, verb: str, what: str) -> None:
        """One line: when, who, does what."""
        self.line(f"{self.mark():>8}  {who:<{_NAME}} {verb:<8} {what}")

    def line(self, text: str = "") -> None:
        for part in text.split("\n"):
            self._out.write(shortened(part) + "\n")
        self._out.flush()

    def mark(self) -> str:
        """The minute and second of the playbook: `T+05:20`."""
        if self._begun is None:
            return ""
        seconds = int((time.monotonic() - self._begun) * self._speed)
        return f"T+{seconds // 60:02}:{seconds % 60:02}"

    async def watch(self) -> None:
        """For ever: looks through everybody's eyes."""
        while True:
            for person in self._people:
                await self.look(person)
            await asyncio.sleep(LOOK_S)

    async def look(self, person: Person) -> None:
        for message in await person.messages():
            place = (message.channel, message.ts)
            if (
                message.author != "Quarterdeck"
                or "has joined" in message.text
                or "set the channel topic" in message.text
            ):
                continue
            if place not in self._seen:
                self._tell(person, message)
            self._seen[place] = message.text

    def _tell(self, person: Person, message: Seen) -> None:
        private = message.channel_name.startswith("@") or message.only_you
        first, *rest = [line for line in message.text.split("\n") if line.strip()]
        if private:
            self.says(person.name, "reads", first)
        else:
            self.says(message.channel_name[:_NAME], "shows", first)
        worth = [line for line in rest if "late:" in line or "has not answered" in line or "is yours" in line]
        if worth and private:
            self.line(f"{'':8}  {'':{_NAME}} {'':8} {worth[0]}")


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
