"""Faults on what the app asks of Slack: Web API calls, response URLs, uploads and downloads."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from simulator.api.reply import Reply
from simulator.errors import AnswerLost
from simulator.faults.kinds import AFTER, BEFORE, OUTAGE
from simulator.faults.network import Blow
from simulator.limits import ratelimited

if TYPE_CHECKING:
    from simulator.workspace import Workspace

_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


async def hurt(workspace: "Workspace", name: str, key: str, perform: Callable[[], Awaitable[Reply]]) -> Reply:
    """Answer through the wire as it is. Raises AnswerLost when the connection breaks, before or after the effect."""
    network = workspace.network
    if network.calm:
        return await perform()
    if network.strike(OUTAGE, name):
        raise AnswerLost(name)
    if slow := network.strike("slow", name, key):
        await workspace.sleep(slow.seconds)
    if blow := network.first(BEFORE, name, key):
        return _instead(blow)
    reply = await perform()
    blow = network.first(AFTER, name, key)
    return _instead(blow) if blow else reply


def _instead(blow: Blow) -> Reply:
    match blow.fault:
        case "limited":
            refusal = ratelimited(blow.seconds)
            return Reply(refusal.body, refusal.status, refusal.headers)
        case "error_before" | "error_after":
            return Reply({"ok": False, "error": "internal_error"}, blow.status)
        case "proxy_page":
            return Reply({"ok": False, "error": "http_502"}, 502, page=_PAGE, content_type="text/html")
        case _:
            raise AnswerLost(blow.fault)
