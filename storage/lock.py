"""One running Quarterdeck per database. Both locks go when the process does, however it ends.

Never decided by the heartbeat, or a restart after `kill -9` would be refused.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from storage.engine import CUT_OFF, Address, address_of
from storage.errors import AlreadyRunning, DatabaseUnavailable

if TYPE_CHECKING:
    import psycopg  # otherwise only where it is needed: on SQLite that would be a tenth of the start

_KEY = 0x51444C4B  # of PostgreSQL's advisory locks, which are counted per database


class Held(Protocol):
    def still(self) -> bool:
        """False once the lock is lost, so that nothing more may be sent: PostgreSQL dropped the connection."""


class _File:
    def still(self) -> bool:
        return True  # the kernel keeps it as long as we live


class _Connection:
    def __init__(self, connection: "psycopg.Connection") -> None:
        self._connection = connection

    def still(self) -> bool:
        import psycopg

        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True


@contextmanager
def hold(url: str) -> Iterator[Held]:
    """Be the one Quarterdeck on this database as long as the block runs.

    Raises `AlreadyRunning` when another is, `DatabaseUnavailable` when the lock cannot be asked for.
    """
    address = address_of(url)
    with _hold_file(address) if address.is_sqlite else _hold_connection(address) as held:
        yield held


@contextmanager
def _hold_file(address: Address) -> Iterator[Held]:
    path = Path(f"{os.path.realpath(address.file)}.lock")  # one lock, by whatever link somebody comes
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise DatabaseUnavailable(f"The lock file {path} cannot be written: {error.strerror}.") from error
    try:
        _lock(descriptor, address)
        # The file stays: removing it would let two processes hold two files of the same name.
        yield _File()
    finally:
        os.close(descriptor)


def _lock(descriptor: int, address: Address) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 20).decode(errors="replace").strip()
        raise AlreadyRunning(_sentence(address, f" (process {holder})" if holder else "")) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, str(os.getpid()).encode())


@contextmanager
def _hold_connection(address: Address) -> Iterator[Held]:
    import psycopg

    conninfo = address.url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = psycopg.connect(conninfo, autocommit=True, application_name="quarterdeck", **CUT_OFF)
    except psycopg.Error as error:
        first_line = str(error).strip().split("\n")[0]
        raise DatabaseUnavailable(f"The database {address.where} does not answer: {first_line}") from error
    with closing(connection):
        locked = connection.execute("SELECT pg_try_advisory_lock(%s)", (_KEY,)).fetchone()
        if locked != (True,):
            raise AlreadyRunning(_sentence(address, ""))
        try:
            yield _Connection(connection)
        finally:
            # Given back aloud: a server takes its time to notice that a connection is gone.
            with suppress(psycopg.Error):
                connection.execute("SELECT pg_advisory_unlock(%s)", (_KEY,))


def _sentence(address: Address, who: str) -> str:
    return f"Quarterdeck is already running on {address.where}{who}. Stop it first, or give this one its own database."
