"""The doctor against a practice Slack: real HTTP, real files, and the environment as an operator sets it."""

import dataclasses
import os
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.doctor.examine import examine
from bot.doctor.findings import Finding, Level
from bot.roster_work import load_roster
from simulator.company import email
from simulator.errors import SlackError
from storage.tables import VERSION, VERSION_TABLE
from tests.scenario.company import NOON, Company, TestClock, company_at_work, down

OK, WARNING, FAILED, SKIPPED = Level.OK, Level.WARNING, Level.FAILED, Level.SKIPPED


class Patient:
    """A company, and the installation that is looked at."""

    def __init__(self, company: Company, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.company, self.workspace, self.folder = company, company.workspace, folder
        self.set = monkeypatch.setenv
        settings, credentials = company.settings, company.workspace.credentials
        self.set("SLACK_BOT_TOKEN", credentials.bot_token)
        self.set("SLACK_APP_TOKEN", credentials.app_token)
        self.set("SLACK_API_URL", settings.slack_api_url)
        self.set("QUARTERDECK_DATABASE_URL", settings.database_url)
        self.set("QUARTERDECK_ROSTER", str(folder / "roster.yaml"))
        self.set("QUARTERDECK_SECRET", "a secret of the tests, long enough")
        self.findings: list[Finding] = []

    async def examined(self, *, ahead: timedelta = timedelta()) -> dict[str, Finding]:
        """The worst of each check."""
        self.findings = await examine(None, TestClock(self.company.clock.now() + ahead))
        order = [SKIPPED, OK, WARNING, FAILED]
        return {one.check: one for one in sorted(self.findings, key=lambda one: order.index(one.level))}

    async def roster(self, text: str) -> None:
        self.file(text)
        await load_roster()

    def file(self, text: str) -> None:
        (self.folder / "roster.yaml").write_text(text)


@pytest.fixture
async def patient(record: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Patient]:
    monkeypatch.chdir(tmp_path)
    async with company_at_work(tmp_path, record) as company:
        await company.store.set_meta("", "team", company.team)
        for end in ("", "-wal", "-shm"):  # as a start of the process leaves them
            os.chmod(f"{tmp_path}/record.db{end}", 0o600)
        yield Patient(company, monkeypatch, tmp_path)


def words(findings: list[Finding], check: str, level: Level) -> str:
    return "\n".join(one.said for one in findings if one.check == check and one.level is level)


async def test_a_healthy_installation_beside_its_running_bot(patient: Patient) -> None:
    pairs = {"security_lead": "Sam Sid", "dev_lead": "Devi Max", "auditor": "Ada Max", "recovery_owner": "Rob Sid"}
    lines = [f"{role}: [{', '.join(map(email, names.split()))}]" for role, names in pairs.items()]
    await patient.roster("\n".join(lines))
    found = await patient.examined()

    assert [one for one in patient.findings if one.level is not OK] == []
    assert "T0PRACTICE" in found["bot_token"].said
    assert "Socket Mode" in found["mode"].said
    assert "Quarterdeck runs" in found["running"].said
    assert patient.workspace.delivery.sockets.connected == patient.company.sockets.standing


async def test_nothing_secret_is_said(patient: Patient) -> None:
    await patient.examined()
    said = repr(patient.findings)

    credentials = dataclasses.asdict(patient.workspace.credentials)
    assert [name for name, secret in credentials.items() if secret in said] == []


async def test_a_missing_scope_and_one_too_many(patient: Patient) -> None:
    manifest = patient.workspace.manifest
    scopes = manifest.scopes - {"pins:write"} | {"channels:join"}
    patient.workspace.manifest = dataclasses.replace(manifest, scopes=frozenset(scopes))
    await patient.examined()

    assert words(patient.findings, "scopes", FAILED) == "pins:write is missing: pin the board."
    assert "channels:join" in words(patient.findings, "scopes", WARNING)


async def test_a_revoked_token_hides_nothing_else(patient: Patient) -> None:
    patient.company.trouble("auth.test", error=SlackError("token_revoked"))
    found = await patient.examined()

    assert found["bot_token"].said == 'SLACK_BOT_TOKEN: Slack answered "token_revoked".'
    assert "Copy the Bot User OAuth Token" in found["bot_token"].advice
    assert [found[check].level for check in ("slack", "clock", "mode", "database")] == [OK] * 4
    assert [found[check].level for check in ("scopes", "alerts_channel")] == [SKIPPED] * 2


async def test_an_app_token_of_no_app(patient: Patient) -> None:
    patient.set("SLACK_APP_TOKEN", "xapp-nobody")
    found = await patient.examined()

    assert found["mode"].level is FAILED
    assert 'SLACK_APP_TOKEN: Slack answered "invalid_auth".' in found["mode"].said
    assert found["bot_token"].level is OK


async def test_http_mode_is_named(patient: Patient) -> None:
    patient.set("SLACK_APP_TOKEN", "")
    patient.set("SLACK_SIGNING_SECRET", "made up")
    found = await patient.examined()

    assert found["mode"].level is OK
    assert found["mode"].said.startswith("HTTP mode")


@pytest.mark.parametrize(("change", "sentence"), [("leave", "is not in a channel"), ("archive", "is archived")])
async def test_an_alerts_channel_that_does_not_serve(patient: Patient, change: str, sentence: str) -> None:
    channel = patient.workspace.channel_named("security-alerts")
    if change == "archive":
        channel.is_archived = True
    else:
        channel.members.remove(patient.workspace.bot.id)
    found = await patient.examined()

    assert found["alerts_channel"].level is FAILED
    assert sentence in found["alerts_channel"].said


async def test_people_who_cannot_serve(patient: Patient) -> None:
    ada = patient.workspace.user_named("Ada Brandt")
    ada.deleted = True
    stranger, bot = patient.workspace.user_named("Nora Quist"), patient.workspace.bot
    people = ", ".join([email("Gus Vale"), ada.id, stranger.id, bot.id, "nobody@example.com", email("Rob Silva")])
    await patient.roster(f"security_lead: [{people}]\nauditor: [{ada.id}]\n")
    await patient.examined()
    said = words(patient.findings, "roster", FAILED)

    assert "Gus Vale (gus@example.com) is a guest." in said
    assert f"Ada Brandt ({ada.id}) is deactivated." in said
    assert f"Nora Quist ({stranger.id}) belongs to another organisation." in said
    assert f"Quarterdeck ({bot.id}) is an app." in said
    assert "Slack knows no active account as nobody@example.com." in said
    assert "auditor: nobody can be reached" in said
    assert words(patient.findings, "roster", WARNING) == "security_lead: Rob Silva, without a deputy."


async def test_no_roster_and_a_roster_that_is_none(patient: Patient) -> None:
    patient.file("boss: [sam@example.com]")
    assert "names the role 'boss'" in (await patient.examined())["roster"].said
    patient.set("QUARTERDECK_ROSTER", "")
    patient.set("QUARTERDECK_DATABASE_URL", f"sqlite:///{patient.folder / 'none.db'}")
    assert "There is no roster" in (await patient.examined())["roster"].said


async def test_the_roster_of_the_database_counts_and_a_file_that_differs_is_named(patient: Patient) -> None:
    patient.file("auditor: [gus@example.com]")
    await patient.examined()

    assert "roster.yaml differs" in words(patient.findings, "roster", WARNING)
    assert "security_lead: Sam Okafor, then Sid Park." in words(patient.findings, "roster", OK)
    patient.set("QUARTERDECK_ROSTER", "")
    await patient.examined()
    assert "differs" not in words(patient.findings, "roster", WARNING)


async def test_a_damaged_roster_is_a_finding(patient: Patient) -> None:
    with sqlite3.connect(patient.folder / "record.db") as database:
        database.execute("UPDATE entries SET body = '{}' WHERE number = 0 AND seq = 1")
    database.close()

    found = await patient.examined()
    assert found["roster"].level is FAILED
    assert "`quarterdeck verify roster` names what does not fit" in found["roster"].said


async def test_slack_that_cannot_be_reached(patient: Patient) -> None:
    patient.set("SLACK_API_URL", "http://127.0.0.1:9/api/")
    found = await patient.examined()

    assert found["slack"].level is FAILED
    assert "cannot be reached at http://127.0.0.1:9/api/" in found["slack"].said
    assert found["database"].level is found["playbooks"].level is OK
    assert "security_lead: sam@example.com, then sid@example.com." in words(patient.findings, "roster", OK)


async def test_slack_that_is_down_for_everything(patient: Patient) -> None:
    patient.company.trouble(error=down)
    found = await patient.examined()

    assert found["slack"].level is FAILED
    assert found["alerts_channel"].level is SKIPPED


@pytest.mark.parametrize(("ahead", "level"), [(0, OK), (10, WARNING), (-45, FAILED)])
async def test_a_clock_that_differs_from_slacks(patient: Patient, ahead: int, level: Level) -> None:
    found = await patient.examined(ahead=timedelta(seconds=ahead))

    assert found["clock"].level is level
    assert level is OK or f"{abs(ahead - 0.5):.1f} s" in found["clock"].said


@pytest.mark.parametrize(("version", "level"), [("0000", WARNING), ("9999", FAILED)])
async def test_a_database_of_another_version_is_left_as_it_is(patient: Patient, version: str, level: Level) -> None:
    copy = patient.folder / "copy.db"
    with sqlite3.connect(patient.folder / "record.db") as source, sqlite3.connect(copy) as db:
        source.backup(db)
        db.execute(f"UPDATE {VERSION_TABLE} SET version_num = ?", [version])
    source.close()
    db.close()
    patient.set("QUARTERDECK_DATABASE_URL", f"sqlite:///{copy}")
    before = copy.read_bytes()
    found = await patient.examined()

    assert found["database"].level is level
    assert version in found["database"].said
    assert VERSION in found["database"].said
    assert copy.read_bytes() == before


async def test_a_database_that_is_not_there_yet_is_not_made(patient: Patient) -> None:
    path = patient.folder / "new" / "record.db"
    patient.set("QUARTERDECK_SECRET", "")
    patient.set("QUARTERDECK_DATABASE_URL", f"sqlite:///{path}")
    found = await patient.examined()

    assert [found[check].level for check in ("database", "secret", "disk")] == [OK] * 3
    assert found["running"].level is SKIPPED
    assert not path.parent.exists()


async def test_a_database_whose_folder_cannot_be(patient: Patient) -> None:
    (patient.folder / "file").write_text("")
    patient.set("QUARTERDECK_DATABASE_URL", f"sqlite:///{patient.folder}/file/record.db")
    found = await patient.examined()

    assert found["database"].level is FAILED
    assert f"may not make files in {patient.folder}/file" in found["database"].said
    assert found["bot_token"].level is OK


async def test_a_record_that_others_may_read(patient: Patient) -> None:
    os.chmod(patient.folder / "record.db", 0o644)
    found = await patient.examined()

    assert found["permissions"].level is WARNING
    assert f"chmod 600 {patient.folder}/record.db" in found["permissions"].advice


async def test_incidents_that_nobody_serves(patient: Patient) -> None:
    await patient.company.open()
    found = await patient.examined(ahead=timedelta(minutes=6))

    assert found["running"].level is found["behind"].level is FAILED
    assert "1 incident is open" in found["running"].said
    assert "overdue for 3 min" in found["behind"].said


async def test_wrong_settings_are_each_a_line_and_spoil_only_what_they_are_for(patient: Patient) -> None:
    patient.set("QUARTERDECK_SPEED", "fast")
    patient.set("QUARTERDECK_ROOSTER", "x")
    patient.set("QUARTERDECK_DATABASE_URL", "mysql://here")
    patient.set("SLACK_BOT_TOKEN", "made up")
    found = await patient.examined()

    assert words(patient.findings, "settings", FAILED).count("\n") == 3
    assert [found[check].level for check in ("database", "disk", "bot_token", "scopes")] == [SKIPPED] * 4
    assert [found[check].level for check in ("slack", "clock", "mode", "playbooks")] == [OK] * 4


async def test_practice_says_so_and_asks_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    findings = {one.check: one for one in await examine(None, TestClock(NOON))}

    assert findings["slack"].said.startswith("Practice")
    assert {findings[check].level for check in ("slack", "bot_token", "scopes", "mode", "roster")} == {SKIPPED}
    assert findings["database"].level is OK
    assert os.listdir(tmp_path) == []


async def test_a_check_that_breaks_hides_no_other(patient: Patient) -> None:
    patient.set("QUARTERDECK_SECRET", "")
    (patient.folder / "record.db.secret").mkdir()
    found = await patient.examined()

    assert found["secret"].level is FAILED
    assert "IsADirectoryError" in found["secret"].said
    assert found["bot_token"].level is OK
