"""The clock in view, the drawer in which things are hurt, and the tour."""

import json
from datetime import timedelta
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Windows, shot
from tests.browser.test_talking import said
from tests.scenario.company import COMMITTED, NOON, Company

DRILL: Any = {"This is a drill": True}
STEPS = ["T+0", "T+3", "T+5", "T+7", "T+10", "T+15"]


def strip(page: Page) -> Locator:
    return page.get_by_role("region", name="Incident clock")


def coach(page: Page) -> Locator:
    return page.get_by_role("region", name="What to do next")


def step(page: Page, mark: str) -> Locator:
    return strip(page).get_by_role("listitem").nth(STEPS.index(mark))


async def test_the_clock_runs_and_is_put_forward(at_work: Windows, company: Company) -> None:
    sam = await at_work.open("Sam Okafor")
    await company.open(**DRILL)
    await sam.clock.set_fixed_time(NOON + timedelta(minutes=1, seconds=12))
    await expect(strip(sam).get_by_role("timer")).to_have_text("T+01:12")
    await expect(strip(sam)).to_contain_text("T+3 in 1:48")
    await expect(step(sam, "T+3")).to_have_text("T+3 Escalate to Anthropic support, Sam Okafor: Waiting")
    await strip(sam).get_by_role("button", name="Jump to T+3").click()
    await expect(said(sam, "The clock of INC-0001 was put forward")).to_be_visible()
    await company.quiet()
    await expect(step(sam, "T+3")).to_contain_text("Due now")
    await expect(step(sam, "T+0")).to_contain_text("Done")
    await expect(strip(sam).get_by_role("button", name="Jump to T+5")).to_be_visible()
    await sam.screenshot(**shot("clock"))


async def test_whoever_cannot_see_the_board_sees_no_clock(at_work: Windows, company: Company) -> None:
    dana, gus, nora = [await at_work.open(name) for name in ("Dana Ito", "Gus Vale", "Nora Quist")]
    await company.open(**DRILL)
    await expect(strip(dana).get_by_role("timer")).to_be_visible()
    await expect(strip(gus)).to_be_hidden()
    await expect(strip(nora)).to_be_hidden()


async def test_a_real_incident_has_a_clock_and_no_jump(at_work: Windows, company: Company) -> None:
    dana = await at_work.open("Dana Ito", viewport={"width": 360, "height": 740})
    await company.open()
    await company.minutes(6)
    await expect(step(dana, "T+3")).to_contain_text("Overdue")
    await expect(strip(dana).get_by_role("button", name="Jump")).to_have_count(0)
    assert await dana.evaluate("document.documentElement.scrollWidth") == 360
    cells = await strip(dana).locator(".state").evaluate_all("all => all.map(one => one.scrollWidth > one.clientWidth)")
    assert cells == [False] * 6
    await company.say(company.sam, "INC-0001 false-alarm a test key")
    await expect(strip(dana)).to_be_hidden()


async def test_the_bot_is_killed_stopped_and_made_faster(windows: Windows) -> None:
    dana, asked = await windows.open("Dana Ito"), []
    supervision = windows.workspace.supervision
    supervision.begin(lambda line: asked.append(json.loads(line)))
    supervision.hear('{"bot": "running", "pid": 7, "speed": 1}')
    speed = strip(dana).get_by_role("button", name="10×")
    await speed.click()
    await dana.get_by_role("button", name="What goes between the workspace and the app").click()
    await expect(dana.get_by_text("The bot is running, process 7.")).to_be_visible()
    await dana.get_by_role("button", name="Kill the bot").click()
    await expect(dana.get_by_role("listitem").filter(has_text="the bot was killed")).to_be_visible()
    assert asked == [{"ask": "speed", "speed": 10}, {"ask": "kill"}]
    supervision.hear('{"bot": "stopped", "pid": null, "speed": 10}')
    await expect(speed).to_have_attribute("aria-pressed", "true")
    await dana.get_by_role("button", name="Start the bot").click()
    await expect(dana.get_by_role("listitem").filter(has_text="the bot was started")).to_be_visible()


