"""The roster is filled from its file once; afterwards the database counts, and the file only if it is asked for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from structlog.testing import capture_logs

from bot.errors import Stop, WrongSettings
from bot.roster_work import TAKEN_UP, load_roster, roster_lines, verify_roster
from playbooks.model import Role
from playbooks.roster import ADMIN_LOG
from simulator.api.call import Call
from simulator.errors import SlackError
from tests.scenario.company import KEY, Company, company_at_work

DEVI, MAX = "devi@example.com", "max@example.com"
MANY = [f"U0MANY{place}" for place in range(21)]


async def owners(company: Company) -> dict[str, list[str | None]]:
    return {role.value: [person.name for person in people] for role, people in company.deck.people.roster().items()}


def rewrite(folder: Path, **roles: list[str]) -> None:
    """Change these roles in the file."""
    path, yaml = folder / "roster.yaml", YAML(typ="safe")
    now: Mapping[str, Any] = yaml.load(path.read_text())
    with path.open("w") as file:
        yaml.dump({role: people for role, people in {**now, **roles}.items() if people}, file)


def from_the_command_line(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same settings as the company's bot has."""
    monkeypatch.setattr("bot.roster_work.load_settings", lambda: company.settings)


async def test_the_file_fills_it_once_and_each_role_is_an_entry(company: Company) -> None:
    log = await company.entries(ADMIN_LOG)

    assert [entry.data["role"] for entry in log] == ["security_lead", "dev_lead", "auditor", "recovery_owner"]
    assert {(entry.actor.id, entry.text.split(": ")[1]) for entry in log} == {("system", "taken from roster.yaml")}
    assert log[1].data["people"] == [DEVI, MAX]
    assert log[1].data["names"] == {DEVI: "Devi Rao", MAX: "Max Lind"}


async def test_afterwards_the_database_counts_and_the_log_says_that_the_file_differs(
    record: str, tmp_path: Path
) -> None:
    async with company_at_work(tmp_path, record) as company:
        await company.stop()
        rewrite(tmp_path, dev_lead=[MAX, DEVI])
        with capture_logs() as logs:
            await company.start()

        said = [line["event"] for line in logs if line["action"] == "roster_file_differs"]
        assert len(said) == 1
        assert "in: dev_lead. It is edited in Slack" in said[0]
        assert (await owners(company))["dev_lead"] == ["Devi Rao", "Max Lind"]


