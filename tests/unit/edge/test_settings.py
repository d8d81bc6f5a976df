"""Settings: one sentence for everything that is wrong, never a secret in it."""

import os
from pathlib import Path

import pytest

from bot.errors import WrongSettings
from bot.settings import Settings, load_settings, read_settings

SOCKET = {"SLACK_BOT_TOKEN": "xoxb-made-up", "SLACK_APP_TOKEN": "xapp-made-up"}


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("SLACK_", "QUARTERDECK_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def wrong(monkeypatch: pytest.MonkeyPatch, **environment: str) -> tuple[str, ...]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(WrongSettings) as caught:
        load_settings()
    return caught.value.sentences


def test_nothing_set_is_practice_with_a_record_of_its_own() -> None:
    settings = load_settings()

    assert settings.practice
    assert settings.database_url == "sqlite:///data/practice.db"


def test_an_app_token_means_socket_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SOCKET.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()

    assert settings.socket_mode
    assert settings.database_url == "sqlite:///data/quarterdeck.db"


def test_the_env_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("QUARTERDECK_SPEED=10\nQUARTERDECK_HTTP_PORT=4000\nUNRELATED=1\n")
    monkeypatch.setenv("QUARTERDECK_SPEED", "60")
    settings = load_settings()

    assert settings.quarterdeck_speed == 60
    assert settings.quarterdeck_http_port == 4000


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"QUARTERDECK_SPEED": "fast"}, "QUARTERDECK_SPEED: expected a number, for example 60."),
        ({"QUARTERDECK_SPEED": "nan"}, "QUARTERDECK_SPEED: expected a number, for example 60."),
        ({"QUARTERDECK_SPEED": "0"}, "QUARTERDECK_SPEED: expected a number above 0."),
        ({"QUARTERDECK_HTTP_PORT": "http"}, "QUARTERDECK_HTTP_PORT: expected a whole number, for example 3000."),
        ({"QUARTERDECK_HTTP_PORT": "70000"}, "QUARTERDECK_HTTP_PORT: expected at most 65535."),
        ({"QUARTERDECK_LOG_FORMAT": "xml"}, "QUARTERDECK_LOG_FORMAT: expected text or json."),
        ({"QUARTERDECK_PACING": "yes"}, "QUARTERDECK_PACING: expected on or off."),
        ({"QUARTERDECK_SPED": "2"}, "QUARTERDECK_SPED: there is no such setting. Did you mean QUARTERDECK_SPEED?"),
        ({"QUARTERDECK_SECRET": "short"}, "QUARTERDECK_SECRET: expected at least 16 characters"),
        ({"QUARTERDECK_DATABASE_URL": "mysql://x"}, "QUARTERDECK_DATABASE_URL: expected sqlite:///"),
        ({"QUARTERDECK_DATABASE_URL": "postgresql://h/d"}, "QUARTERDECK_SECRET: missing. On PostgreSQL"),
        ({"QUARTERDECK_AUTO_OPEN": "B01:cost_spike"}, "QUARTERDECK_AUTO_OPEN: 'B01:cost_spike' is no bot or user id"),
        ({"QUARTERDECK_AUTO_OPEN": "scanner=cost_spike"}, "QUARTERDECK_AUTO_OPEN: 'scanner' is no bot or user id"),
        ({"QUARTERDECK_AUTO_OPEN": "B01=cost"}, "QUARTERDECK_AUTO_OPEN: B01: 'cost' is no trigger, there are key_com"),
        ({"SLACK_APP_TOKEN": "xapp-made-up"}, "SLACK_BOT_TOKEN: missing."),
        ({"SLACK_BOT_TOKEN": "xoxb-made-up"}, "SLACK_APP_TOKEN: missing."),
        ({**SOCKET, "SLACK_BOT_TOKEN": "xapp-swapped"}, "SLACK_BOT_TOKEN: expected the Bot User OAuth Token"),
        (
            {**SOCKET, "SLACK_API_URL": "https://slack.com/"},
            "SLACK_API_URL: 'https://slack.com/' is no Web API address",
        ),
    ],
)
def test_each_wrong_value_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], sentence: str
) -> None:
    sentences = wrong(monkeypatch, **environment)

    assert len(sentences) == 1
    assert sentences[0].startswith(sentence)


def test_a_slip_in_a_name_of_slacks_does_not_open_the_practice_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("SLACK_BOT_TOKN=xoxb-made-up\nSLACK_APP_TOKEN=xapp-made-up\n")
    assert "SLACK_BOT_TOKN: there is no such setting. Did you mean SLACK_BOT_TOKEN?" in wrong(monkeypatch)


def test_names_of_slacks_that_belong_to_others_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_URL", "https://hooks.example.com")
    monkeypatch.setenv("SLACK_BOT_TOKEN_OF_CI", "made up")
    assert load_settings().practice


def test_a_line_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("# mine\nQUARTERDECK_SPEED=2\nSLACK_BOT_TOKEN: xoxb-made-up\n")
    assert wrong(monkeypatch) == (".env: line 3 cannot be read. Write each setting as NAME=value.",)


def test_a_wrong_setting_with_a_made_default_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUARTERDECK_AUTO_OPEN", "nonsense")
    settings, problems = read_settings(None)
    assert (dict(settings.quarterdeck_auto_open), len(problems)) == ({}, 1)


def test_every_problem_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(wrong(monkeypatch, QUARTERDECK_SPEED="x", QUARTERDECK_LOG_FORMAT="x", QUARTERDECK_NO="1")) == 3


def test_no_token_is_shown_in_a_sentence_or_a_print(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "secret-part" not in str(wrong(monkeypatch, SLACK_BOT_TOKEN="xoxp-secret-part"))
    assert "made-up" not in repr(Settings(slack_bot_token="xoxb-made-up"))
