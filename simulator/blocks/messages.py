"""The blocks of a message as a whole."""

from typing import Any

from simulator.blocks.kinds import IN_MESSAGE
from simulator.blocks.rules import Problems, ids, list_of
from simulator.errors import SlackError

MOST = 50
MARKDOWN = 12_000


def check_blocks(blocks: Any) -> None:
    """Raises SlackError `invalid_blocks` with a JSON pointer for each thing that is wrong.

    https://docs.slack.dev/reference/block-kit/blocks
    """
    problems = Problems()
    list_of(IN_MESSAGE, MOST, least=0)(blocks, "/blocks", problems)
    if not problems.found:
        ids(blocks, "/blocks", problems)
        _sums(blocks, problems)
    if problems.found:
        messages = [f"[ERROR] {problem}" for problem in problems.found]
        raise SlackError("invalid_blocks", errors=problems.found, response_metadata={"messages": messages})


def _sums(blocks: list[dict[str, Any]], problems: Problems) -> None:
    if sum(block["type"] == "table" for block in blocks) > 1:
        problems.add("/blocks", "only one table allowed")
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MARKDOWN:
        problems.add("/blocks", f"markdown must be less than {MARKDOWN + 1} characters in all")
