"""What the operator reads when something is wrong: one sentence, the right exit code, never a traceback."""

import asyncio
import json
import os
import re
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from storage.lock import hold
from tests.acceptance.processes import Bot, Workspace, quarterdeck, workspace

KEY = f"sk-ant-api03-{'Quarterdeck0' * 7}123456789AA"


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[Workspace]:
    async with workspace(tmp_path) as running:
        yield running


async def refused(slack: Workspace, *, cwd: Path | None = None, **more: str) -> tuple[int, str]:
    """Starts it and gives exit code and complaint."""
    code, out, complaint = await quarterdeck("run", environment=slack.environment(**more), cwd=cwd)
    assert out == ""
    assert "Traceback" not in complaint
    return code, complaint.strip()


async def test_a_token_that_slack_refuses(slack: Workspace) -> None:
    code, complaint = await refused(slack, SLACK_BOT_TOKEN="xoxb-nobody")

    assert code == 1
    assert complaint == (
        'SLACK_BOT_TOKEN: Slack answered "invalid_auth". '
        "Copy the Bot User OAuth Token (xoxb-…) from OAuth & Permissions again."
    )


async def test_an_app_token_that_slack_refuses(slack: Workspace) -> None:
    code, complaint = await refused(slack, SLACK_APP_TOKEN="xapp-nobody")

    assert code == 1
    assert complaint.startswith('SLACK_APP_TOKEN: Slack answered "invalid_auth".')


async def test_a_slack_that_cannot_be_reached(slack: Workspace) -> None:
    code, complaint = await refused(slack, SLACK_API_URL="http://127.0.0.1:9/api/")

    assert code == 1
    assert complaint.startswith("Slack cannot be used at http://127.0.0.1:9/api/: no connection")


async def test_a_start_that_slack_lets_hang_ends_as_soon_as_it_is_asked_to(slack: Workspace) -> None:
    asked = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()  # until the other side goes
        writer.close()

    async with await asyncio.start_server(hang, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        bot = await Bot.begin(slack.environment(SLACK_API_URL=f"http://127.0.0.1:{port}/api/"))
        await asked.wait()
        bot.process.terminate()
        in_time = await bot.died(5)
        await bot.kill()
    assert (in_time, bot.process.returncode) == (True, 0)
    assert "Traceback" not in "".join(bot.log)


async def test_an_alerts_channel_that_the_bot_is_not_in(slack: Workspace) -> None:
    code, complaint = await refused(slack, QUARTERDECK_ALERTS_CHANNEL="#nowhere")

    assert code == 1
    assert complaint == (
        "QUARTERDECK_ALERTS_CHANNEL: Quarterdeck is not in a channel #nowhere. "
        "Invite it there (/invite @quarterdeck), or name another channel."
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("security_lead: [nobody@example.com, U0NOBODY]", "QUARTERDECK_ROSTER: Slack knows nobody as"),
        (
            "boss: [sam@example.com]",
            "names the role 'boss'; there are security_lead, dev_lead, auditor, recovery_owner.",
        ),
        ("security_lead: sam@example.com", "security_lead: expected a list of Slack user ids or e-mail addresses."),
        ("security_lead: [", "is not YAML. Write role: [people]."),
        ("- a\n- b", "must map roles to people"),
    ],
)
async def test_a_roster_that_cannot_be_used(slack: Workspace, tmp_path: Path, text: str, sentence: str) -> None:
    roster = tmp_path / "wrong.yaml"
    roster.write_text(text)
    code, complaint = await refused(slack, QUARTERDECK_ROSTER=str(roster))

    assert code == 2
    assert sentence in complaint


async def test_a_roster_that_is_not_there(slack: Workspace) -> None:
    code, complaint = await refused(slack, QUARTERDECK_ROSTER="/nowhere/roster.yaml")

    assert code == 2
    assert complaint.startswith("QUARTERDECK_ROSTER: /nowhere/roster.yaml cannot be read")


