"""Act as a person in the practice workspace, by what is visible: names, labels, words.

    async with Practice(url, token) as practice:
        dana = practice.person("Dana Ito")
        await dana.command("/incident", "a key in a gist", channel="general")
        await dana.fill({"Trigger": "API key committed to a repository"})
        assert await dana.submit() is None
        await practice.person("Devi Rao").press("Complete step", in_message="T+5")

It only reads over HTTP what that person could read, so a test that passes here could have been done by hand.
"""

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import httpx

from simulator.driver_seen import Button, Dialog, NoAnswer, NotOffered, NotVisible, Reaction, Seen
from simulator.driver_values import values_for

__all__ = ["Button", "Dialog", "NoAnswer", "NotOffered", "NotVisible", "Person", "Practice", "Reaction", "Seen"]

PATIENCE_S = 5.0
LOOK_EVERY_S = 0.05


class Practice:
    """A connection to a workspace's people. `url` and `token` are `url` and `people_token` of the server's facts."""

    def __init__(self, url: str, token: str) -> None:
        self._http = httpx.AsyncClient(base_url=url, headers={"X-Practice-Token": token}, timeout=30.0)
        self._ids: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        self._ids = {user["real_name"]: user["id"] for user in await self.get("/people")}
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    def person(self, name: str) -> "Person":
        """Raises KeyError for a name that nobody has."""
        return Person(self, name, self._ids[name])

    @property
    def ids(self) -> dict[str, str]:
        """Everybody's id by name."""
        return dict(self._ids)

    async def ledger(self, after: int = 0) -> list[dict[str, Any]]:
        """The workspace's record of calls, deliveries and acts. See `simulator.ledger.Entry`."""
        entries: list[dict[str, Any]] = await self.get("/ledger", after=str(after))
        return entries

    async def get(self, path: str, **query: str) -> Any:
        response = await self._http.get(path, params=query)
        response.raise_for_status()
        return response.json()

    async def get_bytes(self, path: str) -> bytes:
        response = await self._http.get(path)
        response.raise_for_status()
        return response.content

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Raises NotOffered when the screen does not offer it."""
        response = await self._http.post(path, json=body)
        if response.status_code in (400, 409):
            raise NotOffered(response.json()["error"])
        response.raise_for_status()
        result: dict[str, Any] = response.json()
        return result


class Person:
    """One pair of eyes and hands.

    Every act waits for the app's acknowledgement and raises NoAnswer when there was none, after which the person sees
    Slack's own error. What is looked for may take `timeout` seconds to appear.
    """

    def __init__(self, practice: Practice, name: str, user_id: str) -> None:
        self._practice, self.name, self.id = practice, name, user_id
        self.dialog: Dialog | None = None

    async def command(self, command: str, text: str = "", *, channel: str = "general") -> Seen | None:
        """Run a slash command; returns the private reply, if the acknowledgement carried one."""
        result = await self._act("command", channel=channel, name=command, text=text)
        return Seen(result["reply"]) if result.get("reply") else None

    async def shortcut(self, name: str, *, on_message: str | None = None, channel: str | None = None) -> None:
        """Use a global shortcut, or a message shortcut on the newest message with these words."""
        where = {}
        if on_message is not None:
            message = await self.sees(on_message, channel=channel)
            where = {"channel": message.channel, "ts": message.ts}
        await self._act("shortcut", callback_id=name, **where)

    async def say(self, text: str, *, channel: str, thread: Seen | None = None, **parts: Any) -> Seen:
        """Post a message. `channel` is a name, an id, or `@Name` for a direct message."""
        thread_ts = (thread.thread_ts or thread.ts) if thread else None
        result = await self._act("say", channel=channel, text=text, thread_ts=thread_ts, **parts)
        return next(m for m in await self.messages() if (m.channel, m.ts) == (result["channel"], result["ts"]))

    async def press(
        self,
        label: str,
        *,
        in_message: str = "",
        row: str = "",
        choice: str | None = None,
        channel: str | None = None,
        timeout: float = PATIENCE_S,  # noqa: ASYNC109 - because it bounds looking, not the act
    ) -> Seen:
        """Press the button `label` in the newest message with these words that has it, and return that message.

        `row` narrows it to the button that stands beside or below that text. `choice` is the option, for a select.
        """

        def fits(message: Seen) -> bool:
            return in_message in message.text and message.button(label, row) is not None

        what = f"a message with {in_message!r} and a button {label!r}" + (f" at {row!r}" if row else "")
        message = await self._look(fits, what, channel, timeout)
        button = message.button(label, row)
        if button is None:
            raise NotVisible(what)
        await self._act("press", channel=message.channel, ts=message.ts, **button.address(choice))
        return message

    async def look(self) -> Dialog | None:
        """Look at the screen again: `dialog` is then what is on top now, whoever changed it."""
        stack = await self._see("dialogs")
        self.dialog = Dialog(stack[-1]) if stack else None
        return self.dialog

    async def press_in_dialog(self, label: str, *, row: str = "", choice: str | None = None) -> None:
        """Press a button, or choose in a select, that stands in the open dialog."""
        button = self._open_dialog().button(label, row)
        if button is None:
            raise NotVisible(f"a button {label!r} in the dialog {self._open_dialog().title!r}")
        await self._act("dialog/press", **button.address(choice))

    async def fill(self, values: dict[str, Any]) -> None:
        """Type into the fields of the open dialog by their labels.

        Options go by their label, people by name, dates and times as `datetime` values. A single checkbox may also be
        named by its own label: `{"This is a drill": True}`.
        """
        dialog = self._open_dialog()
        await self._act("dialog/fill", values=values_for(dialog, values, self._practice.ids))

    async def submit(self) -> dict[str, str] | None:
        """Submit the open dialog: None when it was accepted, otherwise the errors by label.

        Afterwards `dialog` is the dialog that is on top now. Raises NoAnswer also when the answer made no sense.
        """
        labels = {field["block_id"]: field["label"] for field in self._open_dialog().fields}
        result = await self._act("dialog/submit")
        if result.get("trouble"):
            raise NoAnswer(result["trouble"])
        return {labels.get(block, block): text for block, text in result["errors"].items()} or None

    async def close(self, *, everything: bool = False) -> None:
        """Close the dialog on top, or all of them."""
        await self._act("dialog/close", everything=everything)

    async def react(self, emoji: str, *, in_message: str, channel: str | None = None) -> Reaction:
        """Put an emoji on the newest message with these words."""
        message = await self.sees(in_message, channel=channel)
        await self._act("react", channel=message.channel, ts=message.ts, name=emoji)
        return Reaction(message.channel, message.ts, emoji)

    async def unreact(self, reaction: Reaction) -> None:
        await self._act("unreact", channel=reaction.channel, ts=reaction.ts, name=reaction.name)

    async def edit(self, message: Seen, text: str) -> None:
        await self._act("edit", channel=message.channel, ts=message.ts, text=text)

    async def delete(self, message: Seen) -> None:
        await self._act("delete", channel=message.channel, ts=message.ts)

    async def open_home(self) -> None:
        await self._act("home/open")

    async def press_home(self, label: str, *, row: str = "", choice: str | None = None) -> None:
        """Press a button on the Home tab as it is now; `row` narrows it to the one at that text."""
        home = await self.home()
        button = home.button(label, row) if home else None
        if button is None:
            raise NotVisible(f"a button {label!r} at {row!r} on the Home tab; there are {home.buttons if home else []}")
        await self._act("home/press", **button.address(choice))

    async def home(self) -> Dialog | None:
        """The app's Home tab as it is now."""
        home = await self._see("home")
        return Dialog(home) if home else None

    async def messages(self, channel: str | None = None) -> list[Seen]:
        """Everything this person can read, oldest first."""
        query = {"channel": channel} if channel else {}
        return [Seen(message) for message in await self._see("messages", **query)]

    async def channels(self) -> list[str]:
        """The names of the channels this person is in, `#name` or `@Name`."""
        return [channel["name"] for channel in await self._see("channels")]

    async def notices(self) -> list[str]:
        """What Slack itself has told this person, such as that the app didn't respond."""
        return [notice["text"] for notice in await self._see("notices")]

    async def sees(self, text: str, *, channel: str | None = None, timeout: float = PATIENCE_S) -> Seen:  # noqa: ASYNC109 - because of the same
        """Wait until a message with these words is visible and return the newest. Raises NotVisible."""
        return await self._look(lambda message: text in message.text, f"a message with {text!r}", channel, timeout)

    async def sees_dialog(self, title: str, *, timeout: float = PATIENCE_S) -> Dialog:  # noqa: ASYNC109 - because of the same
        """Wait until a dialog with this title is on top. Raises NotVisible."""
        give_up = time.monotonic() + timeout
        while True:
            dialog = await self.look()
            if dialog is not None and dialog.title == title:
                return dialog
            if time.monotonic() >= give_up:
                raise NotVisible(f"{self.name} sees no dialog {title!r}, but {self.dialog}")
            await asyncio.sleep(LOOK_EVERY_S)

    async def download(self, name: str) -> bytes:
        """The content of the newest file with this name that this person can see. Raises NotVisible."""
        files = await self._see("files")
        found = [file["id"] for file in files if file["name"] == name]
        if not found:
            raise NotVisible(f"{self.name} sees no file {name!r}, but {[file['name'] for file in files]}")
        return await self._practice.get_bytes(f"/people/{self.id}/files/{found[-1]}")

    def _open_dialog(self) -> Dialog:
        if self.dialog is None:
            raise NotVisible(f"{self.name} has no dialog open")
        return self.dialog

    async def _see(self, what: str, **query: str) -> Any:
        return await self._practice.get(f"/people/{self.id}/{what}", **query)

    async def _act(self, act: str, **args: Any) -> dict[str, Any]:
        result = await self._practice.post(f"/people/{self.id}/{act}", args)
        if "dialog" in result:
            self.dialog = Dialog(result["dialog"]) if result["dialog"] else None
        if result["acked"] is False:
            raise NoAnswer(result["notice"])
        return result

    async def _look(self, fits: Callable[[Seen], bool], what: str, channel: str | None, patience: float) -> Seen:
        give_up = time.monotonic() + patience
        while True:
            messages = await self.messages(channel)
            found = [message for message in messages if fits(message)]
            if found:
                return found[-1]
            if time.monotonic() >= give_up:
                visible = "\n".join(f"  {message}" for message in messages) or "  nothing"
                raise NotVisible(f"{self.name} does not see {what}. Visible:\n{visible}")
            await asyncio.sleep(LOOK_EVERY_S)
