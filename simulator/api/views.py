"""views.open, views.push, views.update, views.publish."""

from simulator import modals
from simulator.api.call import Call
from simulator.api.registry import method
from simulator.errors import SlackError, invalid_arguments
from simulator.model import Json, View
from simulator.shapes import view_json


def _source(call: Call) -> Json:
    view = call.structure("view")
    if not isinstance(view, dict):
        raise invalid_arguments("must be an object [json-pointer:/view]")
    return view


def _answer(call: Call, view: View) -> Json:
    return {"view": view_json(call.workspace, view)}


@method("views.open")
def open_view(call: Call) -> Json:
    """The trigger is used up even when the view is refused. https://docs.slack.dev/reference/methods/views.open"""
    source = _source(call)
    trigger = call.workspace.triggers.spend(call.need("trigger_id"))
    return _answer(call, modals.open_modal(call.workspace, trigger.user, source))


@method("views.push")
def push(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/views.push"""
    source = _source(call)
    trigger = call.workspace.triggers.spend(call.need("trigger_id"))
    if trigger.view_id is None:
        raise SlackError("no_open_view")
    return _answer(call, modals.push(call.workspace, trigger.user, source))


@method("views.update")
def update(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/views.update"""
    source, view = _source(call), _find(call)
    if view is None or view.source["type"] != "modal":
        raise SlackError("not_found")
    return _answer(call, modals.update(call.workspace, view, source, call.text("hash") or None))


def _find(call: Call) -> View | None:
    if call.text("external_id"):
        stacks = call.workspace.modals.values()
        wanted = call.text("external_id")
        return next((v for stack in stacks for v in stack if v.source.get("external_id") == wanted), None)
    return call.workspace.modal(call.need("view_id"))


@method("views.publish")
def publish(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/views.publish"""
    user = call.workspace.user(call.need("user_id"))
    return _answer(call, modals.publish(call.workspace, user.id, _source(call), call.text("hash") or None))
