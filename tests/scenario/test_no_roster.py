"""Without a roster the bot starts all the same and asks whoever opens an incident to name people."""

from pathlib import Path

from playbooks.entries import Kind
from tests.scenario.company import BOT, company_at_work, head


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
