"""One running Quarterdeck per database, and the lock goes with the process however it ends."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from storage.errors import AlreadyRunning, DatabaseUnavailable
from storage.lock import hold

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys
from storage.lock import hold
with hold(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process(url: str) -> Iterator[subprocess.Popen[str]]:
    """It holds the lock when the block begins."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, url], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_one_is_refused_until_the_first_ends(url: str) -> None:
    with hold(url) as held:
        assert held.still()
        with pytest.raises(AlreadyRunning, match="already running"), hold(url):
            pass

    with hold(url):
        pass


def test_a_killed_process_holds_nothing(url: str) -> None:
    with another_process(url) as process:
        with pytest.raises(AlreadyRunning), hold(url):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait(10)

        _until_held(url)


def _until_held(url: str) -> None:
    """The kernel frees a file lock at once; a PostgreSQL server first has to notice that nobody is there."""
    for _ in range(100):
        try:
            with hold(url):
                return
        except AlreadyRunning:
            _let_the_server_look(url)
    pytest.fail("the lock was never free")


def _let_the_server_look(url: str) -> None:
    if url.startswith("postgresql"):
        with psycopg.connect(url) as connection:
            connection.execute("SELECT pg_sleep(0.05)")


def test_the_sentence_names_the_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'record.db'}"
    with (
        another_process(url) as process,
        pytest.raises(AlreadyRunning, match=rf"record\.db \(process {process.pid}\)"),
        hold(url),
    ):
        pass


def test_a_link_to_the_same_file_is_no_way_round(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link.db").symlink_to(tmp_path / "elsewhere" / "record.db")
    with (
        hold(f"sqlite:///{tmp_path / 'elsewhere' / 'record.db'}"),
        pytest.raises(AlreadyRunning),
        hold(f"sqlite:///{tmp_path / 'link.db'}"),
    ):
        pass


def test_a_lock_file_that_was_deleted_is_made_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'record.db'}"
    with hold(url) as held:
        (tmp_path / "record.db.lock").unlink()
        assert held.still()
        with pytest.raises(AlreadyRunning), hold(url):
            pass
        assert held.still()
    with hold(url):
        pass


def test_whoever_took_its_place_meanwhile_has_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'record.db'}"
    with hold(url) as first:
        (tmp_path / "record.db.lock").unlink()
        with hold(url) as second:
            assert (first.still(), second.still()) == (False, True)


def test_a_disk_without_room_for_the_number_of_the_process_can_be_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    with hold(f"sqlite:///{tmp_path / 'record.db'}") as held:
        assert held.still()


def test_a_lost_connection_is_a_lost_lock(make_postgres: str) -> None:
    with hold(make_postgres) as held, psycopg.connect(make_postgres, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
        )
        assert not held.still()


def test_a_lock_that_cannot_be_asked_for_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="cannot be written"), hold(f"sqlite:///{tmp_path}/absent/record.db"):
        pass
    with pytest.raises(DatabaseUnavailable, match="does not answer"), hold("postgresql://u:p@127.0.0.1:1/d"):
        pass
