"""What can be wrong, as a tree. Every leaf is one sentence a person can act on.

Refused              somebody may not, or it is too late: committed as an entry, nothing else changes
WrongAnswers         a form was filled in wrongly: shown at its fields, nothing is committed
InvalidPlaybook      a playbook file cannot be used: every problem at once
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

Names = Callable[[str], str]
Clock = Callable[[datetime], str]


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Why not, in one sentence. `{who}` in it stands for the people in `who`, `{when}` for the moment `when`.

    A value, not an exception: a refusal is an outcome that is committed like any other.
    """

    reason: str
    title: str = "Not possible"
    who: tuple[str, ...] = ()
    when: datetime | None = None

    def sentence(self, name: Names, clock: Clock) -> str:
        """The reason with people and moment shown by `name` and `clock` (tokens in Slack, plain words elsewhere)."""
        sentence = self.reason.replace("{who}", one_of([name(user) for user in self.who]))
        return sentence.replace("{when}", clock(self.when)) if self.when else sentence


def one_of(items: list[str]) -> str:
    """`a`, `a or b`, `a, b or c`; "nobody" for none."""
    if not items:
        return "nobody"
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} or {items[-1]}"


class WrongAnswers(Exception):
    """The form's answers cannot be taken: field key to sentence."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{key}: {error}" for key, error in errors.items()))
        self.errors = errors


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong in a playbook file."""

    file: str
    line: int
    column: int
    path: str
    found: str
    expected: str

    def __str__(self) -> str:
        where = (
            f"{self.file}:{self.line}:{self.column}  {self.path}: "
            if self.path
            else f"{self.file}:{self.line}:{self.column}  "
        )
        return f"{where}found {self.found}, expected {self.expected}"


class InvalidPlaybook(Exception):
    """A playbook file cannot be used; `problems` holds every reason, in file order."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
