"""The people who practise: a small company with one bot, one guest and one stranger."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from simulator.model import User
from simulator.workspace import Workspace

STAFF = {
    "Dana Ito": None,
    "Sam Okafor": "security_lead",
    "Sid Park": "security_lead",
    "Devi Rao": "dev_lead",
    "Max Lind": "dev_lead",
    "Ada Brandt": "auditor",
    "Rob Silva": "recovery_owner",
}
"""Name → role on the roster. Within a role the first is the owner and the rest are deputies."""

GUEST = "Gus Vale"
STRANGER = "Nora Quist"
SCANNER = "Leak Scanner"


def roster() -> dict[str, list[str]]:
    """Role → e-mail addresses, in order."""
    people: dict[str, list[str]] = {}
    for name, role in STAFF.items():
        if role is not None:
            people.setdefault(role, []).append(email(name))
    return people


def write_roster(path: Path) -> Path:
    """Write the roster as YAML, in the form that the bot reads."""
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(roster(), file)
    return path


def email(name: str) -> str:
    return f"{name.split()[0].lower()}@example.com"


def practice_workspace(**options: Any) -> Workspace:
    """Build a workspace and move the company in. Options are those of `Workspace`."""
    workspace = Workspace(**options)
    staff = [workspace.add_user(name, email=email(name)) for name in STAFF]
    guest = workspace.add_user(GUEST, email=email(GUEST), restricted=True)
    stranger = workspace.add_user(STRANGER, team_id="T0ELSEWHERE")
    scanner = workspace.add_user(SCANNER, name="leak-scanner", bot=True)
    _furnish(workspace, staff, guest, stranger, scanner)
    return workspace


def _furnish(workspace: Workspace, staff: list[User], guest: User, stranger: User, scanner: User) -> None:
    bot, host = workspace.bot, staff[0]
    general = workspace.add_channel("general", members=[*staff, guest, bot], creator=host)
    general.is_general = True
    workspace.add_channel("security-alerts", members=[*staff, scanner, bot], creator=host)
    shared = workspace.add_channel("partner-desk", members=[*staff, stranger, bot], creator=host)
    shared.is_ext_shared = True
