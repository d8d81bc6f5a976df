"""What a person does in a dialog: type, press, submit, close."""

import re
from typing import Any

from simulator import modals
from simulator.errors import NotPossible, SlackError
from simulator.model import Json, View
from simulator.people import payloads
from simulator.people.acts import Acts, find
from simulator.shapes import view_json
from simulator.state import chosen_state, held

TROUBLE = "We had some trouble connecting. Try again?"


class Dialog:
    """The dialog that one person has on top. Raises NotPossible when none is open."""

    def __init__(self, acts: Acts) -> None:
        self._acts, self._workspace, self._user = acts, acts.workspace, acts.user

    async def fill(self, values: dict[str, dict[str, Any]]) -> Json:
        """Type or choose: block_id → action_id → an option's value, an id, a date, a text, or a list of these."""
        view = self._top()
        for block_id, actions in values.items():
            for action_id, choice in actions.items():
                _, element = find(view.blocks, block_id, action_id)
                view.values[block_id][action_id] = chosen_state(element, choice)
        return {"acked": None, "dialog": self._acts.dialog()}

    async def press(self, block_id: str, action_id: str, choice: Any = None, *, home: bool = False) -> Json:
        """Press a button or choose in a control that reports at once. https://docs.slack.dev/surfaces/modals#interactions"""
        view = self._workspace.homes.get(self._user.id) if home else self._top()
        if view is None:
            raise NotPossible("The Home tab is empty.")
        block, element = find(view.blocks, block_id, action_id)
        state = None if element["type"] == "button" else chosen_state(element, choice)
        if state is not None and action_id in view.values.get(block_id, {}):
            view.values[block_id][action_id] = state
        payload = payloads.interaction(self._workspace, self._user, "block_actions", view=view)
        payload |= payloads.in_view(self._workspace, view)
        payload["actions"] = [payloads.action(self._workspace, block, element, state)]
        return await self._acts.interact(payload, view)

    async def submit(self) -> Json:
        """Press submit. What Slack itself checks never reaches the app.

        https://docs.slack.dev/surfaces/modals#handling_submissions
        """
        view = self._top()
        view.trouble, view.errors = None, client_errors(view)
        if view.errors:
            return {"acked": None, "errors": view.errors, "dialog": self._acts.dialog()}
        payload = payloads.interaction(self._workspace, self._user, "view_submission", view=view)
        payload |= {"view": view_json(self._workspace, view), "response_urls": []}
        answer = await self._workspace.delivery.interaction("interactive", "view_submission", payload)
        if not answer.acked:
            return self._acts.missed(answer, "", view) | {"errors": {}}
        try:
            self._follow(view, answer.body)
        except SlackError:
            view.trouble = TROUBLE
        return {"acked": True, "errors": view.errors, "trouble": view.trouble, "dialog": self._acts.dialog()}

    async def close(self, *, everything: bool = False) -> Json:
        """Leave this dialog, or the whole stack. The app hears of it only with `notify_on_close`."""
        view = self._top()
        stack = list(reversed(self._workspace.modals[self._user.id]))
        clear = everything or bool(view.source.get("clear_on_close"))
        left = stack if clear else [view]
        modals.close(self._workspace, left[-1])
        for gone in left:
            if gone.source.get("notify_on_close"):
                payload = payloads.interaction(self._workspace, self._user, "view_closed")
                del payload["trigger_id"]
                payload |= {"view": view_json(self._workspace, gone), "is_cleared": clear}
                await self._workspace.delivery.interaction("interactive", "view_closed", payload)
        return {"acked": None, "dialog": self._acts.dialog()}

    def _top(self) -> View:
        stack = self._workspace.modals.get(self._user.id)
        if not stack:
            raise NotPossible("No dialog is open.")
        return stack[-1]

    def _follow(self, view: View, body: Json) -> None:
        """Do what the acknowledgement asks for. https://docs.slack.dev/surfaces/modals#response_actions"""
        match body.get("response_action"):
            case None:
                modals.close(self._workspace, view)
            case "clear":
                self._workspace.modals[self._user.id] = []
            case "update":
                modals.update(self._workspace, view, body.get("view", {}))
            case "push":
                modals.push(self._workspace, self._user.id, body.get("view", {}))
            case "errors" if isinstance(body.get("errors"), dict) and set(body["errors"]) <= _inputs(view):
                view.errors = {block: str(text) for block, text in body["errors"].items()}
            case _:
                view.trouble = TROUBLE


def client_errors(view: View) -> dict[str, str]:
    """What Slack's own client refuses before anything is sent: block_id → sentence."""
    errors = {}
    for block in view.blocks:
        if block["type"] == "input":
            value = held(view.values[block["block_id"]][block["element"]["action_id"]])
            problem = _problem(block, value)
            if problem:
                errors[block["block_id"]] = problem
    return errors


def _problem(block: Json, value: Any) -> str | None:
    element = block["element"]
    if value in (None, "", []):
        return None if block.get("optional") else "Please complete this required field."
    if element["type"] == "number_input":
        return _number_problem(element, str(value))
    if element["type"] == "email_text_input" and not re.fullmatch(r"\S+@\S+\.\S+", value):
        return "Please enter a valid email address."
    if element["type"] == "url_text_input" and not re.match(r"https?://\S+", value):
        return "Please enter a valid URL."
    if isinstance(value, str) and len(value) > element.get("max_length", 3000):
        return f"Please use at most {element.get('max_length', 3000)} characters."
    if isinstance(value, str) and len(value) < element.get("min_length", 0):
        return f"Please use at least {element['min_length']} characters."
    return None


def _number_problem(element: Json, value: str) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return "Please enter a number."
    if not element["is_decimal_allowed"] and number != int(number):
        return "Please enter a whole number."
    if number < float(element.get("min_value", number)) or number > float(element.get("max_value", number)):
        return "Please enter a number within the limits."
    return None


def _inputs(view: View) -> set[str]:
    return {block["block_id"] for block in view.blocks if block["type"] == "input"}
