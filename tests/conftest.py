"""What every test run says first."""

import pytest
from hypothesis import HealthCheck, settings

from tests.contract.postgres import find_postgres

LAST = ("test_wheel.py", "test_image.py")  # what is shipped is looked at when everything in it is known to work

# A busy machine is no defect: nothing here is judged by how long it took.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_report_header() -> str:
    return f"PostgreSQL for the contract tests: {find_postgres().name}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name in LAST)
