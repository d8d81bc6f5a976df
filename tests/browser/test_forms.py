"""Every field of Block Kit: filled in by hand, it arrives as Slack would send it."""

from itertools import product
from typing import Any

from playwright.async_api import Locator, Page, expect

from simulator import modals
from simulator.state import held
from tests.browser.conftest import Windows
from tests.simulator.parts import Json, actions, button, modal, options, plain, question, section


def show(windows: Windows, name: str, *blocks: Json, **more: Any) -> None:
    """Open a dialog as the app would."""
    modals.open_modal(windows.workspace, windows.ids[name], modal("Form", *blocks, **more))
    windows.workspace.bell.ring()


def values(windows: Windows, name: str) -> dict[str, Any]:
    """What the workspace holds, by block."""
    view = windows.workspace.modals[windows.ids[name]][-1]
    return {block: held(next(iter(state.values()))) for block, state in view.values.items()}


async def submit(page: Page) -> Locator:
    """Nobody is there to take it: the dialog stays, and says so."""
    form = page.get_by_role("dialog", name="Form")
    await form.get_by_role("button", name="Go").click()
    await expect(form.get_by_role("alert")).to_have_text("We had some trouble connecting. Try again?")
    return form


async def test_typed_fields(windows: Windows) -> None:
    kinds = ("plain_text_input", "email_text_input", "url_text_input", "datepicker", "timepicker", "datetimepicker")
    fields = [question(kind, {"type": kind}) for kind in kinds]
    number = {"type": "number_input", "is_decimal_allowed": True}
    dana = await windows.open("Dana Ito")
    show(windows, "Dana Ito", *fields, question("number", number))
    typed = {
        "plain_text_input": "words", "email_text_input": "a@e.example", "url_text_input": "https://e.example",
        "datepicker": "2026-11-21", "timepicker": "12:05", "datetimepicker": "2026-11-21T13:05", "number": "1.5",
    }  # fmt: skip
    for label, text in typed.items():
        await dana.get_by_label(label, exact=True).fill(text)
    await submit(dana)
    noon_in_berlin = 1795262700
    assert values(windows, "Dana Ito") == typed | {"datetimepicker": noon_in_berlin}


async def test_chosen_fields(windows: Windows) -> None:
    dana = await windows.open("Dana Ito")
    kinds = ("static_select", "radio_buttons", "checkboxes", "multi_static_select")
    fields = [question(kind, {"type": kind, "options": options("One", "Two", "Three")}) for kind in kinds]
    pickers = ("users_select", "multi_users_select", "channels_select", "conversations_select")
    show(windows, "Dana Ito", *fields, *(question(kind, {"type": kind}) for kind in pickers))
    await dana.get_by_label("static_select", exact=True).select_option("Two")
    await dana.get_by_role("group", name="radio_buttons").get_by_label("Two").check()
    for box, label in product(("checkboxes", "multi_static_select"), ("Three", "One")):
        await dana.get_by_role("group", name=box).get_by_label(label).check()
    await dana.get_by_label("users_select", exact=True).select_option("Ada Brandt")
    await dana.get_by_role("group", name="multi_users_select").get_by_label("Rob Silva").check()
    for picker in ("channels_select", "conversations_select"):
        await dana.get_by_label(picker, exact=True).select_option("#general")
    await submit(dana)
    one, two, three = options("One", "Two", "Three")
    general = windows.workspace.channel_named("general").id
    assert list(values(windows, "Dana Ito").values()) == [
        two, two, [one, three], [three, one], windows.ids["Ada Brandt"], [windows.ids["Rob Silva"]], general, general
    ]  # fmt: skip


async def test_what_is_filled_in_beforehand_is_there_and_can_be_taken_back(windows: Windows) -> None:
    dana = await windows.open("Dana Ito")
    chosen = {"type": "checkboxes", "options": options("One", "Two"), "initial_options": options("One")}
    text = {"type": "plain_text_input", "initial_value": "as before", "multiline": True}
    when = {"type": "datetimepicker", "initial_date_time": 1795262700}
    optional = [question(name, e, optional=True) for name, e in (("box", chosen), ("text", text), ("when", when))]
    show(windows, "Dana Ito", *optional)
    await expect(dana.get_by_label("when (optional)")).to_have_value("2026-11-21T13:05")
    await expect(dana.get_by_label("text (optional)")).to_have_value("as before")
    await dana.get_by_label("One").uncheck()
    await dana.get_by_label("text (optional)").fill("")
    await dana.get_by_label("when (optional)").fill("")
    await submit(dana)
    assert values(windows, "Dana Ito") == {"box": [], "text": None, "when": None}


