"""A security lead edits the roster on the Home tab; nobody else does, and nothing is overwritten silently."""

import asyncio
from pathlib import Path

import pytest

from bot.roster_work import load_roster
from playbooks.entries import AdminKind, Entry, first_break
from playbooks.model import Role
from playbooks.roster import ADMIN_LOG
from simulator.driver import Person
from tests.scenario.company import Company, company_at_work
from tests.scenario.test_home import home, looking, reads
from tests.scenario.test_presses import dispatch, notice
from tests.scenario.test_roster import from_the_command_line, rewrite

DEV = "dev lead\n"


async def edit(company: Company, person: Person, row: str = DEV) -> Person:
    """Opens the form on the Home tab."""
    await home(company, person)
    await person.press_home("Edit", row=row)
    return await looking(person)


async def save(company: Company, person: Person, *names: str) -> dict[str, str] | None:
    await person.fill({"Who": list(names)})
    errors = await person.submit()
    await company.quiet()
    return errors


async def changes(company: Company) -> list[Entry]:
    return (await company.entries(ADMIN_LOG))[4:]


async def test_a_lead_edits_a_role_and_new_incidents_get_it(company: Company) -> None:
    await company.open()
    lead = await edit(company, company.sam)
    assert lead.dialog is not None
    assert lead.dialog.values["Who"] == [company.devi.id, company.max.id]
    assert await save(company, lead, "Max Lind", "Rob Silva") is None

    entry = (await changes(company))[0]
    assert (entry.actor.id, entry.text) == (company.sam.id, "dev lead: Max Lind, Rob Silva")
    assert "Max Lind: owner, reachable\nRob Silva: deputy, reachable" in await reads(company.sam)
    await company.open(text="another", keys="another")
    assert (await company.incident(2)).roster[Role.DEV_LEAD] == (company.max.id, company.rob.id)
    assert (await company.incident(1)).roster[Role.DEV_LEAD] == (company.devi.id, company.max.id)


async def test_it_is_the_same_after_a_restart(record: str, tmp_path: Path) -> None:
    async with company_at_work(tmp_path, record) as company:
        await save(company, await edit(company, company.sam), "Max Lind")
        await company.stop()
        await company.start()

        assert [one.name for one in company.deck.people.roster()[Role.DEV_LEAD]] == ["Max Lind"]
        assert first_break(await company.entries(ADMIN_LOG)) is None


async def test_a_role_may_be_left_to_nobody_but_not_the_leads(company: Company) -> None:
    assert await save(company, await edit(company, company.sam)) is None
    assert "dev lead\nno owner" in await reads(company.sam)
    lead = await edit(company, company.sam, "security lead\n")
    errors = await save(company, lead)

    assert errors is not None
    assert len(await changes(company)) == 1


async def test_who_cannot_be_on_it_is_an_error_at_the_field_and_nothing_is_lost(company: Company) -> None:
    company.workspace.user(company.ada.id).deleted = True
    company.deck.people._known.pop(company.ada.id)
    lead = await edit(company, company.sam)
    errors = await save(company, lead, "Devi Rao", "Gus Vale", "Leak Scanner", "Nora Quist", "Ada Brandt")

    assert errors is not None
    assert errors["Who"] == (
        "Gus Vale is a guest; Leak Scanner is an app; Nora Quist belongs to another organisation; "
        "Ada Brandt is deactivated. Only full, active members of this workspace can be on the roster."
    )
    assert await save(company, lead, "Devi Rao") is None
    assert [entry.data["people"] for entry in await changes(company)] == [[company.devi.id]]


async def test_of_two_leads_the_second_must_look_again(company: Company) -> None:
    sam, sid = await edit(company, company.sam), await edit(company, company.sid)
    assert await save(company, sam, "Max Lind") is None
    errors = await save(company, sid, "Rob Silva")

    assert errors == {"Who": "Changed meanwhile by Sam Okafor at 12:00 UTC. Close this form and look again."}
    await sid.close()
    assert await save(company, await edit(company, company.sid), "Rob Silva") is None
    assert len(await changes(company)) == 2


