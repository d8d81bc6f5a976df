"""Looks at what lies on this machine: playbooks, secret, database. Reads only, so a running bot is not disturbed."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.doctor import judge_record as judge
from bot.doctor.case import Case
from bot.doctor.findings import Finding, failed, fine, skipped
from bot.fingerprints import kept_secret
from bot.settings import Settings
from playbooks.errors import InvalidPlaybook
from playbooks.loader import load_all
from storage.condition import files_of, folder_of, why_not_writable
from storage.engine import address_of
from storage.errors import NewerDatabase, StorageError
from storage.migrations import current, require_current
from storage.rows import Health
from storage.soundness import require_sound
from storage.sql_store import open_store

Look = Callable[[Case], Awaitable[list[Finding]]]
_DATABASE = "QUARTERDECK_DATABASE_URL"
LOOK_THROUGH_S = 30.0


async def playbooks(case: Case) -> list[Finding]:
    try:
        found = load_all(case.settings.quarterdeck_playbooks)
    except InvalidPlaybook as error:
        advice = "Correct it; quarterdeck playbooks check says the same."
        return [failed("playbooks", f"{problem}.", advice) for problem in error.problems]
    return [fine("playbooks", f"All can be used: {', '.join(sorted(found))}.")]


async def secret(case: Case) -> list[Finding]:
    return [_secret(case.settings)]


def _secret(settings: Settings) -> Finding:
    path = kept_secret(settings)
    kept = settings.on_sqlite and path.exists() and bool(path.read_text().strip())
    has_record = settings.on_sqlite and Path(address_of(settings.database_url).file).exists()
    return judge.secret(is_set=settings.quarterdeck_secret is not None, kept=kept, path=path, has_record=has_record)


async def database(case: Case) -> list[Finding]:
    url = case.settings.database_url
    try:
        found = await asyncio.to_thread(current, url)
        if found is not None:
            _refuse_newer(url)
            await asyncio.to_thread(require_sound, url, LOOK_THROUGH_S)
        problem = await asyncio.to_thread(why_not_writable, url, made=found is not None)
    except StorageError as error:
        return [failed("database", str(error))]
    if problem:
        return [failed("database", problem, f"Give this user the right to, or set {_DATABASE} to another place.")]
    return [judge.version(address_of(url).where, found)]


def _refuse_newer(url: str) -> None:
    try:
        require_current(url)
    except NewerDatabase:
        raise
    except StorageError:
        return  # an older one is judged by its version


async def disk(case: Case) -> list[Finding]:
    folder = folder_of(case.settings.database_url)
    if folder is None:
        return [skipped("disk", "The database lies on its own server.")]
    return [judge.disk(str(folder), shutil.disk_usage(folder).free)]


async def permissions(case: Case) -> list[Finding]:
    files = files_of(case.settings.database_url)
    if case.env_file and case.env_file.exists():
        files.append(case.env_file)
    return [judge.permissions({path: path.stat().st_mode & 0o777 for path in files})]


async def running_and_behind(case: Case) -> list[Finding]:
    health, why_not = await _health(case)
    if health is None:
        return [skipped("running", why_not), skipped("behind", why_not)]
    now = case.clock.now()
    return [judge.running(health, now), *judge.behind(health, now)]


async def _health(case: Case) -> tuple[Health | None, str]:
    """How the record stands, or why that cannot be known."""
    url = case.settings.database_url
    if await asyncio.to_thread(current, url) is None:
        return None, "There is no record yet."
    try:
        store = await asyncio.to_thread(open_store, url)
    except StorageError as error:
        return None, str(error)
    try:
        team = await store.meta("", "team")
        if team is None:
            return None, "Quarterdeck was never started on this record."
        return await store.health(team, case.clock.now()), ""
    finally:
        await store.close()


# What looks, what it reports on, and the settings it needs.
LOOKS: list[tuple[Look, tuple[str, ...], tuple[str, ...]]] = [
    (playbooks, ("playbooks",), ("QUARTERDECK_PLAYBOOKS",)),
    (secret, ("secret",), ("QUARTERDECK_SECRET", _DATABASE)),
    (database, ("database",), (_DATABASE,)),
    (disk, ("disk",), (_DATABASE,)),
    (permissions, ("permissions",), (_DATABASE,)),
    (running_and_behind, ("running", "behind"), (_DATABASE,)),
]
