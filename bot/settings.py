"""Every setting, read once at start from the environment and `.env`. The reference is tested against it."""

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv.parser import parse_stream
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import WrongSettings
from playbooks.model import Trigger

TEST_ONLY = "QUARTERDECK_TEST_"
SLACK_API = "https://slack.com/api/"


class Settings(BaseSettings):
    """One frozen value. Variable names are the upper-case field names."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, extra="ignore", hide_input_in_errors=True)

    slack_bot_token: SecretStr | None = Field(None, description="Bot User OAuth Token, xoxb-…")
    slack_app_token: SecretStr | None = Field(None, description="App-Level Token, xapp-…; set: Socket Mode")
    slack_signing_secret: SecretStr | None = Field(None, description="Signing Secret; set without app token: HTTP mode")
    slack_api_url: str = Field(SLACK_API, description="Slack's Web API, ending in /api/")
    quarterdeck_database_url: str | None = Field(
        None, description="sqlite:///… or postgresql://…; unset: data/quarterdeck.db, in practice data/practice.db"
    )
    quarterdeck_alerts_channel: str = Field("security-alerts", description="id or name of the alerts channel")
    quarterdeck_roster: Path | None = Field(
        None, description="first filling of the roster, a YAML file: role → list of user ids or e-mail addresses"
    )
    quarterdeck_playbooks: Path | None = Field(None, description="folder with your own playbooks")
    quarterdeck_auto_open: Annotated[Mapping[str, Trigger], NoDecode] = Field(
        default_factory=dict, description="senders whose alerts open an incident at once: B0SCANNER=key_committed, …"
    )
    quarterdeck_speed: Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)] = Field(
        1.0, description="divides every playbook duration; for practice and tests"
    )
    quarterdeck_pacing: Literal["on", "off"] = Field(
        "on", description="keeps within Slack's limits; off only where there are none"
    )
    quarterdeck_http_host: str = Field("127.0.0.1", description="where the HTTP server listens")
    quarterdeck_http_port: Annotated[int, Field(ge=0, le=65535)] = Field(3000, description="its port; 0: any free one")
    quarterdeck_secret: SecretStr | None = Field(None, description="keys the fingerprints; at least 16 characters")
    quarterdeck_clear_after_days: Annotated[int, Field(ge=0, le=36500)] = Field(
        30, description="after so many days it is forgotten how a closed incident was shown; the record stays; 0: never"
    )
    quarterdeck_log_format: Literal["text", "json"] = Field("text", description="how log lines look")

    @field_validator("slack_bot_token")
    @classmethod
    def _bot_token(cls, value: SecretStr | None) -> SecretStr | None:
        return _starting(value, "xoxb-", "the Bot User OAuth Token (xoxb-…) from OAuth & Permissions")

    @field_validator("slack_app_token")
    @classmethod
    def _app_token(cls, value: SecretStr | None) -> SecretStr | None:
        return _starting(value, "xapp-", "an App-Level Token (xapp-…) with connections:write from Basic Information")

    @field_validator("slack_api_url")
    @classmethod
    def _api_url(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")) or not value.endswith("/api/"):
            raise ValueError(f"{value!r} is no Web API address: it begins with https:// and ends in /api/")
        return value

    @field_validator("quarterdeck_database_url")
    @classmethod
    def _database(cls, value: str | None) -> str | None:
        if value and not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("expected sqlite:///path/to/file.db or postgresql://user@host/database")
        return value

    @field_validator("quarterdeck_auto_open", mode="before")
    @classmethod
    def _auto_open(cls, value: object) -> object:
        return senders(value) if isinstance(value, str) else value

    @field_validator("quarterdeck_secret")
    @classmethod
    def _secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value and len(value.get_secret_value()) < 16:
            raise ValueError("expected at least 16 characters, for example from `openssl rand -hex 32`")
        return value

    @property
    def practice(self) -> bool:
        """No Slack variable at all: the practice workspace."""
        tokens = self.slack_bot_token or self.slack_app_token or self.slack_signing_secret
        return not tokens and self.slack_api_url == SLACK_API

    @property
    def socket_mode(self) -> bool:
        return self.slack_app_token is not None

    @property
    def database_url(self) -> str:
        """Practice has a record of its own: it begins anew with each practice workspace."""
        return self.quarterdeck_database_url or f"sqlite:///data/{'practice' if self.practice else 'quarterdeck'}.db"

    @property
    def on_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """The settings. Raises `WrongSettings` with one sentence for everything that is wrong, never showing a secret."""
    settings, problems = read_settings(env_file)
    if problems:
        raise WrongSettings(*problems)
    return settings


def read_settings(env_file: Path | None = Path(".env")) -> tuple[Settings, list[str]]:
    """The settings as far as they are right, what is wrong counting as unset, and a sentence for all that is wrong.

    Each sentence begins with the name of the variable, or of the file, and a colon.
    """
    known = [name.upper() for name in Settings.model_fields]
    try:
        written = _read_env_file(env_file)
    except WrongSettings as error:
        return read_settings(None)[0], list(error.sentences)
    names = sorted({*written, *os.environ} - set(known))
    problems = [_unknown(name, known) for name in names if _is_ours(name) or _is_meant(name, name in written, known)]
    try:
        settings = Settings(_env_file=env_file)
    except ValidationError as error:
        fields = {str(e["loc"][0]): Settings.model_fields[str(e["loc"][0])] for e in error.errors()}
        wrong = {name: field.get_default(call_default_factory=True) for name, field in fields.items()}
        return Settings(_env_file=env_file, **wrong), [*problems, *(_sentence(dict(e)) for e in error.errors())]
    return settings, [*problems, *_together(settings)]


def senders(text: str) -> Mapping[str, Trigger]:
    """`B0SCANNER=key_committed, U0MONITOR=cost_spike`. Raises `ValueError` with everything that is wrong."""
    found, problems = {}, []
    for part in filter(None, re.split(r"[,\s]+", text)):
        sender, _, trigger = part.partition("=")
        if not re.fullmatch(r"[BUW][A-Z0-9]{2,20}", sender):
            problems.append(f"{sender!r} is no bot or user id, expected B0SCANNER=key_committed")
        elif trigger not in set(Trigger):
            problems.append(f"{sender}: {trigger!r} is no trigger, there are {', '.join(Trigger)}")
        else:
            found[sender] = Trigger(trigger)
    if problems:
        raise ValueError("; ".join(problems))
    return found


def _read_env_file(path: Path | None) -> list[str]:
    """The names in it. A line that cannot be read must not be passed over: it may hold the tokens."""
    if path is None or not path.exists():
        return []
    try:
        with path.open(encoding="utf-8") as file:
            lines = list(parse_stream(file))
        if wrong := [line.original.line for line in lines if line.error]:
            where = ", ".join(str(number) for number in wrong)
            raise WrongSettings(f"{path}: line {where} cannot be read. Write each setting as NAME=value.")
        return [line.key for line in lines if line.key]
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSettings(f"{path}: cannot be read ({error}). Make it a text file that this user may read.") from None


def _is_ours(name: str) -> bool:
    return name.startswith("QUARTERDECK_") and not name.startswith(TEST_ONLY)


def _is_meant(name: str, in_file: bool, known: list[str]) -> bool:
    """A slip in a name of Slack's: any in our own file, in the environment only what is nearly one of those we read."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.9)
    return name.startswith("SLACK_") and (in_file or bool(near))


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"{name}: there is no such setting.{hint}"


