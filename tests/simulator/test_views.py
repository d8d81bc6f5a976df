"""Triggers, the stack of dialogs, hashes, and what was typed."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from simulator import modals
from simulator.company import practice_workspace
from simulator.model import User
from simulator.people.acts import Acts
from simulator.people.dialogs import Dialog
from simulator.web import serve
from simulator.workspace import Workspace
from tests.simulator.parts import modal, question

TEXT = {"type": "plain_text_input"}
ASK = modal("One", question("What?", TEXT))


@pytest.fixture
def dana(workspace: Workspace) -> User:
    return workspace.user_named("Dana Ito")


async def error(call: Any) -> str:
    with pytest.raises(SlackApiError) as refusal:
        await call
    return str(refusal.value.response["error"])


async def test_a_trigger_opens_one_dialog(client: AsyncWebClient, workspace: Workspace, dana: User) -> None:
    trigger = workspace.triggers.issue(dana.id)
    opened = await client.views_open(trigger_id=trigger, view=ASK)

    assert opened["view"]["state"]["values"] == {"What?": {"a": {"type": "plain_text_input", "value": None}}}
    assert await error(client.views_open(trigger_id=trigger, view=ASK)) == "exchanged_trigger_id"
    assert await error(client.views_open(trigger_id="1.2.3", view=ASK)) == "invalid_trigger_id"


async def test_a_trigger_lives_three_seconds() -> None:
    now = [1_000_000_000.0]
    workspace = practice_workspace(now=lambda: now[0])
    async with serve(workspace) as server:
        client = AsyncWebClient(workspace.credentials.bot_token, base_url=server.api_url)
        trigger = workspace.triggers.issue(workspace.user_named("Dana Ito").id)
        now[0] += 3.1

        assert await error(client.views_open(trigger_id=trigger, view=ASK)) == "expired_trigger_id"


async def test_a_stack_holds_three(client: AsyncWebClient, workspace: Workspace, dana: User) -> None:
    def trigger() -> str:
        stack = workspace.modals.get(dana.id)
        return workspace.triggers.issue(dana.id, stack[-1].id if stack else None)

    assert await error(client.views_push(trigger_id=trigger(), view=ASK)) == "no_open_view"
    root = (await client.views_open(trigger_id=trigger(), view=ASK))["view"]
    await client.views_push(trigger_id=trigger(), view=ASK)
    top = (await client.views_push(trigger_id=trigger(), view=ASK))["view"]

    assert top["root_view_id"] == root["id"]
    assert await error(client.views_push(trigger_id=trigger(), view=ASK)) == "push_limit_reached"


async def test_an_update_keeps_what_was_typed_and_refuses_a_stale_hash(
    client: AsyncWebClient, workspace: Workspace, dana: User
) -> None:
    opened = (await client.views_open(trigger_id=workspace.triggers.issue(dana.id), view=ASK))["view"]
    await Dialog(Acts(workspace, dana)).fill({"What?": {"a": "typed"}})
    longer = modal("Two", question("What?", TEXT), question("Why?", TEXT))

    updated = (await client.views_update(view_id=opened["id"], hash=opened["hash"], view=longer))["view"]

    assert updated["state"]["values"]["What?"]["a"]["value"] == "typed"
    assert updated["state"]["values"]["Why?"]["a"]["value"] is None
    stale = client.views_update(view_id=opened["id"], hash=opened["hash"], view=longer)
    assert await error(stale) == "hash_conflict"


async def test_a_closed_dialog_cannot_be_updated(client: AsyncWebClient, workspace: Workspace, dana: User) -> None:
    opened = (await client.views_open(trigger_id=workspace.triggers.issue(dana.id), view=ASK))["view"]
    await Dialog(Acts(workspace, dana)).close()

    assert await error(client.views_update(view_id=opened["id"], view=ASK)) == "not_found"


async def test_external_id_is_unique_and_finds_the_view(
    client: AsyncWebClient, workspace: Workspace, dana: User
) -> None:
    named = {**ASK, "external_id": "form-1"}
    await client.views_open(trigger_id=workspace.triggers.issue(dana.id), view=named)
    updated = await client.views_update(external_id="form-1", view=named)
    sam = workspace.triggers.issue(workspace.user_named("Sam Okafor").id)

    assert updated["view"]["external_id"] == "form-1"
    assert await error(client.views_open(trigger_id=sam, view=named)) == "duplicate_external_id"


async def test_home_is_per_person(client: AsyncWebClient, workspace: Workspace, dana: User) -> None:
    first = (await client.views_publish(user_id=dana.id, view={"type": "home", "blocks": []}))["view"]
    await client.views_publish(user_id=dana.id, hash=first["hash"], view={"type": "home", "blocks": []})

    assert list(workspace.homes) == [dana.id]
    stale = client.views_publish(user_id=dana.id, hash=first["hash"], view={"type": "home", "blocks": []})
    assert await error(stale) == "hash_conflict"


NUMBER = {"type": "number_input", "is_decimal_allowed": False}

CHECKS: list[tuple[dict[str, Any], Any, str | None]] = [
    (TEXT, "", "Please complete this required field."),
    ({**TEXT, "max_length": 3}, "four", "Please use at most 3 characters."),
    ({**TEXT, "min_length": 5}, "four", "Please use at least 5 characters."),
    ({"type": "email_text_input"}, "dana", "Please enter a valid email address."),
    ({"type": "url_text_input"}, "dana", "Please enter a valid URL."),
    (NUMBER, "1.5", "Please enter a whole number."),
    ({**NUMBER, "max_value": "3"}, "4", "Please enter a number within the limits."),
    ({**NUMBER, "is_decimal_allowed": True}, "1.5", None),
]


@pytest.mark.parametrize(("element", "typed", "sentence"), CHECKS)
async def test_what_slack_checks_itself(
    client: AsyncWebClient, workspace: Workspace, dana: User, element: Any, typed: Any, sentence: str | None
) -> None:
    view = modal("One", question("What?", element))
    await client.views_open(trigger_id=workspace.triggers.issue(dana.id), view=view)
    dialog = Dialog(Acts(workspace, dana))
    await dialog.fill({"What?": {"a": typed}})

    result = await dialog.submit()

    # Without an app connected, what passes Slack's own check cannot be delivered.
    assert result["errors"] == ({"What?": sentence} if sentence else {})
    assert result["acked"] is (None if sentence else False)


async def test_closing_tells_the_app_only_when_asked(workspace: Workspace, dana: User) -> None:
    modals.open_modal(workspace, dana.id, ASK)
    await Dialog(Acts(workspace, dana)).close()
    modals.open_modal(workspace, dana.id, {**ASK, "notify_on_close": True})
    await Dialog(Acts(workspace, dana)).close(everything=True)

    closed = workspace.ledger.deliveries("view_closed")
    assert [entry.facts["payload"]["is_cleared"] for entry in closed] == [True]