async def test_a_view_that_changes_keeps_what_was_typed(windows: Windows) -> None:
    dana = await windows.open("Dana Ito")
    typed = {"type": "plain_text_input"}
    show(windows, "Dana Ito", question("stays", typed), question("leaves", typed))
    await dana.get_by_label("stays").fill("kept")
    await dana.get_by_label("leaves").fill("dropped")
    (view,) = windows.workspace.modals[windows.ids["Dana Ito"]]
    modals.update(
        windows.workspace, view, modal("Form", section("changed"), question("stays", typed), question("new", typed))
    )
    windows.workspace.bell.ring()
    await expect(dana.get_by_text("changed")).to_be_visible()
    await expect(dana.get_by_label("stays")).to_have_value("kept")
    await dana.get_by_label("new").fill("fresh")
    await submit(dana)
    assert values(windows, "Dana Ito") == {"stays": "kept", "new": "fresh"}


async def test_a_press_inside_carries_what_was_typed(windows: Windows) -> None:
    dana = await windows.open("Dana Ito")
    show(windows, "Dana Ito", question("words", {"type": "plain_text_input"}), actions("Look up"))
    await dana.get_by_label("words").fill("half a")
    await dana.get_by_role("button", name="Look up").click()
    await expect(dana.get_by_role("alert").first).to_be_visible()
    (press,) = windows.workspace.ledger.deliveries("block_actions")
    assert press.facts["payload"]["view"]["state"]["values"]["words"]["a"]["value"] == "half a"


async def test_dialogs_lie_on_each_other_and_close_one_by_one(windows: Windows) -> None:
    dana = await windows.open("Dana Ito")
    show(windows, "Dana Ito", question("below", {"type": "plain_text_input"}))
    await dana.get_by_label("below").fill("kept")
    modals.push(windows.workspace, windows.ids["Dana Ito"], modal("Second", section("on top")))
    windows.workspace.bell.ring()
    second = dana.get_by_role("dialog", name="Second")
    await expect(second.get_by_text("Above “Form”")).to_be_visible()
    await dana.keyboard.press("Escape")
    await expect(dana.get_by_role("dialog", name="Form").get_by_label("below")).to_have_value("kept")


async def test_a_button_may_ask_whether_one_is_sure(windows: Windows) -> None:
    dana = await windows.open("Dana Ito")
    ask = {"title": plain("Sure?"), "text": plain("It is final."), "confirm": plain("Yes"), "deny": plain("No")}
    blocks = [{"type": "actions", "elements": [button("Close it", confirm=ask, style="danger")]}]
    modals.publish(windows.workspace, windows.ids["Dana Ito"], {"type": "home", "blocks": blocks})
    await dana.get_by_role("link", name="Quarterdeck Home").click()
    await dana.get_by_role("button", name="Close it").click()
    await dana.get_by_role("dialog", name="Sure?").get_by_role("button", name="No").click()
    await dana.get_by_role("button", name="Close it").click()
    await dana.get_by_role("dialog", name="Sure?").get_by_role("button", name="Yes").click()
    await expect(dana.get_by_role("alert")).to_contain_text("didn't respond")
    assert len(windows.workspace.ledger.deliveries("block_actions")) == 1


async def test_selects_and_menus_outside_of_forms_report_at_once(windows: Windows) -> None:
    dana = await windows.open("Dana Ito")
    select = {"type": "static_select", "action_id": "s", "placeholder": plain("Pick"), "options": options("One", "Two")}
    overflow = {"type": "overflow", "action_id": "o", "options": options("Edit", "Drop")}
    home = {"type": "home", "blocks": [section("row", accessory=overflow), {"type": "actions", "elements": [select]}]}
    modals.publish(windows.workspace, windows.ids["Dana Ito"], home)
    await dana.get_by_role("link", name="Quarterdeck Home").click()
    await dana.get_by_label("Pick").select_option("Two")
    await expect(dana.get_by_role("alert")).to_have_count(1)
    await dana.get_by_role("button", name="More options").click()
    await dana.get_by_role("menuitem", name="Drop").click()
    await expect(dana.get_by_role("alert")).to_have_count(2)
    pressed = [e.facts["payload"]["actions"][0] for e in windows.workspace.ledger.deliveries("block_actions")]
    assert [(p["action_id"], p["selected_option"]["value"]) for p in pressed] == [("s", "two"), ("o", "drop")]


async def test_while_it_is_sent_the_button_says_so_and_a_second_press_does_nothing(windows: Windows) -> None:
    dana = await windows.open("Dana Ito")
    show(windows, "Dana Ito", question("words", {"type": "plain_text_input", "multiline": True}))
    await dana.get_by_label("words").fill("once")
    await dana.get_by_role("button", name="Go", exact=True).evaluate("(button) => { button.click(); button.click(); }")
    await expect(dana.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    await expect(dana.get_by_role("button", name="Go", exact=True)).to_be_enabled()
    assert len(windows.workspace.ledger.deliveries("view_submission")) == 1
