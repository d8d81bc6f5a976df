"""What people can see and do, and what not."""

import httpx
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from simulator import posts
from simulator.driver import NoAnswer, NotOffered, NotVisible, Practice
from simulator.web import Server
from simulator.workspace import Workspace
from tests.simulator.parts import actions, button, options, section


async def test_private_channels_are_for_their_members(practice: Practice, client: AsyncWebClient) -> None:
    dana, sam = practice.person("Dana Ito"), practice.person("Sam Okafor")
    channel = (await client.conversations_create(name="inc-0001", is_private=True))["channel"]["id"]
    await client.conversations_invite(channel=channel, users=[dana.id])
    await client.chat_postMessage(channel=channel, text="for Dana")

    assert (await dana.sees("for Dana")).channel_name == "#inc-0001"
    assert "#inc-0001" not in await sam.channels()
    with pytest.raises(NotVisible, match="Sam Okafor does not see"):
        await sam.sees("for Dana", timeout=0)


async def test_direct_messages_are_for_two(practice: Practice, client: AsyncWebClient) -> None:
    dana, sam = practice.person("Dana Ito"), practice.person("Sam Okafor")
    await client.chat_postMessage(channel=dana.id, text="hello Dana")

    seen = await dana.sees("hello Dana")
    assert (seen.channel_name, seen.author) == ("@Quarterdeck", "Quarterdeck")
    assert all("hello Dana" not in m.text for m in await sam.messages())


async def test_the_guest_sees_general_only(practice: Practice) -> None:
    assert await practice.person("Gus Vale").channels() == ["#general"]


async def test_people_mention_edit_and_delete(practice: Practice, workspace: Workspace) -> None:
    dana = practice.person("Dana Ito")
    said = await dana.say("@Quarterdeck <look> at #general & more", channel="general")

    bot, general = workspace.bot.id, workspace.channel_named("general").id
    assert said.raw["raw_text"] == f"<@{bot}> &lt;look&gt; at <#{general}|general> &amp; more"
    assert said.text == "@Quarterdeck <look> at #general & more"
    await workspace.delivery.settle()
    assert [e.name for e in workspace.ledger.deliveries() if e.facts["attempt"] == 0] == ["message", "app_mention"]

    await dana.edit(said, "never mind")
    assert (await dana.sees("never mind")).raw["edited"]
    await dana.delete(await dana.sees("never mind"))
    assert await dana.messages("general") == []


async def test_what_the_screen_does_not_offer(practice: Practice) -> None:
    dana, nora = practice.person("Dana Ito"), practice.person("Nora Quist")
    said = await dana.say("hello", channel="partner-desk")

    with pytest.raises(NotOffered, match="somebody else's"):
        await nora.edit(said, "x")
    with pytest.raises(NotOffered, match="not a valid command"):
        await nora.command("/incident", channel="partner-desk")
    with pytest.raises(NotOffered, match="not in security-alerts"):
        await nora.say("x", channel="security-alerts")
    with pytest.raises(NotOffered, match="/nothing is not a valid command"):
        await dana.command("/nothing")
    with pytest.raises(NotOffered, match="take an app"):
        await dana.say("x", channel="general", blocks=[section("x")])


async def test_commands_cannot_be_run_in_threads(server: Server, workspace: Workspace) -> None:
    token = {"X-Practice-Token": workspace.credentials.people_token}
    dana = workspace.user_named("Dana Ito").id
    body = {"channel": "general", "name": "/incident", "thread_ts": "1.000001"}
    async with httpx.AsyncClient(base_url=server.url, headers=token) as http:
        answer = await http.post(f"/people/{dana}/command", json=body)

    assert (answer.status_code, answer.json()["error"]) == (409, "/incident is not supported in threads. Sorry!")


@pytest.mark.parametrize(("body", "sentence"), [(b"half of it: [", "no JSON"), (b"[1]", "no object"), (b"", "no JSON")])
async def test_an_act_is_a_json_object(server: Server, workspace: Workspace, body: bytes, sentence: str) -> None:
    token = {"X-Practice-Token": workspace.credentials.people_token, "Content-Type": "application/json"}
    async with httpx.AsyncClient(base_url=server.url, headers=token) as http:
        answer = await http.post(f"/people/{workspace.user_named('Dana Ito').id}/say", content=body)

    assert (answer.status_code, answer.json()["error"]) == (400, f"the body is {sentence}")


async def test_mentions_in_commands_arrive_escaped(
    practice: Practice, workspace: Workspace, connected: AsyncApp
) -> None:
    texts = []

    @connected.command("/incident")
    async def command(ack, body) -> None:
        texts.append(body["text"])
        await ack()

    await practice.person("Dana Ito").command("/incident", "assign auditor @Ada Brandt")

    ada = workspace.user_named("Ada Brandt")
    assert texts == [f"assign auditor <@{ada.id}|ada>"]


