"""The first fifteen minutes, as five people live them."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.exporting import NAMES, export
from playbooks.entries import Kind
from playbooks.verify import verify_json
from tests.scenario.company import (
    BOT,
    CHANNEL,
    ESCALATED,
    NOTIFIED,
    PULLED,
    REVOKED,
    ROTATED,
    Company,
    company_at_work,
    head,
)


@pytest.fixture(params=["sqlite", "postgres"])
async def everywhere(
    request: pytest.FixtureRequest, make_url: Callable[[str], str], tmp_path: Path
) -> AsyncIterator[Company]:
    """The same story on both databases."""
    async with company_at_work(tmp_path, make_url(request.param)) as company:
        yield company
        await company.check()


async def test_first_fifteen_minutes(everywhere: Company) -> None:
    company = everywhere
    await company.open()
    for mark, minute, person, values in (
        ("T+3", "12:03", company.sam, ESCALATED),
        ("T+5", "12:05", company.devi, REVOKED),
        ("T+7", "12:07", company.ada, PULLED),
        ("T+10", "12:10", company.sam, NOTIFIED),
        ("T+15", "12:15", company.rob, ROTATED),
    ):
        await company.at(minute)
        await company.fill_in(person, mark, values)
    said = await company.say(company.sam, "close key replaced, nothing lost", CHANNEL)

    assert "INC-0001 is closed" in said
    card = (await company.sam.sees("INC-0001 closed by Sam Okafor at 12:15, T+15", channel=CHANNEL)).text
    assert "5 of 5 steps on time" in card
    assert f"{(await company.last(Kind.CLOSED)).seq} entries" in card
    assert "· Closed" in (await company.dana.sees("INC-0001 · API key", channel="security-alerts")).text
    await company.minutes(120)
    assert len(await company.entries()) == (await company.last(Kind.CLOSED)).seq


async def test_opening_tells_everybody_what_they_need(company: Company) -> None:
    await company.open()

    receipt = await company.dana.sees("INC-0001 is open, nothing more for you to do", channel=BOT)
    assert "#inc-0001-key-committed" in receipt.text
    announced = await company.ada.sees("INC-0001 ·", channel="security-alerts")
    assert announced.text.startswith("INC-0001 · API key committed to a repository · Open\nOpened 12:00 by Dana Ito")
    assert "led by Sam Okafor" in announced.text
    assert "gist" not in announced.text
    assert "prod-gateway" not in announced.text
    brief = await company.devi.sees("Your steps · INC-0001", channel=BOT)
    assert "you own T+5 · Revoke the suspect key, due at 12:05" in brief.text
    assert brief.buttons == []


async def test_board_holds_the_whole_plan(company: Company) -> None:
    await company.open()

    board = await company.board()
    rows = {line.split(" · ")[0]: line for line in board.text.splitlines() if line.startswith("T+")}
    assert rows["T+3"] == "T+3 · 12:03 · Escalate to Anthropic support"
    assert rows["T+15"] == "T+15 · 12:15 · Deploy new keys, lock in the rotation"
    assert "Done 12:00 by Dana Ito" in board.text
    assert board.text.count("Waiting · ") == 5
    assert board.buttons.count("Complete") == 5


async def test_prompt_comes_in_both_places_and_mentions_once(company: Company) -> None:
    await company.open()
    await company.at("12:05")

    private = await company.prompt(company.devi, "T+5")
    public = await company.prompt(company.devi, "T+5", channel=CHANNEL)
    assert private.text.splitlines()[0] == public.text.splitlines()[0] == head("T+5")
    assert private.buttons == public.buttons == ["Complete step", "Take over", "I can't"]
    assert f"<@{company.devi.id}>" in repr(private.raw["blocks"])
    assert "<@" not in repr(public.raw["blocks"]) + public.raw["raw_text"]
    assert "due now (12:05)" in private.text


async def test_due_prompted_and_done_are_kept_apart(company: Company) -> None:
    await company.open()
    await company.at("12:05")
    await company.at("12:06")
    await company.fill_in(company.devi, "T+5", REVOKED)

    step = (await company.incident()).step("revoke")
    moments = [step.due_at, step.prompted_at, step.done_at, *(post.posted_at for post in step.posts.values())]
    assert [f"{moment:%H:%M}" for moment in moments if moment] == ["12:05", "12:05", "12:06", "12:05", "12:05"]


async def test_both_copies_follow_when_one_was_pressed(company: Company) -> None:
    await company.open()
    await company.at("12:05")
    await company.fill_in(company.devi, "T+5", REVOKED)

    for channel in (BOT, CHANNEL):
        shown = await company.prompt(company.devi, "T+5", channel=channel)
        assert "Done 12:05 by Devi Rao" in shown.text
        assert "prod-gateway" in shown.text
        assert "Complete step" not in shown.buttons


async def test_pressed_in_the_channel_the_private_copy_follows(company: Company) -> None:
    await company.open()
    await company.at("12:05")
    await company.devi.press("Complete step", in_message=head("T+5"), channel=CHANNEL)
    await company.send(company.devi, REVOKED)

    for channel in (BOT, CHANNEL):
        assert "Done 12:05 by Devi Rao" in (await company.prompt(company.devi, "T+5", channel=channel)).text


@pytest.mark.parametrize("channel", [BOT, CHANNEL])
async def test_the_pressed_copy_changes_first(company: Company, channel: str) -> None:
    await company.open()
    await company.at("12:05")
    pressed = await company.devi.press("Complete step", in_message=head("T+5"), channel=channel)
    await company.send(company.devi, REVOKED)

    updates = [call.facts for call in company.workspace.ledger.calls("chat.update")]
    done = [u["ts"] for u in updates if u["args"]["text"].startswith(head("T+5")) and "Done" in u["args"]["text"]]
    assert len(done) == 2
    assert done[0] == pressed.ts


@pytest.mark.parametrize(("form", "name"), [(form, f"INC-0001.{form}") for form in NAMES])
async def test_export_goes_privately_to_who_asked(company: Company, form: str, name: str) -> None:
    await company.open()
    await company.everything()
    said = await company.say(company.sam, f"INC-0001 export {form}")

    assert "is coming to you privately" in said
    content = await company.sam.download(name)
    wanted = await company.last(Kind.EXPORT_WANTED)
    entries = await company.entries()
    assert (name, content) == await export(form, entries, wanted.data["as_of_seq"])
    assert [share["channel"] for share in next(iter(company.workspace.files.values())).shares] == [
        (await company.sam.messages(BOT))[-1].channel
    ]
    assert (await company.last(Kind.EXPORTED)).data["to"] == company.sam.id
    if form == "json":
        verdict = verify_json(content)
        assert verdict.ok, verdict.sentence
        forged = json.loads(content)
        forged["entries"][0]["text"] = "nothing happened"
        assert not verify_json(json.dumps(forged)).ok


async def test_drill_says_so_everywhere(company: Company) -> None:
    await company.dana.command("/incident", "drill a key in a gist")
    assert company.dana.dialog is not None
    await company.dana.fill({"Trigger": "API key committed to a repository"})
    assert await company.dana.submit() is None
    await company.at("12:05")

    channel = "inc-0001-drill-key-committed"
    assert (await company.dana.sees("INC-0001", channel="security-alerts")).text.startswith("DRILL · INC-0001")
    prompt = await company.devi.sees(head("T+5"), channel=BOT)
    assert "Drill: do not contact Anthropic, do not revoke anything" in prompt.text
    assert "DRILL" in (await company.devi.sees("T+0 · ", channel=channel)).text
    await company.devi.press("Complete step", in_message=head("T+5"), channel=BOT)
    assert company.devi.dialog is not None
    assert "DRILL" in company.devi.dialog.text
