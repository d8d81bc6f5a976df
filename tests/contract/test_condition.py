"""Whether a database could be written is found out on both engines without writing."""

import os
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.condition import files_of, folder_of, why_not_writable
from storage.engine import address_of, open_engine
from storage.errors import DatabaseUnavailable
from storage.migrations import current, migrate
from tests.contract.schema import run


def test_one_that_can_be_written_with_its_tables_and_without(empty_url: str) -> None:
    before = why_not_writable(empty_url, made=False)
    assert current(empty_url) is None
    migrate(empty_url)

    assert before is why_not_writable(empty_url, made=True) is None


def test_a_server_that_only_reads(make_postgres: str) -> None:
    run(
        make_postgres, f"ALTER DATABASE {address_of(make_postgres).url.database} SET default_transaction_read_only = on"
    )

    assert why_not_writable(make_postgres, made=True) == f"The database {address_of(make_postgres).where} is read-only."


def test_a_user_of_a_server_without_the_right(make_postgres: str) -> None:
    database = address_of(make_postgres).url.database
    run(
        make_postgres,
        "CREATE ROLE reader NOLOGIN",
        f"ALTER DATABASE {database} SET role = reader",
    )
    said = [why_not_writable(make_postgres, made=made) for made in (True, False)]
    _forget_reader(make_postgres)

    assert {str(one).partition("to the database")[0] for one in said} == {"This user may not write "}


def _forget_reader(url: str) -> None:
    engines = open_engine(url)
    with engines.writer.begin() as connection:
        connection.execute(text("RESET ROLE"))
        connection.execute(text("SET ROLE NONE"))
        connection.execute(text(f"ALTER DATABASE {address_of(url).url.database} RESET role"))
        connection.execute(text("DROP ROLE reader"))
    engines.dispose()


def test_a_server_that_does_not_answer() -> None:
    with pytest.raises(DatabaseUnavailable):
        why_not_writable("postgresql://nobody@127.0.0.1:9/none", made=True)


def test_a_folder_in_place_of_a_file_and_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert why_not_writable(f"sqlite:///{tmp_path}", made=False) == f"{tmp_path} is a folder."
    assert "may not make files in" in str(why_not_writable(f"sqlite:///{tmp_path}/file/x/y.db", made=False))


@pytest.mark.skipif(os.geteuid() == 0, reason="because root may write everything")
def test_a_file_of_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "record.db").touch(mode=0o400)

    assert why_not_writable(f"sqlite:///{tmp_path}/record.db", made=True) == (
        f"This user may not write the file {tmp_path}/record.db."
    )


def test_where_it_lies(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/not/yet/record.db"
    assert folder_of(url) == tmp_path
    assert files_of(url) == []
    (tmp_path / "record.db").touch()
    (tmp_path / "record.db.secret").touch()

    assert [file.name for file in files_of(f"sqlite:///{tmp_path}/record.db")] == ["record.db", "record.db.secret"]
    assert folder_of("postgresql://me@here/x") is None
