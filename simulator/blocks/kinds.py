"""The blocks. https://docs.slack.dev/reference/block-kit/blocks"""

from typing import Any

from simulator.blocks.elements import ACCESSORY, ACTION, BOOLEAN, ELEMENTS, ID, INPUT, URL
from simulator.blocks.rules import Problems, Rule, list_of, one_of, shape, text_object, text_of, typed


def _text_or_fields(value: dict[str, Any], at: str, problems: Problems) -> None:
    if not value.get("text") and not value.get("fields"):
        problems.add(at, "must define either `text` or `fields`")


def _image_source(value: dict[str, Any], at: str, problems: Problems) -> None:
    if not value.get("image_url") and not value.get("slack_file"):
        problems.add(at, "must define either `image_url` or `slack_file`")


def _context_element(value: Any, at: str, problems: Problems) -> None:
    is_image = isinstance(value, dict) and value.get("type") == "image"
    (ELEMENTS["image"] if is_image else text_object(3000))(value, at, problems)


_CELL = typed(
    {"raw_text": shape({"text": text_of(3000, least=0)}), "rich_text": shape(elements=list_of(shape(), 500))}, "cell"
)

BLOCKS: dict[str, Rule] = {
    "section": shape(
        None,
        _text_or_fields,
        block_id=ID,
        text=text_object(3000),
        fields=list_of(text_object(2000), 10),
        accessory=ACCESSORY,
        expand=BOOLEAN,
    ),
    "header": shape({"text": text_object(150, plain=True)}, block_id=ID),
    "divider": shape(None, block_id=ID),
    "context": shape({"elements": list_of(_context_element, 10)}, block_id=ID),
    "actions": shape({"elements": list_of(ACTION, 25)}, block_id=ID),
    "input": shape(
        {"label": text_object(2000, plain=True), "element": INPUT},
        block_id=ID,
        hint=text_object(2000, plain=True),
        optional=BOOLEAN,
        dispatch_action=BOOLEAN,
    ),
    "image": shape(
        {"alt_text": text_of(2000)}, _image_source, block_id=ID, image_url=URL, title=text_object(2000, plain=True)
    ),
    "rich_text": shape({"elements": list_of(shape(), 500)}, block_id=ID),
    "markdown": shape({"text": text_of(12_000)}),
    "table": shape(
        {"rows": list_of(list_of(_CELL, 20), 100)},
        block_id=ID,
        column_settings=list_of(lambda *_: None, 20),
    ),
    "video": shape(
        {"alt_text": text_of(2000), "title": text_object(200, plain=True), "video_url": URL, "thumbnail_url": URL},
        block_id=ID,
    ),
    "file": shape({"external_id": ID, "source": one_of("remote")}, block_id=ID),
}

_MESSAGE_ONLY = {"markdown", "table", "file"}

IN_MESSAGE = typed(BLOCKS, "block")
IN_VIEW = typed({kind: rule for kind, rule in BLOCKS.items() if kind not in _MESSAGE_ONLY}, "block")
