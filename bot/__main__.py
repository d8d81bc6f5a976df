"""The command line. Exit codes: 0 done, 1 refused, not found or does not verify, 2 wrong usage, 3 a fault."""

import asyncio
import gc
import os
import sys
import uuid
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.errors import FAULT, REFUSED, Stop

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
playbooks_app = typer.Typer(no_args_is_help=True, help="Check and show playbooks.")
app.add_typer(playbooks_app, name="playbooks")
roster_app = typer.Typer(help="Show the roster, or take it from its file anew.")
app.add_typer(roster_app, name="roster")

Number = Annotated[str, typer.Argument(metavar="INC", help="an incident, for example INC-0001")]


@app.command()
def run() -> None:
    """Start Quarterdeck: your Slack when the settings name it, the practice workspace otherwise."""
    gc.disable()  # nothing that is loaded now is garbage; the search for it would be a tenth of the start
    from bot.allocation import keep_little

    keep_little()
    from bot.observability import configure_logs
    from bot.settings import load_settings

    settings = load_settings()
    configure_logs(settings.quarterdeck_log_format)
    if settings.practice:
        from bot.practice import practice

        gc.enable()
        _do(practice(settings))
    else:
        from bot.lifecycle import run as run_bot

        _do(run_bot(settings))


@app.command()
def export(
    incident: Number,
    form: Annotated[str, typer.Option("--format", help="md, json, csv, html, pdf or png")] = "md",
    output: Annotated[Path | None, typer.Option("--output", help="a file; without it, standard output")] = None,
    as_of: Annotated[int | None, typer.Option("--as-of", min=1, help="the last entry to take; default: all")] = None,
) -> None:
    """Write the record of an incident as a file."""
    from bot.desk_work import export_incident

    terminal = output is None and sys.stdout.isatty()
    content = _do(export_incident(incident, form, as_of, terminal=terminal))
    if output is None:
        sys.stdout.buffer.write(content)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise Stop(f"{output} cannot be written: {error.strerror}.") from None


@app.command()
def verify(
    what: Annotated[
        str, typer.Argument(metavar="INC|FILE|roster", help="an incident, an exported JSON file, or the roster")
    ],
) -> None:
    """Recompute the hash chain, fold the entries again and name the first thing that does not fit."""
    from bot.desk_work import verify_anything
    from bot.roster_work import verify_roster

    ok, sentence = _do(verify_roster() if what == "roster" else verify_anything(what))
    print(sentence)
    if not ok:
        raise typer.Exit(REFUSED)


@app.command()
def incidents() -> None:
    """List the incidents, newest first."""
    from bot.desk_work import incident_lines

    for line in _do(incident_lines()):
        print(line)


@app.command()
def backup(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="a new file; the secret goes beside it")],
) -> None:
    """Copy the record as of this moment, while Quarterdeck runs."""
    from bot.desk_work import back_up

    print(back_up(path))


@app.command()
def migrate() -> None:
    """Create the database, or bring it to this version."""
    from bot.desk_work import migrate_database

    print(migrate_database())


@app.command()
def manifest() -> None:
    """Print the Slack app manifest."""
    from bot.manifest import manifest_yaml

    print(manifest_yaml(), end="")


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="the same for machines")] = False,
) -> None:
    """Check the installation: one line a check, with what to do. 1 when something fails, 0 with warnings alone."""
    from bot.doctor.examine import examine
    from bot.doctor.findings import all_well, as_text
    from bot.doctor.findings import as_json as json_of
    from bot.observability import configure_logs

    configure_logs("text")
    findings = _do(examine())
    print(json_of(findings) if as_json else as_text(findings))
    if not all_well(findings):
        raise typer.Exit(REFUSED)


@roster_app.callback(invoke_without_command=True)
def roster(context: typer.Context) -> None:
    """Show who holds which role, since when and by whom, and whether the file says otherwise."""
    from bot.roster_work import roster_lines

    if context.invoked_subcommand is None:
        print(*_do(roster_lines()), sep="\n")


@roster_app.command("load")
def load() -> None:
    """Take the roster from the file that QUARTERDECK_ROSTER names, in place of the one in the database."""
    from bot.roster_work import load_roster

    print(*_do(load_roster()), sep="\n")


@playbooks_app.command("check")
def check(
    folder: Annotated[Path | None, typer.Argument(help="your own playbooks; default: the setting")] = None,
) -> None:
    """Check the shipped playbooks and your own; every problem at once."""
    from playbooks.errors import InvalidPlaybook
    from playbooks.loader import load_all

    try:
        found = load_all(folder or _own_playbooks())
    except InvalidPlaybook as error:
        raise Stop(*(str(problem) for problem in error.problems)) from None
    for playbook in found.values():
        print(f"{playbook.id}: {playbook.title}, {len(playbook.steps)} steps, version {playbook.version}: fine")


@playbooks_app.command("show")
def show(
    playbook: Annotated[str, typer.Argument(help="its id")] = "key-leak",
    t0: Annotated[str | None, typer.Option("--t0", help="a moment, UTC, for clock times: 2026-11-21T12:00")] = None,
    folder: Annotated[Path | None, typer.Option("--folder", help="your own playbooks; default: the setting")] = None,
) -> None:
    """Print the plan of a playbook."""
    from playbooks.errors import InvalidPlaybook
    from playbooks.loader import load_all
    from playbooks.plan import plan_text

    try:
        found = load_all(folder or _own_playbooks())
    except InvalidPlaybook as error:
        raise Stop(*(str(problem) for problem in error.problems)) from None
    if playbook not in found:
        raise Stop(f"There is no playbook {playbook!r}; there are {', '.join(sorted(found))}.")
    print(plan_text(found[playbook], _moment(t0)))


def _own_playbooks() -> Path | None:
    from bot.settings import load_settings

    return load_settings().quarterdeck_playbooks


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no moment; write it as 2026-11-21T12:00") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _do(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def main() -> None:
    """The console script. A person's mistake is a sentence; a fault gets an id to quote."""
    os.umask(0o077)  # records and exports are nobody else's to read
    try:
        app([_masked(argument) for argument in sys.argv[1:]])  # first of all, so that no complaint can show a key
    except Stop as stop:
        print(*map(_masked, stop.sentences), sep="\n", file=sys.stderr)
        sys.exit(stop.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception:
        number = uuid.uuid4().hex[:8]
        _log_fault(number)
        print(f"Something is wrong with Quarterdeck itself; the log has it under {number}.", file=sys.stderr)
        sys.exit(FAULT)


def _masked(text: str) -> str:
    from playbooks.secrets import mask

    return mask(text, lambda _: "…").text


def _log_fault(number: str) -> None:
    import structlog

    from bot.observability import configure_logs

    configure_logs("text")
    structlog.get_logger().exception("fault", action="fault", fault=number)


if __name__ == "__main__":
    main()