async def test_presses_choices_and_reactions_reach_the_app(
    practice: Practice, workspace: Workspace, connected: AsyncApp, client: AsyncWebClient
) -> None:
    heard = []

    @connected.action({"action_id": "pick"})
    @connected.action({"action_id": "Complete"})
    async def action(ack, body, action) -> None:
        heard.append((action.get("value") or action["selected_option"]["value"], body["state"]["values"]))
        await ack()

    select = {"type": "static_select", "action_id": "pick", "options": options("One", "Two")}
    rows = [section(f"T+{n}", block_id=f"r{n}", accessory=button("Complete", value=f"t{n}")) for n in (3, 5)]
    blocks = [*rows, {"type": "actions", "block_id": "b", "elements": [select]}]
    await client.chat_postMessage(channel=workspace.channel_named("general").id, text="board", blocks=blocks)
    devi = practice.person("Devi Rao")

    await devi.press("Complete", in_message="T+3", row="T+5")
    await devi.press("", in_message="T+3", choice="Two")

    two = {"type": "static_select", "selected_option": options("Two")[0]}
    untouched = {"type": "static_select", "selected_option": None}
    assert heard == [("t5", {"b": {"pick": untouched}}), ("two", {"b": {"pick": two}})]


async def test_reactions_come_and_go(practice: Practice, workspace: Workspace) -> None:
    dana = practice.person("Dana Ito")
    await dana.say("look here", channel="general")
    reaction = await dana.react("pushpin", in_message="look here")
    await dana.unreact(reaction)
    await workspace.delivery.settle()

    events = [e.facts["payload"]["event"] for e in workspace.ledger.deliveries() if e.facts["attempt"] == 0]
    assert [e["type"] for e in events] == ["message", "reaction_added", "reaction_removed"]
    assert events[1]["item"]["ts"] == reaction.ts


async def test_another_app_posts_an_alert(practice: Practice, workspace: Workspace) -> None:
    scanner = practice.person("Leak Scanner")
    attachment = {"fallback": "leak", "title": "Leak in repo", "text": "see *here*"}
    said = await scanner.say(
        "alert", channel="security-alerts", blocks=[section("Found a key")], attachments=[attachment]
    )
    await workspace.delivery.settle()

    event = workspace.ledger.deliveries("message")[0].facts["payload"]["event"]
    assert said.text == "Found a key\nLeak in repo\nsee here"
    assert event["bot_id"] == workspace.user_named("Leak Scanner").bot_id != workspace.bot.bot_id


async def test_text_is_read_as_a_person_reads_it(practice: Practice, workspace: Workspace) -> None:
    dana = workspace.user_named("Dana Ito")
    text = f"*T+3* · <!date^1000000000^{{time}}|soon> · <@{dana.id}> · <https://e.example|link> · a &lt; b_c_d"
    blocks = [{"type": "header", "text": {"type": "plain_text", "text": "*as it is*"}}, section(text), actions("Go")]
    posts.post(workspace, workspace.channel_named("general"), workspace.bot, "x", blocks=blocks)

    seen = await practice.person("Sam Okafor").sees("T+3")

    assert seen.text == "*as it is*\nT+3 · 01:46 · @Dana Ito · link · a < b_c_d"
    assert seen.buttons == ["Go"]


async def test_opening_home_tells_the_app(practice: Practice, workspace: Workspace, client: AsyncWebClient) -> None:
    dana = practice.person("Dana Ito")
    await client.views_publish(user_id=dana.id, view={"type": "home", "blocks": [section("Welcome")]})
    await dana.open_home()
    await workspace.delivery.settle()

    home = await dana.home()
    assert home is not None
    assert home.text == "Welcome"
    event = workspace.ledger.deliveries("app_home_opened")[0].facts["payload"]["event"]
    assert event["tab"] == "home"
    assert event["view"]["blocks"] == workspace.homes[dana.id].blocks


async def test_a_button_on_the_home_tab_is_pressed_by_its_row(
    practice: Practice, workspace: Workspace, client: AsyncWebClient
) -> None:
    dana = practice.person("Dana Ito")
    with pytest.raises(NotVisible, match="on the Home tab; there are"):
        await dana.press_home("Go")
    blocks = [section("one"), actions("Go"), section("two"), {**actions("Go"), "block_id": "second"}]
    await client.views_publish(user_id=dana.id, view={"type": "home", "blocks": blocks})
    with pytest.raises(NoAnswer):
        await dana.press_home("Go", row="two")

    pressed = workspace.ledger.deliveries("block_actions")[0].facts["payload"]
    assert pressed["actions"][0]["block_id"] == "second"
    assert pressed["view"]["type"] == "home"
    assert "channel" not in pressed


async def test_people_take_the_token(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.url) as http:
        assert (await http.get("/people")).status_code == 403
        assert (await http.get("/ledger", headers={"X-Practice-Token": "wrong"})).status_code == 403