async def test_a_playbook_that_is_broken_says_every_problem(slack: Workspace, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "broken.yaml").write_text("id: broken\ntitle: x\nversion: one\n")
    code, complaint = await refused(slack, QUARTERDECK_PLAYBOOKS=str(tmp_path / "own"))

    assert code == 2
    assert 'broken.yaml:3:10  version: found "one"' in complaint
    assert len(complaint.splitlines()) >= 3


async def test_a_database_of_another_program(slack: Workspace, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE songs (title TEXT)")
    other.close()
    code, complaint = await refused(slack, QUARTERDECK_DATABASE_URL=f"sqlite:///{tmp_path / 'other.db'}")

    assert code == 1
    assert "other.db" in complaint
    assert len(complaint.splitlines()) == 1


async def test_a_folder_that_cannot_be_made(slack: Workspace) -> None:
    code, complaint = await refused(slack, QUARTERDECK_DATABASE_URL="sqlite:////proc/nowhere/record.db")

    assert code == 1
    assert complaint.startswith("QUARTERDECK_DATABASE_URL: the folder /proc/nowhere cannot be made")


async def test_every_wrong_setting_at_once(slack: Workspace) -> None:
    code, complaint = await refused(slack, QUARTERDECK_SPEED="fast", QUARTERDECK_SPED="1")

    assert code == 2
    assert complaint.splitlines() == [
        "QUARTERDECK_SPED: there is no such setting. Did you mean QUARTERDECK_SPEED?",
        "QUARTERDECK_SPEED: expected a number, for example 60.",
    ]


async def test_a_second_one_on_the_same_record_and_one_port_for_two(slack: Workspace, tmp_path: Path) -> None:
    first = await Bot.start(slack.environment())
    port = first.http.rpartition(":")[2]
    code, complaint = await refused(slack)
    second_code, second = await refused(
        slack, QUARTERDECK_DATABASE_URL=f"sqlite:///{tmp_path / 'second.db'}", QUARTERDECK_HTTP_PORT=port
    )
    assert await first.stop() == 0

    assert (code, second_code) == (1, 2)
    assert "already running" in complaint.lower() or "another quarterdeck" in complaint.lower()
    assert second.startswith(f"QUARTERDECK_HTTP_PORT: 127.0.0.1:{port} cannot be used")


async def test_the_command_line_beside_a_running_bot_and_without_a_record(slack: Workspace, tmp_path: Path) -> None:
    nothing = slack.environment(QUARTERDECK_DATABASE_URL=f"sqlite:///{tmp_path / 'none.db'}")
    code, _, complaint = await quarterdeck("verify", "INC-0001", environment=nothing)
    assert code == 1
    assert "There is no database" in complaint

    bot = await Bot.start(slack.environment())
    environment = slack.environment()
    listed = await quarterdeck("incidents", environment=environment)
    unknown = await quarterdeck("verify", "INC-9999", environment=environment)
    no_file = await quarterdeck("verify", "no-such-file.json", environment=environment)
    no_format = await quarterdeck("export", "INC-0001", "--format", "docx", environment=environment)
    wrong = await quarterdeck("explode", environment=environment)
    await bot.stop()

    assert listed[:2] == (0, "There are no incidents yet.\n")
    assert unknown[0] == no_file[0] == no_format[0] == 1
    assert "INC-9999" in unknown[2] or "9999" in unknown[2]
    assert "There is no export as “docx”" in no_format[2]
    assert wrong[0] == 2


async def test_the_doctor_beside_a_running_bot_and_where_something_fails(slack: Workspace) -> None:
    bot = await Bot.start(slack.environment())
    code, out, complaint = await quarterdeck("doctor", environment=slack.environment())
    wrong = await quarterdeck("doctor", "--json", environment=slack.environment(SLACK_BOT_TOKEN="xoxb-nobody"))
    await bot.stop()

    assert (code, complaint) == (0, "")
    assert "failed" not in out
    assert re.search(r"^ok +running +Quarterdeck runs", out, re.MULTILINE)
    assert re.search(r"^warning +roster +auditor: Ada Brandt, without a deputy", out, re.MULTILINE)
    assert (wrong[0], wrong[2]) == (1, "")
    assert json.loads(wrong[1])["ok"] is False


async def test_a_second_practice_leaves_the_record_of_the_first_alone(tmp_path: Path) -> None:
    record = tmp_path / "data" / "practice.db"
    record.parent.mkdir()
    record.write_text("the first one's")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("SLACK_", "QUARTERDECK_"))}
    with hold(f"sqlite:///{record}"):
        code, _, complaint = await quarterdeck("run", environment=environment, cwd=tmp_path)

    assert code == 1
    assert complaint.startswith("Quarterdeck is already running on data/practice.db")
    assert record.read_text() == "the first one's"
    assert not (tmp_path / "data" / "practice.json").exists()