async def test_of_two_leads_who_save_at_the_same_instant_one_is_told(company: Company) -> None:
    leads = [await edit(company, company.sam), await edit(company, company.sid)]
    for lead, name in zip(leads, ("Max Lind", "Rob Silva"), strict=True):
        await lead.fill({"Who": [name]})
    told = await asyncio.gather(*(lead.submit() for lead in leads))

    assert sorted(errors is None for errors in told) == [False, True]
    assert len(await changes(company)) == 1


async def test_who_looks_again_sees_what_the_command_line_did_meanwhile(
    company: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await company.store.set_meta("", "team", company.team)
    from_the_command_line(company, monkeypatch)
    sam = await edit(company, company.sam)
    rewrite(tmp_path, dev_lead=["max@example.com"])
    await load_roster()
    errors = await save(company, sam, "Rob Silva")
    assert errors is not None
    assert errors["Who"].startswith("Changed meanwhile by Quarterdeck at ")

    await sam.close()
    sam = await edit(company, company.sam)
    assert sam.dialog is not None
    assert sam.dialog.values["Who"] == [company.max.id]
    assert await save(company, sam, "Rob Silva") is None


async def test_a_press_of_somebody_else_is_refused_and_an_entry(company: Company) -> None:
    await home(company, company.sam)
    company.workspace.homes[company.devi.id] = company.workspace.homes[company.sam.id]
    await company.devi.press_home("Edit", row=DEV)

    assert "Only @Sam Okafor or @Sid Park can change the roster." in notice(await looking(company.devi))
    refused = (await changes(company))[-1]
    assert (refused.kind, refused.actor.id) == (AdminKind.ROSTER_REFUSED, company.devi.id)
    assert refused.text == "Only Sam Okafor or Sid Park can change the roster."


async def test_who_was_removed_meanwhile_is_refused_when_the_form_is_sent(company: Company) -> None:
    sid = await edit(company, company.sid)
    await save(company, await edit(company, company.sam, "security lead\n"), "Sam Okafor")
    assert await save(company, sid, "Rob Silva") is None

    assert "Only @Sam Okafor can change the roster." in notice(sid)
    assert [entry.kind for entry in await changes(company)] == [AdminKind.ROSTER_SET, AdminKind.ROSTER_REFUSED]
    assert "Roster" not in await home(company, company.sid)


async def test_the_same_form_sent_twice_counts_once(company: Company) -> None:
    sam = await edit(company, company.sam)
    view = company.workspace.modals[sam.id][-1]
    await sam.fill({"Who": ["Max Lind"]})
    body = {
        "type": "view_submission",
        "user": {"id": sam.id},
        "view": {**view.source, "id": view.id, "state": {"values": view.values}},
    }
    assert [await dispatch(company, body) for _ in range(2)] == [{}, {}]

    assert len(await changes(company)) == 1


async def test_a_role_and_a_form_that_are_none_are_answered(company: Company) -> None:
    await home(company, company.sam)
    blocks = company.workspace.homes[company.sam.id].blocks
    next(b["accessory"] for b in blocks if b.get("accessory", {}).get("value") == "dev_lead")["value"] = "detector"
    await company.sam.press_home("Edit", row=DEV)
    assert "This button leads nowhere any more" in notice(await looking(company.sam))

    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": "form_roster",
        "private_metadata": '{"role": "captain"}',
        "blocks": [],
    }
    body = {"type": "view_submission", "user": {"id": company.sam.id}, "view": view}
    assert "older Quarterdeck" in str(await dispatch(company, body))


async def test_a_hostile_name_stays_a_name(company: Company) -> None:
    company.workspace.user(company.max.id).real_name = "<script> <!channel>"
    await company.deck.people.refresh()
    lead = await edit(company, company.sam)
    assert await save(company, lead, "Max Lind") is None

    assert "<script> <!channel>: owner, reachable" in await reads(company.sam)
    raw = str(company.workspace.homes[company.sam.id].blocks)
    assert "<!channel>" not in raw
