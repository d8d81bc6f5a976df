"""The roster that counts: that of the database, or the file's while the database holds none."""

from bot.desk_work import _Record
from bot.doctor.case import Case
from bot.doctor.findings import Finding, warning
from bot.errors import DamagedRoster, Stop
from bot.roster_file import read_roster
from bot.rosters import HOW_TO_CHANGE, difference, read_log
from playbooks.entries import Entry
from playbooks.roster import Lists, fold_roster, lists_of


async def roster_of(case: Case) -> tuple[Lists, list[Finding]]:
    """Role to people, by id or e-mail address, and that the file differs. Raises `Stop` with every problem."""
    file = case.settings.quarterdeck_roster
    lists = read_roster(file)
    seats = fold_roster(await _log(case))
    if not any(seat.seq for seat in seats.values()):
        return lists, []
    said = difference(seats, lists, file) if file else None
    return lists_of(seats), [warning("roster", said, HOW_TO_CHANGE)] if said else []


async def _log(case: Case) -> list[Entry]:
    """Empty while there is no database that can be read: what is wrong with it, its own check says."""
    if case.spoilt("QUARTERDECK_DATABASE_URL"):
        return []
    try:
        async with _Record(case.settings) as (store, team):
            return await read_log(store, team)
    except DamagedRoster:
        raise
    except Stop:
        return []
