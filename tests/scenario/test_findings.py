"""What `/readyz` names of open incidents: channels that are lost, people without an account; until it is over."""

from datetime import timedelta

from structlog.testing import capture_logs

from bot.findings import MOST_NAMED
from simulator import losses
from tests.scenario.company import CHANNEL, Company


async def troubles(company: Company) -> list[str]:
    ready, facts = await company.health().readiness()
    assert ready, "work goes on"
    found: list[str] = facts["troubles"]
    return found


async def look_at_people(company: Company) -> None:
    """What the running bot does every five minutes."""
    await company.deck.people.refresh(company.deck.findings.gone)
    company.deck.tidings.look_at_people()
    await company.quiet()


async def test_a_lost_channel_stands_there_until_the_incident_is_closed(company: Company) -> None:
    await company.open()
    assert await troubles(company) == []
    losses.archive(company.workspace, CHANNEL)
    await company.minutes(1)
    (sentence,) = await troubles(company)
    assert sentence.startswith("INC-0001 has no channel of its own: the channel is archived. It goes on in the thread")
    await company.away(timedelta(minutes=1))
    assert await troubles(company) == [sentence], "the record knows it"

    await company.say(company.sam, "INC-0001 false-alarm a dummy")
    assert await troubles(company) == []
    await company.say(company.sam, "INC-0001 reopen it was none")
    assert await troubles(company) == [sentence]


async def test_without_any_channel_it_says_where_it_goes_on(company: Company) -> None:
    await company.open()
    losses.archive(company.workspace, CHANNEL)
    losses.archive(company.workspace, "security-alerts")
    await company.minutes(1)

    of_alerts, of_incident = await troubles(company)
    assert "The alerts channel takes no posts" in of_alerts
    assert "It goes on in a thread with whoever leads" in of_incident


async def test_a_person_without_an_account_stands_there_once_for_all_incidents(company: Company) -> None:
    for text in ("one gist", "another gist"):
        await company.open(text=text, keys=text)
    losses.deactivate(company.workspace, "Ada Brandt")
    with capture_logs() as lines:
        await look_at_people(company)
    (sentence,) = await troubles(company)

    assert sentence.startswith(f"Ada Brandt ({company.ada.id}) has no account any more")
    assert "INC-0001 (nobody owns T+7), INC-0002 (nobody owns T+7)" in sentence
    assert [line["person"] for line in lines if line["action"] == "person_gone"] == [company.ada.id]
    await company.away(timedelta(minutes=1))
    assert await troubles(company) == [sentence]


async def test_it_goes_when_the_account_is_back(company: Company) -> None:
    await company.open()
    losses.deactivate(company.workspace, "Devi Rao")
    await look_at_people(company)
    assert "Devi Rao" in (await troubles(company))[0]
    losses.reactivate(company.workspace, "Devi Rao")
    await company.minutes(5)
    await look_at_people(company)
    assert await troubles(company) == []
    await company.away(timedelta(minutes=1))
    assert await troubles(company) == []


async def test_somebody_who_is_not_on_the_roster_is_asked_about_too(company: Company) -> None:
    await company.open()
    await company.say(company.sam, f"INC-0001 assign dev_lead <@{company.dana.id}>")
    losses.deactivate(company.workspace, company.dana.id)
    await company.at("12:05")
    assert "Dana Ito" in (await troubles(company))[0]
    losses.reactivate(company.workspace, company.dana.id)
    await company.minutes(5)
    await look_at_people(company)
    assert await troubles(company) == []


async def test_somebody_of_the_roster_stands_there_without_an_incident_too(company: Company) -> None:
    losses.deactivate(company.workspace, "Rob Silva")
    await look_at_people(company)
    assert await troubles(company) == [
        f"Rob Silva ({company.rob.id}) has no account any more. Put somebody else on the roster."
    ]


async def test_of_very_many_the_rest_is_counted(company: Company) -> None:
    losses.remove_scope(company.workspace, "groups:write")
    for number in range(MOST_NAMED + 2):
        await company.open(text=f"A key in gist {number}", keys=f"key-{number}")
    places = [sentence for sentence in await troubles(company) if "channel of" in sentence]

    assert len(places) == MOST_NAMED + 1
    assert places[-1] == "2 more open incidents have no channel of their own."
