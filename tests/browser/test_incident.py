"""One incident, played on the page against the real bot."""

import re

from playwright.async_api import Page, expect

from tests.browser.conftest import Windows, shot
from tests.browser.test_talking import said, say
from tests.scenario.company import CHANNEL, COMMITTED, Company

BOT = "Message @Quarterdeck"


async def report(page: Page, company: Company) -> None:
    """Open an incident by hand."""
    await say(page, "/incident a key in a public gist")
    form = page.get_by_role("dialog", name="Report an incident")
    await form.get_by_label("Trigger").select_option(COMMITTED)
    await form.get_by_label("Suspect keys").fill("prod-gateway")
    await form.get_by_role("button", name="Open incident").click()
    await expect(form).to_be_hidden()
    await company.quiet()


async def test_a_wrong_form_says_where_and_loses_nothing(at_work: Windows, company: Company) -> None:
    dana = await at_work.open("Dana Ito")
    await say(dana, "/incident a key in a public gist")
    form = dana.get_by_role("dialog", name="Report an incident")
    await form.get_by_label("Suspect keys").fill("prod-gateway")
    await form.get_by_label("When was it noticed?").fill("2126-01-01T12:00")
    await form.get_by_role("button", name="Open incident").click()
    trigger = form.get_by_label("Trigger")
    await expect(trigger).to_have_accessible_description("Please complete this required field.")
    await expect(trigger).to_be_focused()
    await dana.screenshot(**shot("form-with-errors"))
    await trigger.select_option(COMMITTED)
    await form.get_by_role("button", name="Open incident").click()
    when = form.get_by_label("When was it noticed?")
    await expect(when).to_have_attribute("aria-invalid", "true")
    await expect(form.get_by_label("Suspect keys")).to_have_value("prod-gateway")
    await when.fill("2026-11-21T12:00")
    await form.get_by_role("button", name="Open incident").click()
    await expect(form).to_be_hidden()
    assert (await company.incident()).trigger.value == "key_committed"


async def test_from_the_report_to_the_board_and_back_to_the_file(at_work: Windows, company: Company) -> None:
    dana, sam = await at_work.open("Dana Ito"), await at_work.open("Sam Okafor", "home")
    await report(dana, company)
    await dana.get_by_role("link", name=CHANNEL).first.click()
    board = said(dana, "T+15 · ")
    await expect(board.get_by_text("Pinned")).to_be_visible()
    await dana.screenshot(**shot("board"))
    await company.at("12:03")
    await sam.get_by_role("link", name="Quarterdeck 2 unread").click()
    await said(sam, "INC-0001 · T+3 · Escalate").get_by_role("button", name="Complete step").click()
    await sam.get_by_label("Support ticket ID").fill("SUP-4711")
    await sam.get_by_role("dialog").get_by_role("button", name="Complete step").click()
    await expect(sam.get_by_role("dialog")).to_be_hidden()
    await company.quiet()
    await expect(said(sam, "INC-0001 · T+3 · Escalate")).to_contain_text("Done")
    await expect(board).to_contain_text("SUP-4711")
    await save_the_record(sam, company)


async def save_the_record(sam: Page, company: Company) -> None:
    await say(sam, "/incident export INC-0001 md", BOT)
    await expect(said(sam, "is coming to you privately").get_by_text("Only visible to you")).to_be_visible()
    await company.quiet()
    async with sam.expect_download() as saving:
        await sam.get_by_role("button", name="INC-0001.md").click()
    download = await saving.value
    assert download.suggested_filename == "INC-0001.md"
    assert (await download.path()).read_text().startswith("# INC-0001 · ")


async def test_a_refusal_is_read_in_a_dialog_of_its_own(at_work: Windows, company: Company) -> None:
    rob = await at_work.open("Rob Silva")
    await company.open()
    await rob.get_by_role("link", name=CHANNEL).first.click()
    await said(rob, "T+0").get_by_role("button", name="Complete T+7").click()
    notice = rob.get_by_role("dialog", name="Not yours to complete")
    await expect(notice.get_by_text("Only @Ada Brandt, @Sam Okafor or @Sid Park can complete T+7.")).to_be_visible()
    await rob.keyboard.press("Escape")
    await expect(notice).to_be_hidden()
    await expect(said(rob, "T+0").get_by_role("button", name="Complete T+7")).to_be_focused()


async def test_home_shortcut_and_message_shortcut_open_the_form(at_work: Windows) -> None:
    dana = await at_work.open("Dana Ito")
    await say(dana, "there is a key in the wiki")
    form = dana.get_by_role("dialog", name="Report an incident")
    await said(dana, "in the wiki").hover()
    await said(dana, "in the wiki").get_by_label("More actions").click()
    await dana.get_by_role("menuitem", name="Open incident · Quarterdeck").click()
    await expect(form.get_by_label("What happened?")).to_have_value(re.compile("^there is a key in the wiki\nhttp"))
    await form.get_by_role("button", name="Close").click()
    await dana.get_by_role("button", name="Shortcuts").click()
    await dana.get_by_role("menuitem", name="Report an incident · Quarterdeck").click()
    await expect(form.get_by_label("What happened?")).to_have_value("")
    await form.get_by_role("button", name="Cancel").click()
    await expect(form).to_be_hidden()


async def test_the_home_tab_fills_itself_and_its_buttons_work(at_work: Windows, company: Company) -> None:
    devi = await at_work.open("Devi Rao", "home")
    await company.quiet()
    await expect(devi.get_by_role("heading", name="My steps")).to_be_visible()
    await company.open()
    await company.seconds(3)
    await devi.get_by_role("button", name="Complete INC-0001 · T+5").click()
    form = devi.get_by_role("dialog", name="T+5 · INC-0001")
    await form.get_by_label("Which key").fill("prod-gateway")
    await form.get_by_role("group", name="How was it confirmed?").get_by_label("Seen in the Console").check()
    await form.get_by_role("button", name="Complete step").click()
    await expect(form).to_be_hidden()
    await company.seconds(3)
    await expect(devi.get_by_text("Nothing is asked of you now.")).to_be_visible()


async def test_the_command_is_completed_while_it_is_typed(at_work: Windows) -> None:
    dana = await at_work.open("Dana Ito")
    box = dana.get_by_label("Message #general", exact=True)
    await box.press_sequentially("/inc")
    await expect(dana.get_by_role("option", name="/incident")).to_be_visible()
    await box.press("Tab")
    await box.press_sequentially("he")
    await box.press("ArrowDown")
    await expect(dana.get_by_role("option", name="/incident help", selected=True)).to_be_visible()
    await box.press("Enter")
    await expect(box).to_have_value("/incident help ")
    await box.press("Enter")
    await expect(said(dana, "/incident status")).to_be_visible()


async def test_the_newcomer_is_told_where_to_begin(at_work: Windows) -> None:
    dana = await at_work.open("Dana Ito")
    await dana.screenshot(**shot("first-look"))
    await dana.get_by_role("button", name="Type it for me").click()
    await dana.keyboard.press("Enter")
    form = dana.get_by_role("dialog", name="Report an incident")
    await expect(form.get_by_label("What happened?")).to_have_value("a key in a public gist")