async def test_the_network_is_hurt_and_it_is_said(windows: Windows) -> None:
    dana = await windows.open("Dana Ito")
    await expect(strip(dana)).to_be_hidden()
    await dana.get_by_role("button", name="What goes between the workspace and the app").click()
    drawer = dana.get_by_role("complementary", name="Network")
    for words, now in (
        ("Slack is down for 30 s", "Slack is down, 0:"),
        ("Slack limits everything for 30 s", "Slack limits everything, 0:"),
        ("Lose the next 3 answers (after they took effect)", "Answers are lost, 3 more"),
        ("Tell the next 5 events twice", "Events are told twice, 5 more"),
        ("Cut the connection", "the connection was cut"),
    ):
        await drawer.get_by_role("button", name=words).click()
        await expect(drawer.get_by_role("listitem").filter(has_text=now)).to_be_visible()
    await dana.screenshot(**shot("network"))
    await drawer.get_by_role("button", name="End all of it").click()
    await expect(drawer.get_by_text("Nothing is hurt.")).to_be_visible()


async def test_the_tour_from_the_report_to_the_first_step(at_work: Windows, company: Company) -> None:
    page = await at_work.open("Dana Ito")
    await expect(coach(page)).to_contain_text("You are Dana Ito")
    await coach(page).get_by_role("button", name="Type it for me").click()
    await page.keyboard.press("Enter")
    await expect(coach(page)).to_contain_text("Tick “This is a drill”")
    form = page.get_by_role("dialog", name="Report an incident")
    await form.get_by_label("Trigger").select_option(COMMITTED)
    await form.get_by_label("Suspect keys").fill("prod-gateway")
    await form.get_by_label("Yes: practise").check()
    await form.get_by_role("button", name="Open incident").click()
    await expect(form).to_be_hidden()
    await company.quiet()
    await coach(page).get_by_role("link", name="Become Sam Okafor").click()
    await expect(page.get_by_label("You act as")).to_have_value(at_work.ids["Sam Okafor"])
    await coach(page).get_by_role("button", name="Put the clock forward").click()
    await expect(said(page, "The clock of INC-0001 was put forward")).to_be_visible()
    await company.quiet()
    await expect(coach(page)).to_contain_text("press “Complete step”")


async def test_the_tour_from_the_last_step_to_the_file(at_work: Windows, company: Company) -> None:
    page = await at_work.open("Devi Rao")
    await company.open()
    await company.everything()
    await expect(coach(page)).to_contain_text("Every step is answered.")
    await coach(page).get_by_role("link", name="Become Sam Okafor").click()
    for told in ("Close it", "Take its timeline with you"):
        await expect(coach(page)).to_contain_text(told)
        await coach(page).get_by_role("button", name="Type it for me").click()
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Message @Quarterdeck", exact=True)).to_have_value("")
        await company.quiet()
    async with page.expect_download() as saving:
        await coach(page).get_by_role("button", name="Open INC-0001.html").click()
    assert (await saving.value).suggested_filename == "INC-0001.html"
    await coach(page).get_by_role("button", name="End the tour").click()
    await expect(coach(page)).to_be_hidden()


async def test_the_tour_begins_with_somebody_who_may_report(windows: Windows) -> None:
    scanner = await windows.open("Leak Scanner")
    await coach(scanner).get_by_role("link", name="Become Dana Ito").click()
    await expect(coach(scanner)).to_contain_text("You are Dana Ito")


async def test_the_tour_is_skipped_for_good(windows: Windows) -> None:
    dana = await windows.open("Dana Ito")
    await coach(dana).get_by_role("button", name="Skip the tour").click()
    await expect(coach(dana)).to_be_hidden()
    await dana.reload()
    await expect(dana.get_by_label("Message #general", exact=True)).to_be_visible()
    await expect(coach(dana)).to_be_hidden()
