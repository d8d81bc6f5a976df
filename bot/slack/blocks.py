"""Blocks within Slack's limits, so that no text of people or playbooks can make a message fail.

https://docs.slack.dev/reference/block-kit/blocks. Texts for `section` and `context` are mrkdwn, escaped before.
"""

from typing import Any, Literal

from bot.slack.text import plain, shorten

Block = dict[str, Any]

MOST_BLOCKS = 50
SECTION = 3000
HEADER = 150
CONTEXT = 2000
LABEL = 75
DELIVERY = "qd:"
FALLBACK = 3000  # chat.update takes 4,000


def section(text: str, accessory: Block | None = None) -> Block:
    block: Block = {"type": "section", "text": mrkdwn(text, SECTION)}
    return {**block, "accessory": accessory} if accessory else block


def header(text: str) -> Block:
    line = plain(" ".join(text.split()), HEADER)
    return {"type": "header", "text": {"type": "plain_text", "text": line, "emoji": False}}


def context(text: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(text, CONTEXT)]}


def actions(*buttons: Block) -> Block:
    return {"type": "actions", "elements": list(buttons)}


def mrkdwn(text: str, limit: int) -> Block:
    return {"type": "mrkdwn", "text": shorten(text, limit)}


def plain_text(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": plain(text, limit), "emoji": True}


def button(
    label: str, action_id: str, value: str = "", style: Literal["primary", "danger"] | None = None, *, spoken: str = ""
) -> Block:
    """`spoken` is what a screen reader says where several buttons have the same label."""
    made: Block = {"type": "button", "text": plain_text(label, LABEL), "action_id": action_id}
    made |= {"value": value} if value else {}
    made |= {"style": style} if style else {}
    return {**made, "accessibility_label": plain(spoken, LABEL)} if spoken else made


def link_button(label: str, action_id: str, url: str) -> Block:
    return {"type": "button", "text": plain_text(label, LABEL), "action_id": action_id, "url": url}


def delivery_block_id(delivery_id: str) -> str:
    """Of the block that makes a message findable after a lost answer."""
    return f"{DELIVERY}{delivery_id}"


def identified(blocks: list[Block], delivery_id: str) -> list[Block]:
    """The same with a `block_id` each: the first one's makes the message findable after a lost answer."""
    ids = [delivery_block_id(delivery_id), *(f"b{position}" for position in range(1, len(blocks)))]
    return [{**block, "block_id": block_id} for block, block_id in zip(blocks, ids, strict=True)][:MOST_BLOCKS]
