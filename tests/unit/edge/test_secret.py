"""The secret beside the record: made once, copied whole with it, and never empty."""

from pathlib import Path

import pytest

from bot.desk_work import back_up
from bot.errors import Stop, WrongSettings
from bot.fingerprints import kept_secret, secret_of
from bot.settings import Settings
from storage.migrations import migrate


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a record that is made, without its secret."""
    made = Settings(quarterdeck_database_url=f"sqlite:///{tmp_path / 'record.db'}")
    migrate(made.database_url)
    monkeypatch.setattr("bot.desk_work.load_settings", lambda: made)
    return made


def test_it_is_made_once(settings: Settings) -> None:
    made = secret_of(settings)

    assert len(made) == 64
    assert secret_of(settings) == made


def test_an_empty_one_is_none(settings: Settings) -> None:
    kept_secret(settings).touch()

    with pytest.raises(WrongSettings, match=r"is empty\. Put it back from your backup"):
        secret_of(settings)


def test_a_backup_takes_it_along(settings: Settings, tmp_path: Path) -> None:
    made = secret_of(settings)
    back_up(tmp_path / "copy.db")

    assert (tmp_path / "copy.db.secret").read_text().strip() == made
    assert (tmp_path / "copy.db.secret").stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("settings")
def test_a_backup_without_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(Stop, match=r"The record is in .*copy\.db, but its secret .*record\.db\.secret is gone\."):
        back_up(tmp_path / "copy.db")
    assert (tmp_path / "copy.db").exists()


def test_a_backup_that_cannot_take_it_leaves_no_empty_one(settings: Settings, tmp_path: Path) -> None:
    kept_secret(settings).mkdir()  # so that it cannot be read

    with pytest.raises(Stop, match=r"copy\.db\.secret cannot be written"):
        back_up(tmp_path / "copy.db")
    assert not (tmp_path / "copy.db.secret").exists()
