"""What follows when nobody answers: nudge, deputies, escalations, the alerts channel, numbered reminders."""

from playbooks.entries import Kind
from simulator.driver import Person, Seen
from tests.scenario.company import BOT, CHANNEL, PULLED, REVOKED, Company, head


async def begun(person: Person, what: str, channel: str = BOT) -> list[Seen]:
    return [m for m in await person.messages(channel) if m.text.startswith(what)]


async def test_nudge_deputy_lead_alerts_reminders(company: Company) -> None:
    await company.open()
    await company.from_board(company.ada, "T+7", PULLED)
    await company.at("12:06")
    assert not await begun(company.devi, "Nudge · " + head("T+5"))
    await company.at("12:07")
    assert len(await begun(company.devi, "Nudge · " + head("T+5"))) == 1
    deputy = await company.prompt(company.max, "T+5")
    assert "Devi Rao owns this" in deputy.text
    assert "Complete step" in deputy.buttons
    await company.at("12:09")
    for lead in (company.sam, company.sid):
        assert len(await begun(lead, "Escalation · " + head("T+5"))) == 1
    await company.at("12:11")
    (alert,) = await begun(company.dana, "Escalation · " + head("T+5"), "security-alerts")
    assert alert.buttons == ["Take over"]
    assert "prod-gateway" not in alert.text
    await company.at("12:16")
    assert len(await begun(company.devi, "Reminder 1 of 6 · " + head("T+5"))) == 1
    await company.minutes(120)
    reminders = await begun(company.devi, "Reminder ")
    assert [m.text.split(" · ")[0] for m in reminders] == [f"Reminder {n} of 6" for n in range(1, 7)]


async def test_each_level_waits_for_the_one_before(company: Company) -> None:
    await company.open()
    await company.minutes(60)

    sent = [e for e in await company.entries() if e.step == "revoke" and e.kind in (Kind.NUDGED, Kind.ESCALATED)]
    assert [f"{e.occurred_at:%H:%M}" for e in sent] == ["12:07", "12:09", "12:09", "12:11"]
    reminded = [
        f"{e.occurred_at:%M}" for e in await company.entries() if e.step == "revoke" and e.kind is Kind.REMINDED
    ]
    assert reminded == ["16", "21", "26", "31", "36", "41"]


async def test_nothing_is_said_once_it_is_done(company: Company) -> None:
    await company.open()
    await company.at("12:07")
    await company.fill_in(company.max, "T+5", REVOKED)
    before = [e.seq for e in await company.entries() if e.step == "revoke"]
    await company.minutes(60)

    assert [e.seq for e in await company.entries() if e.step == "revoke"] == before
    assert "Done 12:07 by Max Lind" in (await begun(company.devi, "Nudge · "))[0].text


async def test_take_over_from_the_alerts_channel(company: Company) -> None:
    await company.open()
    await company.at("12:11")
    await company.rob.press("Take over", in_message="Escalation · " + head("T+5"), channel="security-alerts")
    await company.quiet()

    assert (await company.incident()).step("revoke").owner == company.rob.id
    assert (await company.prompt(company.rob, "T+5")).buttons[0] == "Complete step"


async def test_role_with_nobody_starts_at_the_lead(company: Company) -> None:
    for name in ("Devi Rao", "Max Lind"):
        company.workspace.user_named(name).deleted = True
    await company.deck.people.refresh()
    await company.open()
    assert "T+5 · 12:05 · Revoke the suspect key\nWaiting · no owner" in (await company.board()).text
    await company.at("12:05")

    assert "It has no owner" in (await begun(company.sam, "Escalation · " + head("T+5")))[0].text
    assert "No owner: take it over" in (await company.prompt(company.sam, "T+5", channel=CHANNEL)).text


async def test_the_board_counts_the_reminder_that_was_just_sent(company: Company) -> None:
    await company.open()
    await company.minutes(27)

    shown = await company.board()
    entries = [entry.kind for entry in await company.entries() if entry.step == "escalate"]
    assert f"reminder {entries.count(Kind.REMINDED)} of 6" in shown.text
