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
    """The kernel keeps the lock as long as we live. But it is on a file, not on its name: whoever deletes the file lets
    another in, who makes one of the same name."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._path = Path(f"{os.path.realpath(address.file)}.lock")  # one lock, by whatever link somebody comes
        self._descriptor = _open(self._path)
        try:
            _lock(self._descriptor, address)
        except BaseException:
            self.release()
            raise

    def still(self) -> bool:
        try:
            if os.path.samestat(self._path.stat(), os.fstat(self._descriptor)):
                return True
        except OSError:  # it is gone, or nobody can see it
            pass
        try:
            again = _File(self._address)
        except AlreadyRunning:
            return False
        except DatabaseUnavailable:
            return True  # where we cannot make one, neither can anybody else
        os.dup2(again._descriptor, self._descriptor, inheritable=False)
        again.release()
        return True

    def release(self) -> None:
        # The file stays: removing it would let two processes hold two files of the same name.
        os.close(self._descriptor)


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
    held = _File(address)
    try:
        yield held
    finally:
        held.release()


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise DatabaseUnavailable(f"The lock file {path} cannot be written: {error.strerror}.") from error


def _lock(descriptor: int, address: Address) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 20).decode(errors="replace").strip()
        raise AlreadyRunning(_sentence(address, f" (process {holder})" if holder else "")) from None
    with suppress(OSError):  # a full disk: what it is for is a better sentence, and the lock holds without
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)


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
