"""What a check found: one line each, for people and for machines."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum

from bot.observability import redacted


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"  # works, and something should be done
    FAILED = "failed"  # does not work, or will not when it is needed
    SKIPPED = "skipped"  # could not be looked at, and the line says why


# Every check, in the order of the report. docs/reference/doctor.md describes each; a test holds it complete.
CHECKS = (
    "settings",
    "playbooks",
    "secret",
    "database",
    "disk",
    "permissions",
    "running",
    "behind",
    "slack",
    "clock",
    "bot_token",
    "scopes",
    "mode",
    "alerts_channel",
    "roster",
)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`said` is the fact, `advice` what to do about it; both are sentences without any secret."""

    check: str
    level: Level
    said: str
    advice: str = ""


def fine(check: str, said: str) -> Finding:
    return Finding(check=check, level=Level.OK, said=said)


def warning(check: str, said: str, advice: str) -> Finding:
    return Finding(check=check, level=Level.WARNING, said=said, advice=advice)


def failed(check: str, said: str, advice: str = "") -> Finding:
    return Finding(check=check, level=Level.FAILED, said=said, advice=advice)


def skipped(check: str, said: str) -> Finding:
    return Finding(check=check, level=Level.SKIPPED, said=said)


def all_well(findings: Iterable[Finding]) -> bool:
    """True when nothing failed; warnings alone are well enough."""
    return all(one.level is not Level.FAILED for one in findings)


def as_text(findings: list[Finding]) -> str:
    """One line each, and one that sums up."""
    width = max(map(len, CHECKS))
    lines = [f"{one.level:<8} {one.check:<{width}}  {one.said} {one.advice}".rstrip() for one in findings]
    counts = {level: sum(one.level is level for one in findings) for level in Level}
    total = ", ".join(f"{count} {level}" for level, count in counts.items() if count)
    return redacted("\n".join([*lines, "", f"{total}."]))


def as_json(findings: list[Finding]) -> str:
    """`{"ok": true, "findings": [{"check", "level", "said", "advice"}, …]}`, in the order of the lines."""
    value = {"ok": all_well(findings), "findings": [asdict(one) for one in findings]}
    return redacted(json.dumps(value, ensure_ascii=False, indent=2))
