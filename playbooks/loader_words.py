"""What each part of a playbook must be, in words for whoever wrote the file. A test holds the table complete."""

from difflib import get_close_matches
from enum import StrEnum

from playbooks.model import FieldKind, Role, Trigger


def choice_of(words: list[str] | type[StrEnum]) -> str:
    return f"one of {', '.join(str(word) for word in words)}"


_KEY = "a key of small letters, digits and _, beginning with a letter, at most 40 characters"
_LINE = "a text of 1 to 150 characters"
_PROSE = "a text of 1 to 2000 characters"
_TRUTH = "true or false"
_MINUTES = "minutes as a number above 0 and at most 10080 (7 days), for example"

# By the path of the part, with [] for any place in a list and * for any key.
EXPECTED = {
    "": "a playbook: the keys id, title, provider, version and steps",
    "id": "small letters, digits and -, beginning with a letter, at most 40 characters, for example key-leak",
    "title": _LINE,
    "provider": f"{_LINE}, for example Anthropic",
    "version": "a whole number from 1 upward",
    "steps": "a list of 2 to 20 steps",
    "steps[]": "a step: the keys key, title, at and role at least",
    "steps[].key": _KEY,
    "steps[].title": "a text of 1 to 100 characters",
    "steps[].at": "minutes from T0 as a number, for example 5",
    "steps[].within": f"{_MINUTES} 2",
    "steps[].role": choice_of(Role),
    "steps[].action": _PROSE,
    "steps[].guidance": _PROSE,
    "steps[].by_trigger": "a group of keys, each a trigger with its guidance",
    "steps[].by_trigger.*": _PROSE,
    "steps[].copy_text": _PROSE,
    "steps[].show_contacts": _TRUTH,
    "steps[].skip_roles": "a list of roles",
    "steps[].skip_roles[]": choice_of(Role),
    "steps[].fields": "a list of at most 20 fields",
    "steps[].fields[]": "a field: the keys key and label at least",
    "steps[].fields[].key": _KEY,
    "steps[].fields[].label": _LINE,
    "steps[].fields[].kind": choice_of(FieldKind),
    "steps[].fields[].required": _TRUTH,
    "steps[].fields[].hint": _LINE,
    "steps[].fields[].options": "a list of options",
    "steps[].fields[].options[]": "an option: the keys value and label",
    "steps[].fields[].options[].value": _KEY,
    "steps[].fields[].options[].label": "a text of 1 to 75 characters",
    "steps[].fields[].default": "now, t0, either with an offset such as t0-24h or now+7d, or the value of an option",
    "steps[].fields[].latest": "now, t0, or either with an offset such as now+30m",
    "steps[].fields[].after": "the key of an earlier field of this step",
    "steps[].pending": "the keys tick and field",
    "steps[].pending.tick": "the key of a field of the kind tick",
    "steps[].pending.field": "the key of a field of the kind text",
    "steps[].pending.every": f"{_MINUTES} 15",
    "contacts": "a list of contacts",
    "contacts[]": "a contact: the keys name, how and verified",
    "contacts[].name": _LINE,
    "contacts[].how": _LINE,
    "contacts[].verified": _TRUTH,
    "contacts[].triggers": "a list of triggers",
    "contacts[].triggers[]": choice_of(Trigger),
    "watch_words": "a list of words",
    "watch_words[]": _LINE,
    "remind_every": f"{_MINUTES} 5",
    "reminders": "a whole number from 0 to 20",
}

OUT_OF_RANGE = {"steps[].at": "minutes from T0 between 0 and 10080 (7 days)"}

# What the YAML reader says (or is doing) -> what it would have liked.
_SYNTAX = (
    ("'\\t'", "spaces, not tabs"),
    ("mapping values are not allowed", 'one "key: value" in a line, and quotes around a text that holds ": "'),
    ("could not find expected ':'", 'a ":" after the key'),
    ("cannot start any token", "quotes around a text that begins with this character"),
    ("unknown escape character", 'no "\\" in double quotes, or single quotes instead'),
    ("scanning a quoted scalar", "a closing quote"),
    ("expected ',' or ']'", 'a "," or the closing "]"'),
    ("expected ',' or '}'", 'a "," or the closing "}"'),
    ("found '<scalar>'", "nothing after the closing quote; a quote inside a text is written twice"),
    ("expected <block end>", "the same indentation as the lines it belongs to"),
    ("expected '<document start>'", "the same indentation as the lines it belongs to"),
    ("tag", "a value without a tag"),
    ("block scalar", 'only "|" or ">" before a text on lines of its own'),
)


def syntax_words(problem: str, context: str, found: str) -> str:
    """What was expected where the YAML reader gave up."""
    said = "'\\t'" if found == "a tab" else f"{context}; {problem}"
    return next((words for sign, words in _SYNTAX if sign in said), "YAML that can be read here")


def did_you_mean(word: object, known: list[str]) -> str:
    near = get_close_matches(str(word), known, n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""
