"""The roster file: the first filling of the roster, which from then on is kept in the database."""

from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bot.errors import WrongSettings
from playbooks.model import Role
from playbooks.roster import ROLES


def read_roster(path: Path | None) -> dict[Role, tuple[str, ...]]:
    """The roster file. Raises `WrongSettings` with every problem."""
    if path is None:
        return {}
    try:
        data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise WrongSettings(f"QUARTERDECK_ROSTER: {path} cannot be read ({reason}).") from None
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise WrongSettings(f"QUARTERDECK_ROSTER: {path}{where} is not YAML. Write role: [people].") from None
    if not isinstance(data, dict):
        raise WrongSettings(
            f"QUARTERDECK_ROSTER: {path} must map roles to people, for example dev_lead: [dev@example.com]."
        )
    problems = [problem for role, people in data.items() for problem in _roster_problems(path, role, people)]
    if problems:
        raise WrongSettings(*problems)
    return {Role(role): tuple(people) for role, people in data.items()}


def _roster_problems(path: Path, role: object, people: object) -> list[str]:
    if role not in list(ROLES):
        return [f"QUARTERDECK_ROSTER: {path} names the role {role!r}; there are {', '.join(ROLES)}."]
    if not isinstance(people, list) or not all(isinstance(person, str) and person.strip() for person in people):
        return [f"QUARTERDECK_ROSTER: {path}, {role}: expected a list of Slack user ids or e-mail addresses."]
    return []
