"""The admin log as it lies there: the roster's changes, compared with what Quarterdeck would have written."""

from collections.abc import Sequence

from sqlalchemy import Dialect

from playbooks.entries import Entry, first_break
from playbooks.roster import ADMIN_LOG, fold_roster
from playbooks.scorecard import short
from playbooks.verify import Misfit, Verdict, brief, said
from storage import sql_questions
from storage.at_rest import Row, entry_at_rest, one_moment, rows
from storage.errors import NotFound
from storage.rows import ADMIN_END, admin_end
from storage.tables import entries


def verify_admin_at_rest(url: str, team: str) -> Verdict:
    """Raises `NotFound` when nothing was ever written to it, `DatabaseUnavailable`."""
    with one_moment(url) as connection:
        lines = rows(connection, entries, team, ADMIN_LOG)
        end = sql_questions.meta_value(connection, team, ADMIN_END)
    if not lines and end is None:
        raise NotFound("The roster was never filled, so there is nothing to verify.")
    return _judge(team, lines, str(end), connection.dialect)


def _judge(team: str, lines: Sequence[Row], end: str, dialect: Dialect) -> Verdict:
    try:
        log = [entry_at_rest(line, dialect) for line in lines]
        _chain(team, log, end)
    except Misfit as misfit:
        return said(f"The roster does not verify: {misfit}.")
    count = f"{len(log)} {'entry' if len(log) == 1 else 'entries'}"
    return Verdict(ok=True, sentence=f"The roster verifies: {count}, chain ends {short(log[-1].hash)}.")


def _chain(team: str, log: Sequence[Entry], end: str) -> None:
    if broken := first_break(list(log)):
        raise Misfit(broken)
    for entry in log:
        if (entry.team, entry.incident) != (team, ADMIN_LOG):
            raise Misfit(f"entry {entry.seq} ({entry.kind}) belongs elsewhere")
    if (made := admin_end(log[-1]) if log else "nothing") != end:
        raise Misfit(f"the record says that it ends with {end[:12]}…, but it ends with {made[:12]}…")
    try:
        fold_roster(log)
    except Exception as error:  # what a forged entry may hold is without limit, and each kind fails its own way
        raise Misfit(f"no roster follows from its entries ({brief(error)})") from None
