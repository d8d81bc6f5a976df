"""What the facts about the record and its machine mean. Pure: nothing is read here."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from bot.doctor.findings import Finding, failed, fine, warning
from storage.rows import Health
from storage.tables import VERSION

MIB = 1024 * 1024
DISK_WARNS, DISK_FAILS = 1024 * MIB, 100 * MIB
SILENT = timedelta(seconds=15)  # three heartbeats
OVERDUE = timedelta(seconds=60)
UNSENT = timedelta(seconds=60)
_OTHERS = 0o077


def version(where: str, found: str | None) -> Finding:
    """`found` is the version of a database that is not newer than we are, None for one without tables."""
    if found is None:
        return fine("database", f"{where} holds no tables yet; the first start makes them.")
    if found < VERSION:
        advice = "The next `quarterdeck run` brings it up to date, or `quarterdeck migrate` now. Make a copy first."
        return warning("database", f"{where} is at version {found}, this Quarterdeck's is {VERSION}.", advice)
    return fine("database", f"{where} can be written and is at version {found}.")


def disk(folder: str, free: int) -> Finding:
    """`free` bytes."""
    said = f"{_size(free)} free in {folder}."
    if free < DISK_FAILS:
        return failed("disk", said, "Nothing can be recorded on a full disk: make room now.")
    if free < DISK_WARNS:
        return warning("disk", said, "Make room before it is full: then nothing can be recorded.")
    return fine("disk", said)


def _size(amount: int) -> str:
    return f"{amount / (1024 * MIB):.1f} GiB" if amount >= DISK_WARNS else f"{amount / MIB:.0f} MiB"


def permissions(modes: Mapping[Path, int]) -> Finding:
    """`modes` are the permission bits of the files that are there."""
    open_ones = sorted(str(path) for path, mode in modes.items() if mode & _OTHERS)
    if open_ones:
        files = " ".join(open_ones)
        return warning(
            "permissions", f"Other users of this machine may use {', '.join(open_ones)}.", f"chmod 600 {files}"
        )
    return fine("permissions", f"{len(modes)} files, each for this user only." if modes else "No files yet.")


def secret(*, is_set: bool, kept: bool, path: Path, has_record: bool) -> Finding:
    """`kept` says whether the file beside the database is there and holds something."""
    if is_set:
        return fine("secret", "QUARTERDECK_SECRET is set.")
    if kept:
        return fine("secret", f"It is kept in {path}.")
    if has_record:
        advice = "Put it back from your backup, or reports of the same key from before and after will not meet."
        return warning("secret", f"{path} is gone, and a new one would be made.", advice)
    return fine("secret", f"The first start makes one and keeps it in {path}.")


def running(health: Health, now: datetime) -> Finding:
    """Whether a bot runs on this record, by its heartbeat every five seconds."""
    beat = health.last_beat
    if beat is not None and beat - now > SILENT:
        said = (
            f"Its last sign of life is of {beat:%Y-%m-%d %H:%M:%S} UTC, which is still to come: the clock was set back."
        )
        return warning("running", said, "Whether it runs, its process and /readyz tell.")
    if beat is not None and now - beat <= SILENT:
        return fine("running", f"Quarterdeck runs: its last sign of life is {_ago(now - beat)} old.")
    since = f"since {beat:%Y-%m-%d %H:%M:%S} UTC ({_ago(now - beat)})" if beat else "and never did on this record"
    said = f"Quarterdeck does not run, {since}."
    if health.open_incidents:
        return failed(
            "running", f"{said} {_count(health.open_incidents, 'incident')} open.", "Start it: quarterdeck run"
        )
    return warning("running", said, "Start it: quarterdeck run")


def behind(health: Health, now: datetime) -> list[Finding]:
    """How far the clock and Slack are behind the record."""
    findings = []
    if health.overdue_since and now - health.overdue_since > OVERDUE:
        said = f"The oldest prompt is overdue for {_ago(now - health.overdue_since)}."
        findings.append(failed("behind", said, "See `running` and the log: the clock of incidents does not go on."))
    unsent, since = health.unsent + health.waiting_jobs, _earliest(health.unsent_since, health.waiting_jobs_since)
    if since and now - since > UNSENT:
        said = f"{_count(unsent, 'message')} waiting to reach Slack, the oldest for {_ago(now - since)}."
        advice = "See /readyz and the log (send_refused, slack_down): they are sent as soon as Slack takes them."
        findings.append(warning("behind", said, advice))
    return findings or [fine("behind", f"Nothing is overdue, {_count(unsent, 'message')} on the way to Slack.")]


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)


def _ago(span: timedelta) -> str:
    seconds = max(0.0, span.total_seconds())
    for unit, size in (("days", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _count(number: int, what: str) -> str:
    """`1 incident is`, `2 incidents are`."""
    return f"{number} {what} is" if number == 1 else f"{number} {what}s are"