async def test_slack_tokens_never_reach_the_log(slack: Workspace) -> None:
    bot = await Bot.start(slack.environment())
    await bot.stop()
    log = "\n".join(bot.log)

    for secret in ("bot_token", "app_token", "signing_secret"):
        assert slack.facts[secret] not in log


async def test_the_record_is_for_its_owner_only(slack: Workspace, tmp_path: Path) -> None:
    bot = await Bot.start(slack.environment())
    await bot.stop()

    names = {"record.db", "record.db.lock", "record.db.secret"}

    assert [name for name in names if os.stat(tmp_path / name).st_mode & 0o077] == []


async def test_what_a_command_writes_is_for_its_owner_only(slack: Workspace, tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        new = slack.environment(QUARTERDECK_DATABASE_URL=f"sqlite:///{tmp_path / 'new.db'}")
        assert (await quarterdeck("migrate", environment=new))[0] == 0
    finally:
        os.umask(mask)

    assert os.stat(tmp_path / "new.db").st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify", KEY],
        ["verify", f"{KEY}.json"],
        ["playbooks", "show", KEY],
        ["playbooks", "show", "--t0", KEY],
        ["playbooks", "check", KEY],
        ["export", "INC-0001", "--format", KEY],
        ["export", KEY],
        [KEY],
        [f"--{KEY}"],
    ],
)
async def test_no_argument_shows_a_key(slack: Workspace, arguments: list[str]) -> None:
    _, out, complaint = await quarterdeck(*arguments, environment=slack.environment())

    shown = re.sub(r"[\s│]", "", out + complaint)  # a usage message is broken into lines within a frame
    assert shown
    assert KEY[20:40] not in shown


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SLACK_API_URL", f"http://127.0.0.1:9/{KEY}/api/"),
        ("SLACK_API_URL", KEY),
        ("QUARTERDECK_ROSTER", f"/nowhere/{KEY}"),
        ("QUARTERDECK_SPEED", KEY),
        ("QUARTERDECK_ALERTS_CHANNEL", KEY),
    ],
)
async def test_no_setting_shows_a_key(slack: Workspace, variable: str, value: str) -> None:
    _, complaint = await refused(slack, cwd=None, **{variable: value})

    assert complaint
    assert KEY[20:40] not in complaint


async def test_health_says_what_it_sees(slack: Workspace) -> None:
    bot = await Bot.start(slack.environment())
    async with httpx.AsyncClient(base_url=bot.http) as http:
        alive, ready = await http.get("/healthz"), await http.get("/readyz")
        closed = await http.post("/slack/events", content=b"{}")
        figures = (await http.get("/metrics")).text
    await bot.stop()

    assert alive.status_code == 200
    said = {"database": "ok", "slack": "ok", "oldest_overdue_s": 0.0, "unsent": 0, "troubles": []}
    assert {**ready.json(), "sockets": 0} == {**said, "sockets": 0, "last_heard_s": None}
    assert closed.status_code == 404
    assert "quarterdeck_slack_connected 1.0" in figures
    assert 'quarterdeck_incidents_open{kind="real"} 0.0' in figures
    assert json.loads(bot.log[-1])["action"] == "stopping"
