"""What hinders Quarterdeck in Slack now: a token or the whole workspace that is refused, a permission or the
alerts channel that is gone.

Each is said once in the log when it begins and once when it is over; `/readyz` lists what stands.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import structlog

from bot.errors import NotSent, Rejected, SlackTrouble
from bot.manifest import BOT_SCOPES
from bot.slack.socket_tickets import APP_TOKEN_REFUSED, app_token_refused
from bot.troubles import TOKEN_REFUSED, WORKSPACE_REFUSED, token_refused

log = structlog.get_logger()
APP_TOKEN = "app_token"  # noqa: S105 - because it is the name of a trouble, not a token
TOKEN = "token"  # noqa: S105 - because it is the name of a trouble, not a token
WORKSPACE = "workspace"
ALERTS = "alerts"
ALERTS_POSTING = "alerts:posting"
_ANSWERS_ANYBODY = "api.test"  # says nothing about the token
_CONNECT = "apps.connections.open"
_INSTALL = "Compare with slack-manifest.yaml and install the app again."
_NOTHING_IS_POSTED = "chat:write"


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """`everywhere`: it concerns every open incident, so each one's timeline tells of it."""

    sentence: str
    everywhere: bool = False


class Standing:
    """Hears of every call of the gateway; others tell it what they found.

    `quiet`: nothing is logged before `speak`, because a start that is refused says its own sentence.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._now: dict[str, Trouble] = {}
        self._listeners: list[Callable[[], None]] = []
        self._refused = ""  # the way of sending that the whole workspace refuses

    def on_change(self, listener: Callable[[], None]) -> None:
        """`listener` is called whenever something begins or is over."""
        self._listeners.append(listener)

    @property
    def sentences(self) -> list[str]:
        return [trouble.sentence for trouble in self._now.values()]

    @property
    def everywhere(self) -> dict[str, str]:
        """What concerns every open incident: its name and its sentence."""
        return {name: trouble.sentence for name, trouble in self._now.items() if trouble.everywhere}

    def sentence(self, name: str) -> str | None:
        found = self._now.get(name)
        return found.sentence if found else None

    def begin(self, name: str, sentence: str, *, everywhere: bool = False) -> None:
        """Said once, until it is over."""
        if name not in self._now:
            self._now[name] = Trouble(sentence=sentence, everywhere=everywhere)
            self._say(name)
            self._tell()

    def speak(self) -> None:
        """From now on it is said, and so is what stands already."""
        self._quiet = False
        for name in self._now:
            self._say(name)

    def _say(self, name: str) -> None:
        if not self._quiet:
            why = self._now[name].sentence
            log.warning("something is missing in Slack", action="trouble_began", trouble=name, why=why)

    def over(self, name: str) -> bool:
        """Whether it stood until now."""
        found = self._now.pop(name, None)
        if found and not self._quiet:
            log.info("it is there again", action="trouble_over", trouble=name, why=found.sentence)
        if found:
            self._tell()
        return found is not None

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()

    # --- what the gateway tells

    def heard(self, method: str, trouble: SlackTrouble | None) -> None:
        """How a call ended."""
        if method == _CONNECT:
            self._heard_of_app_token(trouble)
        elif trouble is None and method != _ANSWERS_ANYBODY:
            self.over(TOKEN)
            if method == self._refused:
                self.over(WORKSPACE)
        elif isinstance(trouble, NotSent) and trouble.error in TOKEN_REFUSED:
            sentence = f"The bot token is refused, so nothing can be sent and everything waits: {_of_token(trouble)}"
            self.begin(TOKEN, sentence, everywhere=True)
        elif isinstance(trouble, NotSent) and trouble.error in WORKSPACE_REFUSED:
            self._refuses(method, WORKSPACE_REFUSED[trouble.error])
        elif isinstance(trouble, Rejected | NotSent) and trouble.error == "missing_scope":
            self._lacks(trouble.needed)

    def _heard_of_app_token(self, trouble: SlackTrouble | None) -> None:
        if trouble is None:
            self.over(APP_TOKEN)
        elif trouble.error in APP_TOKEN_REFUSED:
            said = " ".join(app_token_refused(trouble.error))
            sentence = f"The app token is refused, so Slack cannot reach Quarterdeck and no press arrives: {said}"
            self.begin(APP_TOKEN, sentence, everywhere=True)

    def _refuses(self, method: str, why: str) -> None:
        """Over as soon as the same can be sent again: reading may work all the while."""
        if method.startswith("chat.") and self.sentence(WORKSPACE) is None:
            self._refused = method
            self.begin(WORKSPACE, f"Slack takes no messages, so everything waits: {why}.", everywhere=True)

    def granted(self, scopes: Collection[str]) -> None:
        """What the token may do, as Slack says with every answer. https://docs.slack.dev/reference/scopes"""
        for scope in BOT_SCOPES:
            if scope in scopes:
                self.over(f"scope:{scope}")
            else:
                self._lacks(scope)

    def _lacks(self, needed: str) -> None:
        """`needed` may be several of which one would do; those that we never ask for are no help."""
        for scope in needed.split(","):
            if what_for := BOT_SCOPES.get(scope):
                sentence = f"The app lacks the permission {scope} ({what_for}). {_INSTALL}"
                self.begin(f"scope:{scope}", sentence, everywhere=scope == _NOTHING_IS_POSTED)


def _of_token(trouble: SlackTrouble) -> str:
    return " ".join(token_refused(trouble.error))