async def test_the_command_line_shows_loads_and_verifies_it(
    record: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with company_at_work(tmp_path, record) as company:
        await company.store.set_meta("", "team", company.team)
        from_the_command_line(company, monkeypatch)
        rewrite(tmp_path, dev_lead=[MAX])
        shown = await roster_lines()
        assert f"dev_lead        Devi Rao ({DEVI}), Max Lind ({MAX})" in shown
        assert "since 2026-11-21 12:00 UTC, by Quarterdeck, from the file (entry 2)" in shown[3]
        assert "differs" in shown[-1]
        assert await load_roster() == ["dev lead: taken from roster.yaml on the command line", TAKEN_UP]
        assert (await verify_roster())[1].startswith("The roster verifies: 5 entries")

        assert (await owners(company))["dev_lead"] == ["Devi Rao", "Max Lind"]
        await company.deck.rosters.reload()
        assert (await owners(company))["dev_lead"] == ["Max Lind"]
        assert await load_roster() == [
            f"{tmp_path / 'roster.yaml'} says what the roster is already; nothing was changed."
        ]


async def test_a_key_in_the_file_or_its_name_is_masked(
    record: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with company_at_work(tmp_path, record) as company:
        await company.store.set_meta("", "team", company.team)
        rewrite(tmp_path, dev_lead=[MAX, KEY])
        named = (tmp_path / "roster.yaml").rename(tmp_path / f"{KEY}.yaml")
        company.settings = company.settings.model_copy(update={"quarterdeck_roster": named})
        from_the_command_line(company, monkeypatch)
        said = await load_roster()

        assert said[0].startswith("dev lead: taken from [Anthropic key")
        assert KEY not in repr((said, await company.entries(ADMIN_LOG)))


async def test_a_file_without_a_lead_is_not_taken(record: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with company_at_work(tmp_path, record) as company:
        await company.store.set_meta("", "team", company.team)
        from_the_command_line(company, monkeypatch)
        rewrite(tmp_path, security_lead=[])
        with pytest.raises(Exception, match="names no security_lead"):
            await load_roster()


async def test_somebody_in_the_file_whom_slack_does_not_know_stops_the_first_start(record: str, tmp_path: Path) -> None:
    async with company_at_work(tmp_path, record, roster=False) as company:
        await company.stop()
        path = tmp_path / "wrong.yaml"
        path.write_text("dev_lead: [nobody@example.com]\n")
        company.settings = company.settings.model_copy(update={"quarterdeck_roster": path})
        with pytest.raises(WrongSettings, match=r"Slack knows nobody as 'nobody@example.com'\."):
            await company.start()
        assert await company.store.entries("", ADMIN_LOG) == []


async def test_too_many_for_a_role_stop_the_first_start(record: str, tmp_path: Path) -> None:
    async with company_at_work(tmp_path, record, roster=False) as company:
        await company.stop()
        path = tmp_path / "wrong.yaml"
        path.write_text(f"dev_lead: {MANY}\n")
        company.settings = company.settings.model_copy(update={"quarterdeck_roster": path})
        with pytest.raises(WrongSettings, match="At most 20 people can hold a role; it names for dev_lead: 21"):
            await company.start()
        assert await company.store.entries(company.team, ADMIN_LOG) == []


async def test_too_many_for_a_role_are_not_loaded_and_stop_no_later_start(
    record: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with company_at_work(tmp_path, record) as company:
        await company.store.set_meta("", "team", company.team)
        from_the_command_line(company, monkeypatch)
        rewrite(tmp_path, dev_lead=MANY, auditor=MANY)
        with pytest.raises(Stop, match=r"was not taken. At most 20 .* for dev_lead: 21, auditor: 21\."):
            await load_roster()

        await company.stop()
        await company.start()
        assert (await owners(company))["dev_lead"] == ["Devi Rao", "Max Lind"]


async def test_somebody_who_was_deleted_since_stops_nothing_and_is_passed_over(record: str, tmp_path: Path) -> None:
    async with company_at_work(tmp_path, record) as company:
        await company.stop()
        company.workspace.user(company.devi.id).deleted = True  # users.lookupByEmail finds them no more
        with capture_logs() as logs:
            await company.start()
            await company.deck.rosters.reload()

        said = [line["event"] for line in logs if line["action"] == "roster_unknown"]
        assert said == [f"Slack knows nobody as {DEVI!r} any more: not reachable"]
        await company.open()
        assert (await company.incident()).roster[Role.DEV_LEAD] == (company.max.id,)


async def test_a_guest_on_the_roster_has_an_account_and_counts(record: str, tmp_path: Path) -> None:
    async with company_at_work(tmp_path, record) as company:
        company.workspace.user(company.sam.id).is_restricted = True
        await company.deck.people.refresh()

        assert (await owners(company))["security_lead"] == ["Sam Okafor", "Sid Park"]


async def test_somebody_of_another_organisation_is_passed_over(record: str, tmp_path: Path) -> None:
    async with company_at_work(tmp_path, record) as company:
        company.workspace.user(company.sam.id).is_stranger = True
        await company.deck.people.refresh()

        assert (await owners(company))["security_lead"] == ["Sid Park"]


async def test_answers_lost_at_the_start_are_asked_for_again(record: str, tmp_path: Path) -> None:
    async with company_at_work(tmp_path, record) as company:
        await company.stop()
        left = {"users.lookupByEmail": 2, "users.conversations": 1, "auth.test": 1}

        def lost(call: Call) -> Exception | None:
            left[call.method] = left.get(call.method, 0) - 1
            return SlackError("internal_error") if left[call.method] >= 0 else None

        company.trouble(error=lost)
        await company.start()
        company.well_again()

        assert (await owners(company))["security_lead"] == ["Sam Okafor", "Sid Park"]
