"""Messages, threads, reactions, links: what people do with each other on the page."""

from typing import Any

from playwright.async_api import Browser, Locator, Page, expect

from simulator import posts
from simulator.company import practice_workspace
from simulator.web import serve
from simulator.workspace import Workspace
from tests.browser.conftest import Windows
from tests.simulator.parts import section


def said(page: Page, text: str, where: str = "Messages") -> Locator:
    return page.get_by_role("list", name=where).get_by_role("article").filter(has_text=text)


async def use(page: Page, text: str, tool: str) -> None:
    """Press what appears on a message that is pointed at."""
    await said(page, text).hover()
    await said(page, text).get_by_label(tool, exact=True).click()


async def say(page: Page, text: str, box: str = "Message #general") -> None:
    await page.get_by_label(box, exact=True).fill(text)
    await page.keyboard.press("Enter")


def bot_says(workspace: Workspace, text: str, blocks: list[Any] | None = None, **more: Any) -> None:
    posts.post(workspace, workspace.channel_named("general"), workspace.bot, text, blocks=blocks or [], **more)


async def test_two_people_talk_and_neither_reloads(windows: Windows) -> None:
    dana, sam = await windows.open("Dana Ito"), await windows.open("Sam Okafor", "home")
    await say(dana, "hello @Sam Okafor\nand *all*")
    unread = sam.get_by_role("link", name="general").filter(has_text="1 unread")
    await expect(unread).to_be_visible()
    await unread.click()
    await expect(said(sam, "hello @Sam Okafor").locator("strong", has_text="all")).to_be_visible()
    await expect(unread).to_have_count(0)
    await say(sam, "seen")
    await expect(said(dana, "seen")).to_be_visible()
    await expect(dana.get_by_label("Message #general", exact=True)).to_have_value("")


async def test_shift_enter_begins_a_line_and_nothing_is_sent(windows: Windows) -> None:
    dana = await windows.open("Dana Ito")
    box = dana.get_by_label("Message #general", exact=True)
    await box.press_sequentially("one")
    await box.press("Shift+Enter")
    await box.press_sequentially("two")
    await expect(box).to_have_value("one\ntwo")
    await expect(dana.get_by_role("article")).to_have_count(0)


async def test_a_script_is_shown_as_what_it_is(windows: Windows) -> None:
    dana = await windows.open("Dana Ito")
    text = "<script>document.title='broken'</script><img src=x onerror=alert(1)>"
    await say(dana, text)
    await expect(said(dana, text)).to_be_visible()
    assert await dana.locator("#stage img, #stage script").count() == 0
    assert "broken" not in await dana.title()


async def test_links_lead_only_to_the_web_and_to_mail(windows: Windows) -> None:
    dana = await windows.open("Dana Ito")
    bot_says(
        windows.workspace,
        "<https://e.example/?a=1&amp;b=2|web> <mailto:a@e.example|mail> "
        "<javascript:alert(1)|bad> <data:text/html,x|worse>",
    )
    message = said(dana, "web mail bad worse")
    links = message.locator(".words a")
    await expect(links).to_have_text(["web", "mail"])
    await expect(links.first).to_have_attribute("href", "https://e.example/?a=1&b=2")
    await expect(links.first).to_have_attribute("rel", "noopener noreferrer")


async def test_a_thread_has_its_panel_and_its_count(windows: Windows) -> None:
    dana, sam = await windows.open("Dana Ito"), await windows.open("Sam Okafor")
    await say(dana, "who has the key?")
    await use(sam, "who has", "Reply in a thread")
    await say(sam, "Devi has", "Reply …")
    await expect(said(sam, "Devi has", "Thread")).to_be_in_viewport()
    await dana.get_by_role("link", name="1 reply").click()
    await expect(said(dana, "Devi has", "Thread")).to_be_visible()
    await expect(said(dana, "Devi has")).to_have_count(0)
    await dana.get_by_role("button", name="Close the panel").click()
    await expect(dana.get_by_role("complementary")).to_be_hidden()


async def test_reactions_are_put_on_and_taken_off(windows: Windows) -> None:
    dana, sam = await windows.open("Dana Ito"), await windows.open("Sam Okafor")
    await say(dana, "look here")
    await use(dana, "look here", "Add a reaction")
    await dana.get_by_role("menuitem", name="rotating light").click()
    chip = said(sam, "look here").get_by_role("button", name="rotating light, 1: Dana Ito")
    await chip.click()
    both = said(dana, "look here").get_by_role("button", name="rotating light, 2: Dana Ito, Sam Okafor", pressed=True)
    await both.click()
    await expect(
        said(sam, "look here").get_by_role("button", name="rotating light, 1: Sam Okafor", pressed=True)
    ).to_be_visible()


