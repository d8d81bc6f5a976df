"""What a driver's eyes bring back: messages, buttons, dialogs; and what it means not to find them."""

from dataclasses import dataclass
from typing import Any


class NotVisible(AssertionError):
    """It is not on the screen; the message lists what is."""


class NotOffered(AssertionError):
    """The screen does not let this person do that; the message is the reason it gives."""


class NoAnswer(AssertionError):
    """The app did not acknowledge in time; the message is what the person reads."""


@dataclass(frozen=True)
class Reaction:
    """One emoji on one message."""

    channel: str
    ts: str
    name: str


@dataclass(frozen=True)
class Button:
    """Something to press or to choose from."""

    raw: dict[str, Any]

    @property
    def label(self) -> str:
        return str(self.raw["label"])

    def address(self, choice: str | None) -> dict[str, Any]:
        """The arguments of a press. Raises NotVisible for an option that is not offered."""
        address = {"block_id": self.raw["block_id"], "action_id": self.raw["action_id"]}
        if choice is None:
            return address
        for option in self.raw["options"]:
            if option["label"] == choice:
                return address | {"choice": option["value"]}
        raise NotVisible(f"an option {choice!r}; there are {[o['label'] for o in self.raw['options']]}")


def _button(controls: list[dict[str, Any]], label: str, row: str) -> Button | None:
    """The first control with this label, or an unlabelled one (overflow) for an empty label, beside that text."""
    return next((Button(c) for c in controls if c["label"] == label and row in c["row"]), None)


@dataclass(frozen=True)
class Seen:
    """A message as one person sees it. `text` is what is read; `raw` is all there is (blocks, reactions, files …)."""

    raw: dict[str, Any]

    @property
    def text(self) -> str:
        return str(self.raw["text"])

    @property
    def channel(self) -> str:
        return str(self.raw["channel"])

    @property
    def channel_name(self) -> str:
        return str(self.raw["channel_name"])

    @property
    def ts(self) -> str:
        return str(self.raw["ts"])

    @property
    def thread_ts(self) -> str | None:
        thread_ts: str | None = self.raw["thread_ts"]
        return thread_ts

    @property
    def author(self) -> str:
        return str(self.raw["author"])

    @property
    def only_you(self) -> bool:
        """Whether nobody else sees it."""
        return bool(self.raw["only_you"])

    @property
    def buttons(self) -> list[str]:
        return [control["label"] for control in self.raw["controls"]]

    def button(self, label: str, row: str = "") -> Button | None:
        return _button(self.raw["controls"], label, row)

    def __str__(self) -> str:
        private = " (only you)" if self.only_you else ""
        return f"{self.channel_name} {self.author}{private}: {self.text!r} {self.buttons or ''}".rstrip()


@dataclass(frozen=True)
class Dialog:
    """A dialog or Home tab as one person sees it."""

    raw: dict[str, Any]

    @property
    def title(self) -> str | None:
        title: str | None = self.raw["title"]
        return title

    @property
    def submit(self) -> str | None:
        submit: str | None = self.raw["submit"]
        return submit

    @property
    def text(self) -> str:
        """The words beside the fields."""
        return str(self.raw["text"])

    @property
    def fields(self) -> list[dict[str, Any]]:
        """Each with label, hint, type, optional, options, value, error."""
        fields: list[dict[str, Any]] = self.raw["fields"]
        return fields

    @property
    def labels(self) -> list[str]:
        return [field["label"] for field in self.fields]

    @property
    def values(self) -> dict[str, Any]:
        """What each field holds, by label; options by their text."""
        return {field["label"]: field["value"] for field in self.fields}

    @property
    def errors(self) -> dict[str, str]:
        """What stands in red below a field, by label."""
        return {field["label"]: field["error"] for field in self.fields if field["error"]}

    @property
    def buttons(self) -> list[str]:
        return [control["label"] for control in self.raw["controls"]]

    def button(self, label: str, row: str = "") -> Button | None:
        return _button(self.raw["controls"], label, row)

    def __str__(self) -> str:
        return f"the dialog {self.title!r} with {self.labels}"
