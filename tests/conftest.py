"""What every test run says first."""

from tests.contract.postgres import find_postgres


def pytest_report_header() -> str:
    return f"PostgreSQL for the contract tests: {find_postgres().name}"
