"""A name that Slack did not say in time is shown as soon as it is known."""

from tests.scenario.company import Company, down


async def test_a_name_that_is_known_later_stands_where_the_id_stood(company: Company) -> None:
    company.trouble("users.info", error=down)
    await company.open()
    company.well_again()
    before = (await company.sam.sees("INC-0001 · ", channel="security-alerts")).text
    await company.minutes(1)
    await company.open(text="another", keys="another")
    await company.say(company.dana, "INC-0001 note the gist is gone")

    after = (await company.sam.sees("INC-0001 · ", channel="security-alerts")).text
    assert company.dana.name not in before
    assert f"by {company.dana.name}" in after
