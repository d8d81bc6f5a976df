"""`python -m simulator serve`: the practice workspace as a process; `act`: be somebody in it; `drill`: watch it."""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from ruamel.yaml.error import YAMLError

from simulator import act, drill
from simulator.company import practice_workspace, roster
from simulator.faults.faults import PROFILES, Faults
from simulator.limits import Limits
from simulator.manifest import Manifest, read_manifest
from simulator.supervision import supervised
from simulator.web import serve
from simulator.workspace import Patience, Workspace

LAST_PORT = 65535
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m simulator", description="A practice Slack workspace.")
    verbs = top.add_subparsers(required=True, metavar="serve|act|drill")
    act.add_parser(verbs)
    drill.add_parser(verbs)
    serving = verbs.add_parser("serve", help="serve the workspace until SIGTERM or Ctrl-C")
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=port, default=0, help="0 takes a free one")
    serving.add_argument("--manifest", type=manifest, help="app manifest (YAML or JSON); a built-in one otherwise")
    serving.add_argument("--request-url", help="deliver over HTTP to this address instead of Socket Mode")
    serving.add_argument("--ready-file", type=Path, help="write the line with the connection facts here, too")
    serving.add_argument(
        "--retries", type=retries, default="0,60,300", help="seconds before each redelivery of an event"
    )
    serving.add_argument(
        "--limits", choices=("none", "slack"), default="none", help="count calls and posts as Slack does"
    )
    serving.add_argument(
        "--faults", metavar="SEED[:PROFILE]", type=faults, help=f"let things go wrong: {', '.join(PROFILES)}"
    )
    serving.add_argument(
        "--supervised", action="store_true", help="ask the parent over stdout to kill, stop and start the bot"
    )
    serving.add_argument("--beyond-loopback", action="store_true", help="allow a host that others can reach")
    serving.set_defaults(run=run)
    return top


def faults(text: str) -> Faults:
    """Read what follows `--faults`."""
    try:
        return Faults.profile(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from None


def port(text: str) -> int:
    """Read what follows `--port`."""
    if not (text.isdecimal() and int(text) <= LAST_PORT):
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {LAST_PORT}, not {text!r}")
    return int(text)


def manifest(text: str) -> Manifest:
    """Read the file that follows `--manifest`."""
    try:
        return read_manifest(Path(text))
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text} cannot be read: {error.strerror}") from None
    except (YAMLError, LookupError, TypeError, AttributeError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"{text} is no app manifest: {error!r}") from None


def retries(text: str) -> tuple[float, ...]:
    """Read what follows `--retries`."""
    try:
        return tuple(float(seconds) for seconds in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"seconds with commas between them, not {text!r}") from None


async def run(options: argparse.Namespace) -> int:
    """Serve until told to stop. The first line on stdout is one JSON object with all connection facts."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    workspace = practice_workspace(
        manifest=options.manifest,
        request_url=options.request_url,
        limits=Limits() if options.limits == "slack" else None,
        faults=options.faults,
        patience=Patience(retries_s=options.retries),
    )
    try:
        await _served(workspace, options, stop)
    except OSError as error:  # a port that is taken, a ready file that cannot be written
        sys.stderr.write(f"The practice workspace cannot be served: {error}\n")
        return 1
    return 0


async def _served(workspace: Workspace, options: argparse.Namespace, stop: asyncio.Event) -> None:
    async with serve(workspace, host=options.host, port=options.port) as server:
        line = json.dumps({**server.facts(), "roster": roster()})
        if options.ready_file:
            options.ready_file.write_text(line + "\n", encoding="utf-8")
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        await (_until_left(workspace, stop) if options.supervised else stop.wait())


async def _until_left(workspace: Workspace, stop: asyncio.Event) -> None:
    """Until told to stop, or until the parent is gone."""
    ends = (asyncio.create_task(supervised(workspace.supervision)), asyncio.create_task(stop.wait()))
    done, waiting = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    for task in done:
        task.result()


def main() -> None:
    top = parser()
    options = top.parse_args()
    if options.run is run and options.host not in LOOPBACK and not options.beyond_loopback:
        top.error("the practice workspace is open to everybody who reaches it; --beyond-loopback says you mean that")
    sys.exit(asyncio.run(options.run(options)))


if __name__ == "__main__":
    main()
