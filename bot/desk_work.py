"""What the command line does with the record, beside a running bot: it reads, and asks nothing of Slack."""

import asyncio
import os
import re
from contextlib import nullcontext
from pathlib import Path

from bot.errors import Stop
from bot.exporting import TYPESET, export, unavailable
from bot.fingerprints import kept_secret
from bot.settings import Settings, load_settings
from playbooks.incident import label_of
from playbooks.verify import verify_json
from storage.at_rest import verify_at_rest
from storage.backup import backup
from storage.errors import NotFound, StorageError
from storage.lock import hold
from storage.migrations import current, migrate, require_current
from storage.sql_store import open_store
from storage.store import Store
from storage.tables import VERSION

_ALL = 1_000_000
_INCIDENT = re.compile(r"(?:inc-)?0*([1-9][0-9]{0,8})", re.IGNORECASE)


async def export_incident(incident: str, form: str, as_of: int | None = None, *, terminal: bool = False) -> bytes:
    """The record as bytes of the format, up to the entry `as_of`.

    Raises `Stop` when there is no such thing, and when a terminal would have to show what is no text.
    """
    if problem := unavailable(form):
        raise Stop(problem)
    if terminal and form in TYPESET:
        raise Stop(f"A terminal cannot show {form}. Write it to a file: --output {incident}.{form}")
    async with _Record() as (store, team):
        number = _number(incident)
        entries = await store.entries(team, number)
        if not entries:
            raise Stop(f"There is no incident {label_of(number)}.")
        if as_of is not None and as_of > len(entries):
            raise Stop(f"{label_of(number)} has no entry {as_of}; its last is {len(entries)}.")
        return (await export(form, entries, as_of))[1]


async def verify_anything(what: str) -> tuple[bool, str]:
    """Whether an incident or an exported file verifies, and the sentence that says so or names what does not fit."""
    if not _INCIDENT.fullmatch(what):
        verdict = verify_json(_read(Path(what)))
        return verdict.ok, verdict.sentence
    async with _Record() as (_, team):
        number = _number(what)
        try:
            verdict = await asyncio.to_thread(verify_at_rest, load_settings().database_url, team, number)
        except NotFound as error:
            raise Stop(str(error)) from None
        return verdict.ok, verdict.sentence


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        what = f"{path} is neither an incident such as INC-0001 nor a file that can be read"
        raise Stop(f"{what} ({error.strerror}).") from None


async def incident_lines() -> list[str]:
    async with _Record() as (store, team):
        found = await store.summaries(team, limit=_ALL)
        return [
            f"{one.label}  {one.t0:%Y-%m-%d %H:%M} UTC  {one.status.value:<11}  "
            f"{'DRILL  ' if one.drill else ''}{one.trigger.label}"
            for one in found
        ] or ["There are no incidents yet."]


def back_up(target: Path) -> str:
    """Copies the record and the secret that belongs to it. Raises `Stop` when that cannot be."""
    settings = load_settings()
    secret = Path(f"{target}.secret")
    kept = kept_secret(settings) if settings.on_sqlite and not settings.quarterdeck_secret else None
    try:
        if kept and secret.exists():
            raise Stop(f"{secret} is there already, and nothing was written. Name another file.")
        backup(settings.database_url, target)
        if kept and not kept.exists():
            advice = "Put it back beside the record, or the same key from before and after will not be recognised."
            raise Stop(f"The record is in {target}, but its secret {kept} is gone. {advice}")
        if kept:
            _copy_secret(kept, secret)
            return f"The record is in {target}, the secret that belongs to it in {secret}. Keep both, for few eyes."
    except StorageError as error:
        raise Stop(str(error)) from None
    except OSError as error:
        raise Stop(f"{secret} cannot be written: {error.strerror}. The record is in {target}.") from None
    return f"The record is in {target}. QUARTERDECK_SECRET belongs to it; keep that too."


def _copy_secret(kept: Path, secret: Path) -> None:
    """Whole or not at all: an empty one would be taken for a secret. Raises `OSError`."""
    content = kept.read_bytes()
    secret.touch(mode=0o600, exist_ok=False)
    try:
        with secret.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        secret.unlink()
        raise


def migrate_database() -> str:
    """Not under the feet of one that runs. Raises `Stop`."""
    url = load_settings().database_url
    try:
        before = current(url)
        behind = before is None or before < VERSION
        with hold(url) if behind else nullcontext():
            after = migrate(url)
    except StorageError as error:
        raise Stop(str(error)) from None
    return f"The database is at version {after}" + (
        "." if before == after else f", before it was at {before or 'none'}."
    )


def _number(text: str) -> int:
    match = _INCIDENT.fullmatch(text.strip())
    if match is None:
        raise Stop(f"{text!r} is no incident number; write it as INC-0001.")
    return int(match[1])


class _Record:
    """The store of the settings' database and the one workspace in it."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or load_settings()
        self._store: Store | None = None

    async def __aenter__(self) -> tuple[Store, str]:
        url = self._settings.database_url
        try:
            require_current(url)
            self._store = open_store(url)
            team = await self._store.meta("", "team")
        except StorageError as error:
            raise Stop(str(error)) from None
        if team is None:
            raise Stop("The database has no workspace yet: Quarterdeck was never started with it.")
        return self._store, team

    async def __aexit__(self, _: object, error: BaseException | None, __: object) -> None:
        if self._store is not None:
            await self._store.close()
        if isinstance(error, StorageError):
            raise Stop(str(error)) from None
