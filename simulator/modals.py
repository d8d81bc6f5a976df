"""Dialogs and Home tabs: the stack of each person, and what it keeps when a view changes."""

import secrets

from simulator.blocks.views import check_view
from simulator.errors import SlackError
from simulator.model import Json, Values, View
from simulator.posts import interactive_elements, with_ids
from simulator.state import initial_state
from simulator.workspace import Workspace

STACK = 3


def open_modal(workspace: Workspace, user: str, source: Json) -> View:
    """Show a dialog in place of whatever is open. https://docs.slack.dev/reference/methods/views.open"""
    view = _make(workspace, user, source, "modal")
    workspace.modals[user] = [view]
    return view


def push(workspace: Workspace, user: str, source: Json) -> View:
    """Put a dialog on top. Raises SlackError `push_limit_reached`: a stack holds three."""
    stack = workspace.modals.setdefault(user, [])
    if len(stack) >= STACK:
        raise SlackError("push_limit_reached")
    view = _make(workspace, user, source, "modal")
    if stack:
        view.root_id, view.previous_id = stack[0].id, stack[-1].id
    stack.append(view)
    return view


def update(workspace: Workspace, view: View, source: Json, expected_hash: str | None = None) -> View:
    """Change a view in place; what was typed stays where block_id and action_id stay.

    Raises SlackError `hash_conflict` when the view has changed since. https://docs.slack.dev/surfaces/modals#updating_views
    """
    if expected_hash and expected_hash != view.hash:
        raise SlackError("hash_conflict")
    fresh = _make(workspace, view.user, source, view.source["type"], but=view)
    for block_id, actions in fresh.values.items():
        for action_id in actions:
            kept = view.values.get(block_id, {}).get(action_id)
            if kept is not None and kept["type"] == actions[action_id]["type"]:
                actions[action_id] = kept
    view.source, view.values, view.hash = fresh.source, fresh.values, fresh.hash
    view.errors, view.trouble = {}, None
    return view


def publish(workspace: Workspace, user: str, source: Json, expected_hash: str | None = None) -> View:
    """Set a person's Home tab. https://docs.slack.dev/reference/methods/views.publish"""
    if user in workspace.homes:
        return update(workspace, workspace.homes[user], source, expected_hash)
    workspace.homes[user] = _make(workspace, user, source, "home")
    return workspace.homes[user]


def close(workspace: Workspace, view: View) -> None:
    """Take one dialog off the stack, and those that lie on it."""
    stack = workspace.modals.get(view.user, [])
    if view in stack:
        del stack[stack.index(view) :]


def _make(workspace: Workspace, user: str, source: Json, kind: str, but: View | None = None) -> View:
    check_view(source, kind)
    external_id = source.get("external_id")
    others = [v for stack in workspace.modals.values() for v in stack if v is not but]
    if external_id and any(v.source.get("external_id") == external_id for v in others):
        raise SlackError("duplicate_external_id")
    source = {**source, "blocks": with_ids(workspace, source["blocks"])}
    view_id = workspace.ids.new("V")
    values: Values = {}
    for block in source["blocks"]:
        for element in interactive_elements(block):
            state = initial_state(element)
            if state is not None:
                values.setdefault(block["block_id"], {})[element["action_id"]] = state
    fresh_hash = f"{int(workspace.now())}.{secrets.token_hex(4)}"
    return View(view_id, user, fresh_hash, source, root_id=view_id, values=values)