async def test_ones_own_words_are_edited_and_deleted(windows: Windows) -> None:
    dana = await windows.open("Dana Ito")
    await say(dana, "ask @Devi Rao & #general")
    await use(dana, "ask", "More actions")
    await dana.get_by_role("menuitem", name="Edit").click()
    box = dana.get_by_label("Edit the message")
    await expect(box).to_have_value("ask @Devi Rao & #general")
    await box.fill("ask @Max Lind")
    await dana.get_by_role("button", name="Save").click()
    await expect(said(dana, "ask @Max Lind").get_by_text("(edited)")).to_be_visible()
    await use(dana, "ask", "More actions")
    await dana.get_by_role("menuitem", name="Delete").click()
    await dana.get_by_role("dialog", name="Delete this message?").get_by_role("button", name="Delete").click()
    await expect(dana.get_by_role("article")).to_have_count(0)


async def test_what_the_page_cannot_draw_is_named(windows: Windows) -> None:
    dana = await windows.open("Dana Ito")
    odd = {"type": "rich_text", "elements": [{"type": "rich_text_hologram", "elements": []}]}
    video = {
        "type": "video", "alt_text": "a", "title": {"type": "plain_text", "text": "t"},
        "video_url": "https://e.example/v", "thumbnail_url": "https://e.example/t",
    }  # fmt: skip
    select = {"type": "external_select", "action_id": "x", "placeholder": {"type": "plain_text", "text": "p"}}
    bot_says(windows.workspace, "odd", [section("odd"), odd, video, {"type": "actions", "elements": [select]}])
    for words in ("rich text “rich_text_hologram”", "block “video”", "element “external_select”"):
        await expect(dana.get_by_text(f"This page does not know the {words}.")).to_be_visible()


async def test_dates_are_in_the_readers_zone_and_names_are_names(windows: Windows) -> None:
    dana = await windows.open("Dana Ito")
    devi = windows.ids["Devi Rao"]
    general = windows.workspace.channel_named("general").id
    bot_says(
        windows.workspace,
        f"<!date^1000000000^{{date_num}} {{time}}|soon> <@{devi}> <#{general}> <!channel> :eyes: :nope:",
    )
    await expect(said(dana, "09/09/2001 03:46 @Devi Rao #general @channel 👀 :nope:")).to_be_visible()


async def test_what_is_only_for_one_is_marked_and_seen_by_nobody_else(windows: Windows) -> None:
    dana, sam = await windows.open("Dana Ito"), await windows.open("Sam Okafor")
    bot_says(windows.workspace, "psst", only_for=windows.ids["Dana Ito"])
    bot_says(windows.workspace, "for all")
    await expect(said(dana, "psst").get_by_text("Only visible to you")).to_be_visible()
    await expect(said(sam, "for all")).to_be_visible()
    await expect(said(sam, "psst")).to_have_count(0)


async def test_a_direct_message_is_opened_by_writing_it(windows: Windows) -> None:
    dana, sam = await windows.open("Dana Ito"), await windows.open("Sam Okafor")
    await dana.get_by_role("link", name="Sam Okafor").click()
    await say(dana, "between us", "Message @Sam Okafor")
    await sam.get_by_role("link", name="Dana Ito 1 unread").click()
    await expect(said(sam, "between us")).to_be_visible()
    await expect(said(dana, "between us")).to_be_visible()


async def test_a_link_to_a_message_leads_there(windows: Windows) -> None:
    workspace = windows.workspace
    for number in range(30):
        bot_says(workspace, f"line {number}\nand more")
    third = workspace.messages[workspace.channel_named("general").id][3]
    page = await windows.open("Dana Ito", at=workspace.permalink(third))
    await expect(said(page, "line 3")).to_be_in_viewport()
    await expect(said(page, "line 29")).not_to_be_in_viewport()


async def test_an_app_that_does_not_answer_is_said_until_it_is_dismissed(windows: Windows) -> None:
    dana = await windows.open("Dana Ito")
    await say(dana, "/incident a key")
    notice = dana.get_by_role("alert").filter(has_text='/incident failed with the error "dispatch_failed"')
    await expect(notice).to_be_visible()
    await expect(dana.get_by_label("Message #general", exact=True)).to_have_value("/incident a key")
    await notice.get_by_role("button", name="Dismiss this notice").click()
    await expect(notice).to_have_count(0)
    await say(dana, "/nothing")
    await expect(dana.get_by_role("alert").filter(has_text="/nothing is not a valid command.")).to_be_visible()


async def test_a_lost_connection_is_said_and_mended(browser: Browser) -> None:
    workspace = practice_workspace()
    windows = Windows(browser, workspace)
    async with serve(workspace) as server:
        port = int(server.url.rpartition(":")[2])
        dana = await windows.open("Dana Ito")
        await say(dana, "before")
        await expect(said(dana, "before")).to_be_visible()
    await expect(dana.get_by_role("status")).to_have_text("Connection lost, trying again …")
    async with serve(workspace, port=port):
        bot_says(workspace, "back again")
        await expect(said(dana, "back again")).to_have_count(1)
        await expect(dana.get_by_role("status")).to_be_hidden()
    await windows.close(but="ERR_CONNECTION_REFUSED")
