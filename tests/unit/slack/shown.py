"""Messages and forms as a person would see them, and the checks that Slack would make."""

import html
import json
import re
from typing import Any

from slack_sdk.models.blocks import Block as SdkBlock
from slack_sdk.models.views import View as SdkView

from bot.slack.render import Context, Message, Topic, render
from bot.slack.text import size
from simulator.blocks.messages import check_blocks
from simulator.blocks.views import check_view
from tests.unit.stories import Story

DATE = re.compile(r"<!date\^\d+\^[^|>]+\|([^>]+)>")
TOKEN = re.compile(
    r"<!date\^\d+\^(?:\{date_short_pretty\} )?\{time\}\|[\d: -]+UTC>|<@[UW]\w+>|<#C\w+>|<https?://[^<>]+>"
)


def render_at(story: Story, key: str, **more: Any) -> Message | None:
    """The message of a surface now; as one that is there already unless `posted=False`."""
    shown = render(story.incident, key, Context(**{"now": story.now, "delivery_id": "d1", "posted": True, **more}))
    assert not isinstance(shown, Topic)
    if shown is not None:
        checked(shown)
    return shown


def seen(story: Story, key: str, **more: Any) -> str:
    """What stands there, controls in brackets, times in UTC."""
    message = render_at(story, key, **more)
    return "(nothing)" if message is None else as_seen(message)


def as_seen(message: Message) -> str:
    return "\n".join(line for block in message.blocks for line in _block(block))


def _block(block: dict[str, Any]) -> list[str]:
    if block["type"] == "actions":
        return [" ".join(f"[{element['text']['text']}]" for element in block["elements"])]
    if block["type"] == "context":
        return [words(element["text"]) for element in block["elements"]]
    text = block["text"]["text"] if block["type"] == "header" else words(block["text"]["text"])
    beside = f"  [{block['accessory']['text']['text']}]" if "accessory" in block else ""
    first, *rest = text.split("\n")
    return [f"{first}{beside}", *(f"    {line}" for line in rest)]


def words(text: str) -> str:
    """Mrkdwn as it is read: times in UTC, no styles."""
    text = DATE.sub(lambda found: found[1].removesuffix(" UTC"), text)
    text = re.sub(r"<(https?://[^|>]+)\|([^>]+)>", r"\2", text)
    return html.unescape(re.sub(r"<([@#]\w+)>", r"\1", text)).replace("*", "")


def checked(message: Message) -> Message:
    """Would Slack take it, and can nothing in it mention anybody that we do not mean?"""
    check_blocks(message.blocks)
    SdkBlock.parse_all(message.blocks)
    assert message.blocks[0]["block_id"] == "qd:d1"
    assert 0 < size(message.text) <= 3000
    assert size(json.dumps(message.blocks, ensure_ascii=False)) < 40_000
    harmless(message.text)
    for text in _mrkdwn(message.blocks):
        harmless(text)
    return message


def checked_view(view: dict[str, Any]) -> dict[str, Any]:
    check_view(view, "modal")
    SdkView(**view).validate_json()
    for text in _mrkdwn(view["blocks"]):
        harmless(text)
    return view


def harmless(text: str) -> None:
    """No angle bracket but those of our own tokens, and no half of an entity."""
    rest = TOKEN.sub("", text)
    assert "<" not in rest, rest
    assert ">" not in rest, rest
    assert not re.search(r"&(?!amp;|lt;|gt;)", TOKEN.sub("", text)), rest
    text.encode("utf-8")


def _mrkdwn(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for item in value for text in _mrkdwn(item)]
    if not isinstance(value, dict):
        return []
    own = [value["text"]] if value.get("type") == "mrkdwn" else []
    return own + [text for item in value.values() for text in _mrkdwn(item)]


def buttons(message: Message) -> dict[str, dict[str, Any]]:
    """The buttons by `row label: label`, of a row's accessory, or by their label."""
    found = {}
    for block in message.blocks:
        if "accessory" in block:
            found[f"{block['text']['text'].split(' ')[0]} {block['accessory']['text']['text']}"] = block["accessory"]
        found |= {element["text"]["text"]: element for element in block.get("elements", ()) if "action_id" in element}
    return found