def _starting(value: SecretStr | None, prefix: str, what: str) -> SecretStr | None:
    if value and not value.get_secret_value().startswith(prefix):
        raise ValueError(f"expected {what}")
    return value


def _sentence(error: dict[str, Any]) -> str:
    name = str(error["loc"][0]).upper()
    expected = {
        "float_parsing": "expected a number, for example 60",
        "finite_number": "expected a number, for example 60",
        "int_parsing": "expected a whole number, for example 3000",
        "greater_than": "expected a number above 0",
        "greater_than_equal": "expected 0 or more",
        "less_than_equal": f"expected at most {error.get('ctx', {}).get('le')}",
        "literal_error": "expected " + str(error.get("ctx", {}).get("expected")).replace("'", ""),
    }
    return f"{name}: {expected.get(error['type'], error['msg'].removeprefix('Value error, '))}."


def _together(settings: Settings) -> list[str]:
    """What is only wrong in company."""
    problems = []
    if not settings.practice and settings.slack_bot_token is None:
        problems.append("SLACK_BOT_TOKEN: missing. Copy the Bot User OAuth Token (xoxb-…) from OAuth & Permissions.")
    if settings.slack_bot_token and not (settings.slack_app_token or settings.slack_signing_secret):
        problems.append(
            "SLACK_APP_TOKEN: missing. Set it for Socket Mode, or SLACK_SIGNING_SECRET for HTTP mode; one of the two."
        )
    if not settings.on_sqlite and settings.quarterdeck_secret is None:
        problems.append("QUARTERDECK_SECRET: missing. On PostgreSQL it must be set, and be the same for every process.")
    return problems
