"""Each story gets a company of its own; when it ends, what must always hold is checked."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simulator.driver import Seen
from storage.migrations import migrate
from tests.contract.conftest import make_url, migrated, postgres
from tests.scenario.company import CHANNEL, SAID, Company, company_at_work

__all__ = ["make_url", "migrated", "postgres"]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("SLACK_", "QUARTERDECK_"))]:
        if not name.startswith("QUARTERDECK_TEST_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite record of this version, to be copied."""
    path = tmp_path_factory.mktemp("template") / "record.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def record(template: Path, tmp_path: Path) -> str:
    path = tmp_path / "record.db"
    path.write_bytes(template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
async def company(record: str, tmp_path: Path) -> AsyncIterator[Company]:
    async with company_at_work(tmp_path, record) as company:
        yield company
        await company.check()


@pytest.fixture
async def said(company: Company) -> Seen:
    """An incident, and a minute later something that Ada says in its channel; the time is 12:03 then."""
    await company.open()
    await company.at("12:01")
    message = await company.ada.say(SAID, channel=CHANNEL)
    await company.at("12:03")
    return message
