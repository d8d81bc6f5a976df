"""What can go wrong at the edge, as a tree.

Stop                  the program cannot start or go on; sentences for the operator, and an exit code
├── WrongSettings     an environment variable or a file it names (exit 2)
├── DamagedRoster     the log of the roster's changes gives no roster (exit 1)
└── NoSlack           Slack cannot be reached or refuses us (exit 1)
SlackTrouble          one call failed; what that means for what was to be done:
├── Limited           not before `retry_after` seconds
│   └── Paced         said by ourselves: Slack was not asked
├── NotSent           it certainly did not happen; may be tried again
├── Unclear           it may have happened
└── Rejected          it did not happen and never will like this; `error` is Slack's word
"""

REFUSED, USAGE, FAULT = 1, 2, 3


class Stop(Exception):
    """The program cannot start or go on: one sentence each."""

    exit_code = REFUSED

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


class WrongSettings(Stop):
    """A setting, or a file that it names, cannot be used."""

    exit_code = USAGE


class NoSlack(Stop):
    """Slack cannot be reached, or refuses the tokens."""


class DamagedRoster(Stop):
    """The log of the roster's changes does not give a roster."""


class SlackTrouble(Exception):
    """One call to Slack failed. `silent` when it was not Slack's word on the matter that made it fail."""

    silent = False

    def __init__(self, method: str, error: str) -> None:
        super().__init__(f"{method}: {error}")
        self.method = method
        self.error = error
        self.needed = ""  # the permission that was missing


class Limited(SlackTrouble):
    """Slack asks to wait."""

    def __init__(self, method: str, retry_after: float) -> None:
        super().__init__(method, "ratelimited")
        self.retry_after = retry_after


class Paced(Limited):
    """We ask ourselves to wait, before Slack has to."""


class NotSent(SlackTrouble):
    """The request never left, or Slack refused it before doing anything and may accept it later (not `silent`)."""

    def __init__(self, method: str, error: str, *, silent: bool = True) -> None:
        super().__init__(method, error)
        self.silent = silent


class Unclear(SlackTrouble):
    """The answer was lost: what was asked for may have happened. `hung`: nobody waits for it any longer."""

    silent = True

    def __init__(self, method: str, error: str, *, hung: bool = False) -> None:
        super().__init__(method, error)
        self.hung = hung


class Rejected(SlackTrouble):
    """Slack said no, for good."""
