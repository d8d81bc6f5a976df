"""api.test, auth.test, apps.connections.open, team.info."""

from simulator.api.call import Call
from simulator.api.registry import method
from simulator.errors import SlackError
from simulator.model import Json


@method("api.test")
def api_test(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/api.test"""
    if call.text("error"):
        raise SlackError(call.text("error"), args=call.args)
    return {"args": call.args} if call.args else {}


@method("auth.test")
def auth_test(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/auth.test"""
    workspace = call.workspace
    return {
        "url": f"{workspace.url}/",
        "team": workspace.team_name,
        "user": workspace.bot.name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot.id,
        "bot_id": workspace.bot.bot_id,
        "is_enterprise_install": False,
    }


@method("apps.connections.open")
def connections_open(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/apps.connections.open"""
    return {"url": call.workspace.delivery.sockets.issue_url()}


@method("team.info")
def team_info(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/team.info"""
    call.needs_scope("team:read")
    workspace = call.workspace
    return {"team": {"id": workspace.team_id, "name": workspace.team_name, "domain": workspace.team_domain}}
