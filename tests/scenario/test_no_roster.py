"""Rosters that are no team: none at all (whoever opens an incident is asked to name people), or one for everything."""

from pathlib import Path

from playbooks.entries import Kind
from tests.scenario.company import (
    BOT,
    CHANNEL,
    ESCALATED,
    NOTIFIED,
    PULLED,
    REVOKED,
    ROTATED,
    company_at_work,
    head,
)


async def test_no_roster_asks_for_people_and_alerts_everybody(record: str, tmp_path: Path) -> None:
    async with company_at_work(tmp_path, record, roster=False) as company:
        await company.open()
        receipt = (await company.dana.sees("INC-0001 is open", channel=BOT)).text
        assert "Nobody is named for: security lead, dev lead, auditor, recovery owner" in receipt
        await company.at("12:05")
        alert = await company.rob.sees("Escalation · " + head("T+5"), channel="security-alerts")
        assert alert.buttons == ["Take over"]
        await company.check()


async def test_the_detector_may_name_people_where_nobody_is_on_the_roster(record: str, tmp_path: Path) -> None:
    async with company_at_work(tmp_path, record, roster=False) as company:
        await company.open()
        said = await company.say(company.dana, "INC-0001 assign security_lead @Sam Okafor")

        assert "Sam Okafor is security lead of INC-0001 now" in said
        assert Kind.ASSIGNED in await company.kinds()
        await company.check()


async def test_where_nobody_leads_the_refusal_says_who_can_name_one(record: str, tmp_path: Path) -> None:
    async with company_at_work(tmp_path, record, roster=False) as company:
        await company.open()
        said = await company.say(company.max, "INC-0001 close done")
        assert "Only a security lead can close INC-0001, and nobody leads INC-0001" in said
        assert "@Dana Ito can name one: /incident INC-0001 assign security_lead @person" in said


async def test_one_person_in_every_role_is_prompted_once_a_step_and_told_nothing_twice(
    record: str, tmp_path: Path
) -> None:
    alone = tmp_path / "alone.yaml"
    roles = ("security_lead", "dev_lead", "auditor", "recovery_owner")
    alone.write_text("".join(f"{role}: [sam@example.com, sam@example.com]\n" for role in roles))
    async with company_at_work(tmp_path, record, roster=alone) as company:
        await company.open(company.sam)
        briefs = [m for m in await company.sam.messages(BOT) if m.text.startswith("Your steps")]
        await company.at("12:40")
        prompts = [m for m in await company.sam.messages(BOT) if m.text.startswith("INC-0001 · T+")]

        assert (len(briefs), len(prompts)) == (1, 5)
        assert Kind.ESCALATED in await company.kinds()  # nobody else is left but the alerts channel
        assert all(":alerts" in e.data["surface"] for e in await company.entries() if e.kind is Kind.ESCALATED)
        for mark, values in (
            ("T+3", ESCALATED),
            ("T+5", REVOKED),
            ("T+7", PULLED),
            ("T+10", NOTIFIED),
            ("T+15", ROTATED),
        ):
            await company.from_board(company.sam, mark, values)
        assert "is closed" in await company.say(company.sam, "close done", CHANNEL)
        await company.check()
