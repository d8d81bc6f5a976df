"""What Bolt costs by itself: an app that commits one row per act before it acknowledges it, and does nothing else.

The server, its options and the durability (write-ahead log, synced at every commit) are those of Quarterdeck.
"""

import asyncio
import json
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.web.server import WebServer, web_app


def bare_bolt(file: str) -> AsyncApp:
    """Reads SLACK_SIGNING_SECRET from the environment, as Bolt does."""
    writer = ThreadPoolExecutor(1)
    database = writer.submit(_open, file).result()

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T0PRACTICE", bot_user_id="U0", bot_token="xoxb-bare")  # noqa: S106 - because it is made up

    app = AsyncApp(authorize=authorize, process_before_response=True)

    async def keep(ack: Any, body: dict[str, Any]) -> None:
        await asyncio.get_running_loop().run_in_executor(writer, _insert, database, json.dumps(body))
        await ack()

    app.command("/incident")(keep)
    app.view("form_complete")(keep)
    return app


def _open(file: str) -> sqlite3.Connection:
    database = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("CREATE TABLE IF NOT EXISTS acts (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
    return database


def _insert(database: sqlite3.Connection, body: str) -> None:
    database.execute("INSERT INTO acts (body) VALUES (?)", (body,))  # without a BEGIN it is a transaction of its own


async def _fine() -> tuple[bool, dict[str, Any]]:
    return True, {}


async def main(file: str) -> None:
    server = WebServer(web_app(_fine, bare_bolt(file)), "127.0.0.1", 0)
    await server.start()
    sys.stdout.write(server.address + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
