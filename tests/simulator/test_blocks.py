"""The limits of Block Kit, one row each."""

from typing import Any

import pytest

from simulator.blocks.messages import check_blocks
from simulator.blocks.views import check_view
from simulator.errors import SlackError
from tests.simulator.parts import actions, button, modal, options, plain, question, section

SELECT = {"type": "static_select", "options": options("A")}

REFUSED: list[tuple[str, list[Any], str]] = [
    ("unknown block", [{"type": "alert", "text": plain("x")}], "/blocks/0/type"),
    ("no object", ["text"], "/blocks/0/type"),
    ("51 blocks", [{"type": "divider"}] * 51, "/blocks"),
    ("section without text", [{"type": "section"}], "/blocks/0"),
    ("empty section", [section("")], "/blocks/0/text/text"),
    ("section too long", [section("x" * 3001)], "/blocks/0/text/text"),
    ("11 fields", [{"type": "section", "fields": [plain("x")] * 11}], "/blocks/0/fields"),
    ("long field", [{"type": "section", "fields": [plain("x" * 2001)]}], "/blocks/0/fields/0/text"),
    ("long header", [{"type": "header", "text": plain("x" * 151)}], "/blocks/0/text/text"),
    ("mrkdwn header", [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "/blocks/0/text/type"),
    ("11 context elements", [{"type": "context", "elements": [plain("x")] * 11}], "/blocks/0/elements"),
    ("26 buttons", [actions(*map(str, range(26)))], "/blocks/0/elements"),
    ("no button", [{"type": "actions", "elements": []}], "/blocks/0/elements"),
    ("long button", [actions("x" * 76)], "/blocks/0/elements/0/text/text"),
    ("long value", [section("x", accessory=button("b", value="x" * 2001))], "/blocks/0/accessory/value"),
    ("long url", [section("x", accessory=button("b", url="x" * 3001))], "/blocks/0/accessory/url"),
    ("odd style", [section("x", accessory=button("b", style="red"))], "/blocks/0/accessory/style"),
    ("long action_id", [section("x", accessory=button("b", action_id="x" * 256))], "/blocks/0/accessory/action_id"),
    ("101 options", [section("x", accessory={**SELECT, "options": options("A") * 101})], "/blocks/0/accessory/options"),
    (
        "long option",
        [section("x", accessory={**SELECT, "options": options("x" * 76)})],
        "/blocks/0/accessory/options/0/text/text",
    ),
    ("no options", [section("x", accessory={"type": "static_select"})], "/blocks/0/accessory"),
    (
        "initial not offered",
        [section("x", accessory={**SELECT, "initial_option": options("B")[0]})],
        "/blocks/0/accessory/initial_option",
    ),
    ("input as accessory", [section("x", accessory={"type": "plain_text_input"})], "/blocks/0/accessory/type"),
    ("same block_id", [section("x", block_id="b"), section("y", block_id="b")], "/blocks/1/block_id"),
    ("same action_id", [actions("a", "a")], "/blocks/0/elements/1/action_id"),
    ("two tables", [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}] * 2, "/blocks"),
    ("long markdown", [{"type": "markdown", "text": "x" * 6001}] * 2, "/blocks"),
]


@pytest.mark.parametrize(("blocks", "pointer"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_message_refused_at(blocks: list[Any], pointer: str) -> None:
    with pytest.raises(SlackError) as refusal:
        check_blocks(blocks)

    assert refusal.value.error == "invalid_blocks"
    assert any(f"[json-pointer:{pointer}]" in m for m in refusal.value.details["response_metadata"]["messages"])


def test_message_at_its_limits() -> None:
    accessory = button("x" * 75, value="x" * 2000, style="danger", url="https://e/" + "x" * 2990)
    check_blocks(
        [
            section("x" * 3000, accessory=accessory),
            {"type": "header", "text": plain("x" * 150)},
            {"type": "context", "elements": [plain("x")] * 10},
            actions(*(str(n) for n in range(25))),
            {"type": "section", "fields": [plain("x" * 2000)] * 10},
            {"type": "section", "text": plain("x"), "accessory": {**SELECT, "options": options("x" * 75) * 100}},
            {"type": "actions", "elements": [{"type": "overflow", "options": options("a", "b")}]},
            {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 20] * 100},
            *[{"type": "divider"}] * 42,
        ]
    )


TEXT = {"type": "plain_text_input"}

VIEWS: list[tuple[str, dict[str, Any], str]] = [
    ("long title", modal("x" * 25), "/view/title/text"),
    ("long submit", modal("x", submit=plain("x" * 25)), "/view/submit/text"),
    ("long close", modal("x", close=plain("x" * 25)), "/view/close/text"),
    ("inputs without submit", modal("x", question("q", TEXT), submit=None), "/view"),
    ("long metadata", modal("x", private_metadata="x" * 3001), "/view/private_metadata"),
    ("long callback_id", modal("x", callback_id="x" * 256), "/view/callback_id"),
    ("101 blocks", modal("x", *[{"type": "divider"}] * 101), "/view/blocks"),
    ("same block_id", modal("x", question("q", TEXT), question("q", TEXT)), "/view/blocks/1/block_id"),
    ("markdown", modal("x", {"type": "markdown", "text": "x"}), "/view/blocks/0/type"),
    ("button as input", modal("x", question("q", button("b"))), "/view/blocks/0/element/type"),
    ("long label", modal("x", question("q", TEXT, label=plain("x" * 2001))), "/view/blocks/0/label/text"),
    ("11 checkboxes", modal("x", question("q", {"type": "checkboxes", "options": options("a") * 11})), "options"),
    ("max_length", modal("x", question("q", {**TEXT, "max_length": 3001})), "/view/blocks/0/element/max_length"),
    ("a Home tab", {"type": "home", "blocks": []}, "/view/type"),
]


@pytest.mark.parametrize(("view", "pointer"), [r[1:] for r in VIEWS], ids=[r[0] for r in VIEWS])
def test_view_refused_at(view: dict[str, Any], pointer: str) -> None:
    with pytest.raises(SlackError) as refusal:
        check_view(view, "modal")

    assert refusal.value.error == "invalid_arguments"
    assert any(f"{pointer}]" in m for m in refusal.value.details["response_metadata"]["messages"])


def test_a_view_can_be_too_large() -> None:
    with pytest.raises(SlackError, match="view_too_large"):
        check_view(modal("x", *[section("x" * 3000)] * 90), "modal")


def test_every_input_element_is_taken() -> None:
    kinds = (
        "plain_text_input url_text_input email_text_input rich_text_input datepicker timepicker datetimepicker "
        "users_select multi_users_select conversations_select channels_select external_select"
    )
    picks = [question(kind, {"type": kind}) for kind in kinds.split()]
    lists = [
        question(kind, {"type": kind, "options": options("a")})
        for kind in ("static_select", "multi_static_select", "checkboxes", "radio_buttons")
    ]
    number = question("number", {"type": "number_input", "is_decimal_allowed": False})

    check_view(modal("x", *picks, *lists, number), "modal")
