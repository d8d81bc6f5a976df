"""What must hold between the parts of a playbook, beyond the type of each.

The rules read the file's plain values, wrong types and all, so that they find what is wrong although something else
is wrong too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from playbooks.answers import offset
from playbooks.loader_tree import Path, Tree, quoted
from playbooks.loader_words import did_you_mean
from playbooks.model import COPY_PLACEHOLDERS, FieldKind, Role
from playbooks.secrets import mask

MOST_OPTIONS = 10  # Slack's radio buttons and checkboxes: https://docs.slack.dev/reference/block-kit/block-elements
_MOMENTS = (FieldKind.DATETIME, FieldKind.DATE)
_CHOICES = (FieldKind.CHOICE, FieldKind.CHOICES)
_PROSE = {"action", "guidance", "copy_text"}  # these may have several lines, and the values of by_trigger


@dataclass(frozen=True)
class _Part:
    """A group of keys in the file."""

    tree: Tree
    path: Path

    def get(self, key: str) -> object:
        return self.tree.at((*self.path, key))

    def text(self, key: str) -> str | None:
        value = self.get(key)
        return value if isinstance(value, str) else None

    def each(self, key: str) -> "list[_Part]":
        """The groups of keys in a list."""
        value = self.get(key)
        items = value if isinstance(value, list) else []
        return [_Part(self.tree, (*self.path, key, i)) for i, item in enumerate(items) if isinstance(item, dict)]

    def part(self, key: str) -> "_Part":
        return _Part(self.tree, (*self.path, key))

    def refuse(self, key: str, expected: str, found: str | None = None) -> None:
        self.tree.object_to((*self.path, key), expected, found)


def check(tree: Tree) -> None:
    """Adds to `tree.problems` what breaks a rule between parts."""
    playbook = _Part(tree, ())
    steps = playbook.each("steps")
    _first_step(steps)
    _ascending(steps)
    _unique(steps, "key", "step")
    for step in steps:
        _step(step)


def _first_step(steps: list[_Part]) -> None:
    if not steps or steps[0].path[-1] != 0:
        return
    first = steps[0]
    if isinstance(first.get("at"), int | float) and first.get("at") != 0:
        first.refuse("at", "0, because the first step is the report itself")
    if first.get("role") in set(Role) - {Role.DETECTOR}:
        first.refuse("role", "detector, because the first step is the report itself")
    if first.get("fields"):
        first.refuse("fields", "no fields in the first step, because the opening form answers it")


def _ascending(steps: list[_Part]) -> None:
    highest: float | None = None
    for step in steps:
        at = step.get("at")
        if isinstance(at, bool) or not isinstance(at, int | float):
            continue
        if highest is not None and at <= highest:
            step.refuse("at", f"more than {highest:g}, the minute of a step before it")
        highest = max(at, highest if highest is not None else at)


def _unique(parts: list[_Part], key: str, what: str) -> None:
    seen: dict[str, int] = {}
    for part in parts:
        text = part.text(key)
        if text is None:
            continue
        if text in seen:
            part.refuse(key, f"a {key} that no other {what} has; line {seen[text]} has it too")
        seen.setdefault(text, part.tree.place((*part.path, key))[0])


def _step(step: _Part) -> None:
    fields = step.each("fields")
    _unique(fields, "key", "field of the step")
    _unique(fields, "label", "field of the step")
    for number, field in enumerate(fields):
        _options(field)
        _default(field)
        _bounds(field, fields[:number])
    if isinstance(step.get("pending"), dict):
        _pending(step.part("pending"), fields)
    _placeholders(step)


def _kind(field: _Part) -> FieldKind | None:
    kind = field.get("kind") if "kind" in _keys(field) else FieldKind.TEXT
    return FieldKind(kind) if isinstance(kind, str) and kind in set(FieldKind) else None


def _keys(part: _Part) -> set[str]:
    value = part.tree.at(part.path)
    return set(value) if isinstance(value, dict) else set()


def _options(field: _Part) -> None:
    kind, options = _kind(field), field.get("options")
    if kind in _CHOICES:
        if options in (None, []):
            field.refuse("options", f"options, because the kind of the field is {kind}", "nothing")
        elif isinstance(options, list) and len(options) > MOST_OPTIONS:
            field.refuse("options", f"at most {MOST_OPTIONS} options, because Slack shows no more")
    elif kind and options:
        field.refuse("options", f"no options, because the kind of the field is {kind}")
    _unique(field.each("options"), "value", "option of the field")
    _unique(field.each("options"), "label", "option of the field")


def _default(field: _Part) -> None:
    kind, default = _kind(field), field.text("default")
    if kind is None or field.get("default") is None:
        return
    if kind in _MOMENTS:
        if default is not None and offset(default) is None:
            field.refuse("default", f"now, t0, t0-24h or the like, because the kind of the field is {kind}")
    elif kind in _CHOICES:
        values = [value for option in field.each("options") if (value := option.text("value"))]
        if default is not None and default not in values:
            field.refuse("default", f"the value of one of its options{did_you_mean(default, values)}")
    else:
        field.refuse("default", f"no default, because the kind of the field is {kind}")


def _bounds(field: _Part, earlier: list[_Part]) -> None:
    kind = _kind(field)
    if kind is None:
        return
    for key in ("latest", "after"):
        if field.get(key) is not None and kind not in _MOMENTS:
            field.refuse(key, f'no "{key}", because only the kinds datetime and date have one')
    latest, default = offset(field.text("latest") or ""), offset(field.text("default") or "")
    if latest and default and latest[0] == default[0] and default[1] > latest[1]:
        field.refuse("default", f"a moment that is not after {quoted(field.text('latest') or '')}, its latest")
    after = field.text("after")
    before = next((other for other in earlier if after and other.text("key") == after), None)
    if after and before is None:
        near = did_you_mean(after, [other.text("key") or "" for other in earlier])
        field.refuse("after", f"the key of an earlier field of this step{near}")
    elif before and _kind(before) not in (kind, None):
        field.refuse("after", f"a field of the kind {kind}", f"a field of the kind {_kind(before)}")


def _pending(pending: _Part, fields: list[_Part]) -> None:
    for key, kind in (("tick", FieldKind.TICK), ("field", FieldKind.TEXT)):
        name = pending.text(key)
        if name is None:
            continue
        field = next((field for field in fields if field.text("key") == name), None)
        if field is None:
            near = did_you_mean(name, [field.text("key") or "" for field in fields])
            pending.refuse(key, f"the key of a field of this step{near}")
        elif _kind(field) not in (kind, None):
            pending.refuse(key, f"a field of the kind {kind}", f"a field of the kind {_kind(field)}")
        elif "required" not in _keys(field) or field.get("required") is True:
            found = None if "required" in _keys(field) else "nothing, which means true"
            field.refuse("required", f"false, because pending names the field as its {key}", found)


def _placeholders(step: _Part) -> None:
    for match in re.finditer(r"\{([^{}]*)\}|[{}]", step.text("copy_text") or ""):
        if match[1] not in COPY_PLACEHOLDERS:
            known = sorted(COPY_PLACEHOLDERS)
            near = did_you_mean(match[1] or "", known)
            step.refuse("copy_text", f"only {', '.join(f'{{{name}}}' for name in known)}{near}", quoted(match[0]))
            return


# --- every text of the file


def check_texts(tree: Tree) -> None:
    """Adds to `tree.problems` the texts that no playbook may hold. To be asked first: no other sentence shows them."""
    for path, text in _walk((), tree.data):
        if mask(text, lambda _: "").found:
            tree.object_to(path, "a playbook without secrets", "what looks like an Anthropic key")
        elif "\n" in text and not _PROSE & {path[-1]} and "by_trigger" not in path:
            tree.object_to(path, "a text on one line", f"a text of {text.count(chr(10)) + 1} lines")


def _walk(path: Path, value: object) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _walk((*path, number), item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key), key
            yield from _walk((*path, key), item)
