"""Who counts as a member, also when it cannot be looked up; and who may be given a step."""

from datetime import timedelta
from pathlib import Path

import pytest

from playbooks.entries import Kind
from simulator.driver import NotOffered
from tests.scenario.company import BOT, CHANNEL, NOON, REVOKED, Company, company_at_work, down, head


async def test_membership_that_cannot_be_looked_up_is_accepted_and_recorded(company: Company) -> None:
    company.trouble("users.info", error=down)
    await company.open()
    company.well_again()

    assert (await company.incident()).membership_verified is False
    assert (await company.entries())[0].data["membership_verified"] is False
    assert "membership unverified" in (await company.board()).text


async def test_a_person_of_another_organisation_cannot_even_type_it(company: Company) -> None:
    nora = company.practice.person("Nora Quist")
    with pytest.raises(NotOffered):
        await nora.command("/incident", "a key", channel="partner-desk")


@pytest.mark.parametrize("whom", ["Gus Vale", "Leak Scanner", "Devi Rao"])
async def test_a_step_is_handed_only_to_another_active_member(company: Company, whom: str) -> None:
    await company.open()
    await company.at("12:05")
    await company.devi.press("I can't", in_message=head("T+5"), channel=BOT)
    await company.devi.fill({"What do you need?": "Hand over", "To whom?": whom, "Why?": "away"})
    assert list(await company.devi.submit() or {}) == ["To whom?"]
    await company.send(company.devi, {"To whom?": "Rob Silva"})
    assert (await company.incident()).step("revoke").owner == company.rob.id


async def test_the_new_owner_without_a_place_on_the_roster_may_complete(company: Company) -> None:
    await company.open()
    await company.at("12:05")
    await company.devi.press("I can't", in_message=head("T+5"), channel=BOT)
    await company.send(company.devi, {"What do you need?": "Hand over", "To whom?": "Dana Ito", "Why?": "away"})
    await company.fill_in(company.dana, "T+5", REVOKED)
    assert (await company.last(Kind.COMPLETED)).actor.id == company.dana.id


async def test_a_deputy_invited_by_the_ladder_sees_the_channel(company: Company) -> None:
    await company.open()
    assert f"#{CHANNEL}" not in await company.max.channels()
    await company.at("12:07")
    assert f"#{CHANNEL}" in await company.max.channels()


async def test_practice_speed_divides_every_duration_and_no_time(record: str, tmp_path: Path) -> None:
    async with company_at_work(tmp_path, record, quarterdeck_speed=60) as company:
        await company.open()
        await company.seconds(5)
        prompt = await company.prompt(company.devi, "T+5")
        assert "late" not in prompt.text.splitlines()[1]
        step = (await company.incident()).step("revoke")
        assert step.due_at == step.prompted_at == NOON + timedelta(seconds=5)
        await company.seconds(2)
        assert any(m.text.startswith("Nudge · " + head("T+5")) for m in await company.devi.messages(BOT))
        assert (await company.entries())[0].data["speed"] == 60
        await company.check()
