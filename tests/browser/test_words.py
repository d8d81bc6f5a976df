"""Text and blocks as they are meant: styles, lists, quotes, code, rich text, links."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Windows
from tests.browser.test_talking import bot_says, said
from tests.simulator.parts import Json, button, plain, section

EYES = '<span class="emoji" role="img" aria-label="eyes">👀</span>'
AWAY = 'target="_blank" rel="noopener noreferrer"'
MRKDWN = {
    "*bold* and _italic_ and ~gone~": "<strong>bold</strong> and <em>italic</em> and <s>gone</s>",
    "*bold with _both_*": "<strong>bold with <em>both</em></strong>",
    "a*b*c snake_case_name 2 * 3 * 4": "a*b*c snake_case_name 2 * 3 * 4",
    "`a *b* &lt;c&gt;`": "<code>a *b* &lt;c&gt;</code>",
    "a &amp;lt; b &amp; c": "a &amp;lt; b &amp; c",
    ":eyes: 12:30:45 :no_such_thing:": f"{EYES} 12:30:45 :no_such_thing:",
    "*unfinished _styles": "*unfinished _styles",
    "<https://e.example|*not bold*>": f'<a href="https://e.example" {AWAY}>*not bold*</a>',
    "&lt;b&gt;no tag&lt;/b&gt;": "&lt;b&gt;no tag&lt;/b&gt;",
    "line one\nline two": "line one<br>line two",
}


async def drawn(windows: Windows, block: Json) -> str:
    """The inside of the block as the page makes it."""
    page = await windows.open("Dana Ito")
    bot_says(windows.workspace, "x", [block])
    await expect(page.locator("article")).to_have_count(1)
    return await page.locator("article .block").inner_html()


async def test_mrkdwn(windows: Windows) -> None:
    page = await windows.open("Dana Ito")
    bot_says(windows.workspace, "x", [section(text) for text in MRKDWN])
    words = page.locator("article .words .lines")
    await expect(words).to_have_count(len(MRKDWN))
    assert [await word.inner_html() for word in await words.all()] == list(MRKDWN.values())


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("&gt; one\n&gt; two\nafter", "<blockquote>one<br>two</blockquote><span class=\"lines\">after</span>"),
        ("• one\n• *two*", "<ul><li>one</li><li><strong>two</strong></li></ul>"),
        ("```a *b*\n  &lt;c&gt;\n```end", '<pre><code>a *b*\n  &lt;c&gt;</code></pre><span class="lines">end</span>'),
        ("```never closed", '<span class="lines">```never closed</span>'),
        ("one\n\ntwo", '<span class="lines">one<br><br>two</span>'),
    ],
)  # fmt: skip
async def test_quotes_lists_and_code(windows: Windows, text: str, inside: str) -> None:
    assert f'<div class="words">{inside}</div>' in await drawn(windows, section(text))


def piece(kind: str, **more: object) -> Json:
    return {"type": kind, **more}


async def test_rich_text(windows: Windows) -> None:
    words = [piece("text", text="plain "), piece("text", text="both", style={"bold": True, "italic": True})]
    named = [piece("user", user_id=windows.ids["Devi Rao"]), piece("emoji", name="key")]
    web = [piece("link", url="https://e.example", text="web"), piece("link", url="javascript:alert(1)", text="bad")]
    elements = [
        piece("rich_text_section", elements=[*words, *named, *web]),
        piece("rich_text_list", style="ordered", elements=[piece("rich_text_section", elements=words)]),
        piece("rich_text_quote", elements=words),
        piece("rich_text_preformatted", elements=[piece("text", text="as <it> is")]),
    ]
    html = await drawn(windows, {"type": "rich_text", "elements": elements})
    assert html.count("plain <em><strong>both</strong></em>") == 3
    for part in ("@Devi Rao</span>", "🔑</span>", ">web</a>", "<span>bad</span>", "<ol", "<blockquote>"):
        assert part in html
    assert "<pre><code>as &lt;it&gt; is</code></pre>" in html


async def test_the_other_blocks(windows: Windows) -> None:
    page = await windows.open("Dana Ito")
    blocks: list[Json] = [
        {"type": "header", "text": plain("*as it is* :eyes:")},
        {"type": "section", "fields": [plain("left"), {"type": "mrkdwn", "text": "*right*"}]},
        {"type": "context", "elements": [plain("small"), {"type": "image", "alt_text": "a cat", "image_url": "https://e.example/c"}]},
        {"type": "divider"},
        {"type": "image", "alt_text": "a chart", "image_url": "https://e.example/x.png"},
    ]  # fmt: skip
    bot_says(windows.workspace, "x", blocks, attachments=[{"title": "Leak", "text": "see *here*", "fallback": "f"}])
    message = said(page, "small")
    await expect(message.get_by_role("heading", name="*as it is* 👀")).to_be_visible()
    await expect(message.locator(".fields")).to_have_text("leftright")
    for described in ("a cat", "a chart"):
        await expect(message.get_by_role("img", name=described)).to_be_visible()
    await expect(message.get_by_role("separator")).to_be_visible()
    await expect(message.locator(".attachment")).to_have_text("Leaksee here")
    assert await page.locator("#stage img").count() == 0


async def test_a_button_with_an_address_opens_it_and_tells_the_app(windows: Windows) -> None:
    page = await windows.open("Dana Ito")
    there = f"{windows.workspace.url}/archives/{windows.workspace.channel_named('security-alerts').id}"
    buttons = [button("Away", url="https://e.example/x"), button("Inside", url=there)]
    bot_says(windows.workspace, "x", [{"type": "actions", "elements": buttons}])
    away = page.get_by_role("link", name="Away")
    await expect(away).to_have_attribute("rel", "noopener noreferrer")
    await expect(away).to_have_attribute("target", "_blank")
    await page.get_by_role("link", name="Inside").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("#security-alerts")
    await expect(page.get_by_role("alert")).to_contain_text("didn't respond")
    (pressed,) = windows.workspace.ledger.deliveries("block_actions")
    assert pressed.facts["payload"]["actions"][0]["url"] == there
