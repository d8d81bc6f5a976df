"""The same tests for every store: `store` is each of the three in turn, `url` each of the two databases."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from storage.memory_store import MemoryStore
from storage.migrations import migrate
from storage.sql_store import open_store
from storage.store import Store
from tests.contract.postgres import create_database, drop_database, find_postgres, name_in, running_postgres

SQL = ["sqlite", "postgres"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with running_postgres() as server:
        if server is None:
            pytest.skip(f"no PostgreSQL: {find_postgres().name}")
        yield server


@pytest.fixture(scope="session")
def migrated(postgres: str) -> Iterator[str]:
    """A database of this version, to be copied."""
    url = create_database(postgres)
    migrate(url)
    yield url
    drop_database(postgres, url)


@pytest.fixture(params=SQL)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without anything in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'record.db'}"
        return
    server = request.getfixturevalue("postgres")
    url = create_database(server)
    yield url
    drop_database(server, url)


@pytest.fixture(params=SQL)
def url(request: pytest.FixtureRequest, make_url: Callable[[str], str]) -> str:
    """A database of this version."""
    return make_url(request.param)


@pytest.fixture(params=["memory", *SQL])
async def store(request: pytest.FixtureRequest, make_url: Callable[[str], str]) -> AsyncIterator[Store]:
    opened: Store = MemoryStore() if request.param == "memory" else open_store(make_url(request.param))
    yield opened
    await opened.close()


@pytest.fixture
def make_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    made: list[tuple[str, str]] = []

    def make(engine: str) -> str:
        if engine == "sqlite":
            file = f"sqlite:///{tmp_path / 'record.db'}"
            migrate(file)
            return file
        server = request.getfixturevalue("postgres")
        made.append((server, create_database(server, name_in(request.getfixturevalue("migrated")))))
        return made[-1][1]

    yield make
    for server, url in made:
        drop_database(server, url)


@pytest.fixture
def make_postgres(make_url: Callable[[str], str]) -> str:
    """A PostgreSQL database of this version."""
    return make_url("postgres")
