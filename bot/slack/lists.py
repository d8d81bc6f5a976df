"""A merged list: several prompts that would have waited for one person's conversation, in one message.

Each keeps its head, what is asked in short and its buttons, and changes with its own step.
"""

from collections.abc import Sequence

from bot import wording_steps as words
from bot.slack.blocks import FALLBACK, Block, delivery_block_id, header
from bot.slack.messages import Message
from bot.slack.prompts import Part
from bot.slack.text import escape, shorten

MOST = 10  # in one message: each takes two of Slack's 50 blocks, and its text has room for so many heads


def list_message(parts: Sequence[Part], delivery_id: str, *, drill: bool) -> Message:
    """`parts` in the order of the list, drills or real ones. Its own delivery id stands in the first block, each
    prompt's in the block of its head: a look back finds every one of them by itself."""
    title = f"{len(parts)} steps at once{f' · {words.DRILL}' if drill else ''}"
    blocks: list[Block] = [{**header(title), "block_id": delivery_block_id(delivery_id)}]
    for number, part in enumerate(parts):
        first, *rest = part.blocks
        blocks.append({**first, "block_id": delivery_block_id(part.delivery_id)})
        blocks += [{**block, "block_id": f"b{number}.{place}"} for place, block in enumerate(rest)]
    rule = [words.DRILL_RULE] if drill else []
    lines = [escape(title), *rule, *(line for part in parts for line in part.lines if line)]
    return Message(text=shorten("\n".join(lines), FALLBACK), blocks=blocks)
