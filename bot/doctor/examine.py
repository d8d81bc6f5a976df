"""Runs every check on its own: one that fails or breaks hides no other."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path

import aiohttp

from bot.bootstrap import gateway_of
from bot.clock import Clock, SystemClock
from bot.doctor.case import Case
from bot.doctor.findings import CHECKS, Finding, failed, fine, skipped
from bot.doctor.record_checks import LOOKS
from bot.doctor.slack_checks import SlackChecks
from bot.errors import Stop
from bot.settings import read_settings
from storage.errors import StorageError

PATIENCE_S = 60.0  # for one check; each question has its own, shorter limit
_SLACK = ("clock", "bot_token", "scopes", "mode", "alerts_channel", "roster")


async def examine(env_file: Path | None = Path(".env"), clock: Clock | None = None) -> list[Finding]:
    """Everything that can be said about this installation, in the order of `CHECKS`. Raises nothing."""
    settings, problems = read_settings(env_file)
    case = Case(settings=settings, problems=problems, clock=clock or SystemClock(), env_file=env_file)
    findings = _settings(case)
    for look, checks, needs in LOOKS:
        wrong = case.spoilt(*needs)
        findings += _spoilt(checks, wrong) if wrong else await _guarded(checks[0], look(case))
    findings += await _slack(case)
    return sorted(findings, key=lambda one: CHECKS.index(one.check))


def _settings(case: Case) -> list[Finding]:
    if case.problems:
        return [failed("settings", sentence) for sentence in case.problems]
    return [fine("settings", "All can be read.")]


def _spoilt(checks: tuple[str, ...], name: str) -> list[Finding]:
    return [skipped(check, f"{name} is wrong, see settings.") for check in checks]


async def _slack(case: Case) -> list[Finding]:
    if wrong := case.spoilt("SLACK_API_URL"):
        return _spoilt(("slack", *_SLACK), wrong)
    if case.practice:
        said = "Practice: no Slack variable is set, so `quarterdeck run` opens the practice workspace."
        return [skipped("slack", said), *(skipped(check, "Practice.") for check in _SLACK)]
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as http:
        return await _ask(case, SlackChecks(case, gateway_of(case.settings, http)))


async def _ask(case: Case, checks: SlackChecks) -> list[Finding]:
    findings = await _guarded("slack", checks.reach())
    no_token = case.spoilt("SLACK_BOT_TOKEN")
    if not checks.reached:
        findings += [skipped(check, "Slack cannot be reached.") for check in _SLACK if check != "roster"]
        return findings + await _guarded("roster", checks.roster())
    findings += _spoilt(("bot_token", "scopes"), no_token) if no_token else await _guarded("bot_token", checks.token())
    no_mode = case.spoilt("SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")
    findings += _spoilt(("mode",), no_mode) if no_mode else await _guarded("mode", checks.mode())
    findings += await _guarded("alerts_channel", checks.alerts())
    return findings + await _guarded("roster", checks.roster())


async def _guarded(check: str, look: Awaitable[list[Finding]]) -> list[Finding]:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await look
    except TimeoutError:
        return [failed(check, f"No answer within {PATIENCE_S:g} s.", "Try again.")]
    except Exception as error:  # whatever it is: the other checks are worth more than a traceback
        # Our own errors are sentences; of others the kind is said too.
        known = isinstance(error, StorageError | Stop)
        said = str(error) if known else f"{type(error).__name__}: {error}"
        return [failed(check, f"Could not be looked at: {said.rstrip('.')}.")]
