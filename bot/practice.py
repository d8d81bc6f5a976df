"""Without any Slack variable: starts the practice workspace as a process of its own and joins it."""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.errors import Stop
from bot.lifecycle import run
from bot.manifest import manifest_yaml
from bot.settings import Settings

START_S = 10.0


async def practice(settings: Settings) -> None:
    """Runs the bot against the practice workspace until it is stopped; the workspace ends with it."""
    with tempfile.TemporaryDirectory(prefix="quarterdeck-practice-") as folder:
        async with _workspace(Path(folder)) as facts:
            await run(_joined(settings, facts, Path(folder)), on_ready=lambda address: _welcome(facts, address))


@asynccontextmanager
async def _workspace(folder: Path) -> AsyncIterator[dict[str, Any]]:
    manifest = folder / "manifest.yaml"
    manifest.write_text(manifest_yaml())
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulator", "serve", "--port", "0", "--manifest", str(manifest),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None  # noqa: S101 - it was asked for two lines above
        line = await asyncio.wait_for(process.stdout.readline(), START_S)
        if not line:
            raise Stop("The practice workspace did not start; what it said stands above.")
        yield json.loads(line)
    except TimeoutError:
        raise Stop(f"The practice workspace did not start within {START_S:g} s.") from None
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def _joined(settings: Settings, facts: dict[str, Any], folder: Path) -> Settings:
    """The settings with the practice workspace's tokens, its company as roster, and a record of its own."""
    roster = folder / "roster.yaml"
    roster.write_text(json.dumps(facts["roster"]))
    return settings.model_copy(
        update={
            "slack_bot_token": SecretStr(facts["bot_token"]),
            "slack_app_token": SecretStr(facts["app_token"]),
            "slack_signing_secret": SecretStr(facts["signing_secret"]),
            "slack_api_url": facts["api_url"],
            "quarterdeck_roster": settings.quarterdeck_roster or roster,
            "quarterdeck_database_url": f"sqlite:///{folder / 'practice.db'}",
        }
    )


def _welcome(facts: dict[str, Any], address: str) -> None:
    print(
        "Quarterdeck runs in the practice workspace: nothing leaves this machine, and its record ends with it.\n"
        f"  the workspace   {facts['url']}\n"
        f"  health          {address}/readyz\n"
        '  play a person   .venv/bin/python -m simulator act "Dana Ito" command /incident\n'
        "  watch it all    make drill\n"
        "  your own Slack  README, “Put it into your Slack”\n"
        "Stop it with Ctrl-C.",
        flush=True,
    )
