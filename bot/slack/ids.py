"""The names of buttons and forms, and what a button carries: which incident, and which of its steps."""

import re

STEP_COMPLETE = "step_complete"
STEP_TAKE_OVER = "step_take_over"
STEP_CANT = "step_cant"
STEP_CORRECT = "step_correct"
ANSWER_GIVE = "answer_give"
ANSWER_WAIVE = "answer_waive"
BOARD_NOTE = "board_note"
BOARD_CLOSE = "board_close"
DOOR_OPEN = "door_open"
JOIN_YES = "join_yes"
REPORT_OPEN = "report_open"  # "Report it instead": the value is the text
ALERT_OPEN = "alert_open"
ALERT_DISMISS = "alert_dismiss"
ROSTER_EDIT = "roster_edit"  # the value is the role
LINK = "link"  # Slack opens the address by itself

FORM_OPEN = "form_open"
FORM_SAME_KEY = "form_same_key"
FORM_COMPLETE = "form_complete"
FORM_CORRECT = "form_correct"
FORM_CANT = "form_cant"
FORM_ANSWER = "form_answer"
FORM_WAIVE = "form_waive"
FORM_NOTE = "form_note"
FORM_CLOSE = "form_close"
FORM_ROSTER = "form_roster"

SHORTCUT_REPORT = "report_incident"
SHORTCUT_MESSAGE = "open_incident"

_TARGET = re.compile(r"([1-9][0-9]{0,8})(?:\|([a-z][a-z0-9_]{0,39}))?", re.ASCII)


def value(number: int, step: str | None = None) -> str:
    """What a button carries: `7`, or `7|revoke`."""
    return f"{number}|{step}" if step else str(number)


def target(carried: str) -> tuple[int | None, str | None]:
    """The reverse of `value`: number and step. `(None, None)` for anything else."""
    match = _TARGET.fullmatch(carried)
    return (int(match[1]), match[2]) if match else (None, None)
