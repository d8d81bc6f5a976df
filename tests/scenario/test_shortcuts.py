"""Opening from anywhere: both shortcuts, and 🚨 on a message."""

from datetime import timedelta

import pytest

from playbooks.entries import Kind
from simulator.driver import NotOffered, Person
from simulator.errors import SlackError
from tests.scenario.company import BOT, COMMITTED, KEY, NOON, Company

HOSTILE = "<script>alert(1)</script> <!channel> =HYPERLINK(1) 🔑"


async def report(company: Company, person: Person) -> None:
    await company.send(person, {"Trigger": COMMITTED})


def report_field(person: Person) -> str:
    assert person.dialog is not None
    return str(person.dialog.values["What happened?"])


async def test_the_global_shortcut_opens_the_form(company: Company) -> None:
    await company.dana.shortcut("Report an incident")
    assert company.dana.dialog is not None
    assert company.dana.dialog.title == "Report an incident"
    await company.send(company.dana, {"What happened?": "a key in a gist", "Trigger": COMMITTED})

    assert (await company.incident()).text == "a key in a gist"


async def test_a_message_is_filled_in_with_its_permalink_and_its_own_time(company: Company) -> None:
    said = await company.max.say(HOSTILE, channel="general")
    company.clock.move(NOON + timedelta(minutes=9))
    await company.dana.shortcut("Open incident", on_message="alert(1)", channel="general")
    assert report_field(company.dana).startswith(HOSTILE)
    assert f"/p{said.ts.replace('.', '')}" in report_field(company.dana)
    await report(company, company.dana)

    opened = (await company.entries())[0]
    assert opened.data["origin"]["author"] == company.max.id
    assert (await company.incident()).noticed_at == NOON
    assert (await company.board()).text.count("<script>") == 1


async def test_a_message_with_a_key_is_masked_and_its_author_told(company: Company) -> None:
    await company.max.say(f"it is {KEY}", channel="general")
    await company.quiet()
    await company.dana.shortcut("Open incident", on_message="it is", channel="general")

    assert KEY not in report_field(company.dana)
    assert "sk-ant-api03-Q7x" in report_field(company.dana)
    await report(company, company.dana)
    told = [m.text for m in await company.max.messages(BOT) if "Delete your message" in m.text]
    assert len(told) == 1
    assert KEY not in str(await company.entries())


async def test_a_message_from_a_channel_without_us_can_be_opened_from_too(company: Company) -> None:
    with_dana = [company.workspace.users[company.dana.id]]
    company.workspace.add_channel("elsewhere", "group", members=with_dana, creator=with_dana[0])
    await company.dana.say("the key of prod is on a screenshot", channel="elsewhere")
    await company.dana.shortcut("Open incident", on_message="screenshot", channel="elsewhere")
    await report(company, company.dana)

    assert "screenshot" in (await company.incident()).text


async def test_a_message_deleted_meanwhile_is_still_filled_in(company: Company) -> None:
    said = await company.max.say("the key is in the wiki", channel="general")
    await company.dana.shortcut("Open incident", on_message="wiki", channel="general")
    await company.max.delete(said)
    await report(company, company.dana)

    assert "wiki" in (await company.incident()).text


@pytest.mark.parametrize("name", ["Report an incident", "Open incident"])
async def test_guests_read_who_can(company: Company, name: str) -> None:
    await company.gus.say("a key", channel="general")
    await company.gus.shortcut(name, **({"on_message": "a key"} if name == "Open incident" else {}))
    assert company.gus.dialog is not None
    assert "Only full members of this workspace can open an incident" in company.gus.dialog.text


async def test_a_person_of_another_organisation_has_no_shortcut(company: Company) -> None:
    with pytest.raises(NotOffered):
        await company.practice.person("Nora Quist").shortcut("Report an incident")


async def test_a_form_that_slack_refuses_to_open_waits_behind_a_button(company: Company) -> None:
    await company.max.say("the key is in the wiki", channel="general")
    company.trouble("views.open", error=SlackError("expired_trigger_id"))
    await company.dana.shortcut("Open incident", on_message="wiki", channel="general")
    company.well_again()
    await company.quiet()
    await company.dana.press("Open it", channel=BOT)
    await report(company, company.dana)

    assert (await company.entries())[0].data["origin"]["author"] == company.max.id


async def test_two_from_one_message_meet_in_one_incident(company: Company) -> None:
    await company.max.say("the key is in the wiki", channel="general")
    for person in (company.dana, company.sam):
        await company.quiet()
        await person.shortcut("Open incident", on_message="wiki", channel="general")
    await report(company, company.dana)
    await company.sam.fill({"Trigger": COMMITTED})
    await company.sam.submit()
    await company.quiet()

    assert len(await company.incidents()) == 1
    assert (await company.last(Kind.JOINED)).actor.id == company.sam.id


# --- 🚨


async def siren(company: Company, person: Person, text: str = "wiki", channel: str = "general") -> None:
    await person.react("rotating_light", in_message=text, channel=channel)
    await company.quiet()


async def test_a_siren_offers_the_form_to_whoever_put_it_there(company: Company) -> None:
    await company.max.say("the key is in the wiki", channel="general")
    await siren(company, company.dana)
    await company.dana.press("Open incident", in_message="You put a 🚨 on", channel=BOT)
    assert report_field(company.dana).startswith("the key is in the wiki\n")
    await report(company, company.dana)

    assert (await company.incident()).detector == company.dana.id
    assert [m.text for m in await company.max.messages(BOT)] == []


async def test_a_second_siren_is_offered_again(company: Company) -> None:
    await company.max.say("the key is in the wiki", channel="general")
    reaction = await company.dana.react("rotating_light", in_message="wiki", channel="general")
    await company.quiet()
    await company.dana.unreact(reaction)
    await siren(company, company.dana)

    assert len([m for m in await company.dana.messages(BOT) if m.text.startswith("You put")]) == 2


async def test_a_siren_in_a_thread_knows_the_reply(company: Company) -> None:
    parent = await company.max.say("morning", channel="general")
    await company.max.say("the key is in the wiki", channel="general", thread=parent)
    await siren(company, company.dana)
    await company.dana.press("Open incident", in_message="You put", channel=BOT)

    assert report_field(company.dana).startswith("the key is in the wiki\n")


async def test_a_siren_of_a_guest_is_answered_with_who_can(company: Company) -> None:
    await company.max.say("the key is in the wiki", channel="general")
    await siren(company, company.gus)

    assert ["Only full members" in m.text for m in await company.gus.messages(BOT)] == [True]


async def test_a_siren_works_when_the_message_cannot_be_read(company: Company) -> None:
    await company.max.say("the key is in the wiki", channel="general")
    company.trouble("conversations.replies", error=SlackError("service_unavailable"))
    await siren(company, company.dana)
    company.well_again()
    await company.dana.press("Open incident", in_message="You put", channel=BOT)

    assert "/archives/" in report_field(company.dana)


async def test_other_reactions_and_removed_sirens_mean_nothing(company: Company) -> None:
    await company.max.say("the key is in the wiki", channel="general")
    await company.dana.react("eyes", in_message="wiki", channel="general")
    await company.quiet()

    assert await company.dana.messages(BOT) == []
