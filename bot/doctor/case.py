"""What is examined: the settings as far as they are right, and which of them are not."""

from dataclasses import dataclass, field
from pathlib import Path

from bot.clock import Clock
from bot.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Case:
    """`problems` are the sentences of `read_settings`, each beginning with the name of what is wrong."""

    settings: Settings
    clock: Clock
    problems: list[str] = field(default_factory=list)
    env_file: Path | None = None

    @property
    def wrong(self) -> set[str]:
        return {sentence.partition(":")[0] for sentence in self.problems}

    def spoilt(self, *names: str) -> str | None:
        """The first of these settings that is wrong; the file they may stand in counts as each of them."""
        file = [str(self.env_file)] if self.env_file else []
        return next((name for name in [*file, *names] if name in self.wrong), None)

    @property
    def practice(self) -> bool:
        """No Slack variable at all, and none that was wrong either."""
        return self.settings.practice and not any(name.startswith("SLACK_") for name in self.wrong)
