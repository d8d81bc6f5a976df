"""The figures of `/metrics` while things happen, as Prometheus reads them."""

from datetime import timedelta

import httpx
from prometheus_client.parser import text_string_to_metric_families

from bot.web.server import WebServer, web_app
from tests.scenario.company import CHANNEL, KEY, REVOKED, Company, down, limited, lost

Samples = dict[tuple[str, str], float]


async def scraped(company: Company) -> Samples:
    """Name without the prefix, and the values of the labels → figure."""
    return read((await company.health().scrape()).decode())


def read(text: str) -> Samples:
    return {
        (sample.name.removeprefix("quarterdeck_"), " ".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_incidents_and_steps_follow_the_record(company: Company) -> None:
    await company.open()
    await company.open(company.sam, "another", keys="staging", **{"This is a drill": True})
    await company.at("12:05")
    figures = await scraped(company)
    assert (figures["incidents_open", "real"], figures["incidents_open", "drill"]) == (1, 1)
    assert (figures["steps", "real overdue"], figures["steps", "real due"], figures["steps", "real done"]) == (1, 1, 1)
    await company.say(company.sam, "false-alarm INC-0001 nothing")
    figures = await scraped(company)

    assert (figures["incidents_open", "real"], figures["steps", "real skipped"]) == (0, 0)
    assert figures["incidents_open", "drill"] == 1


async def test_a_start_in_the_middle_knows_what_is_open(company: Company) -> None:
    await company.open()
    await company.away(timedelta(minutes=1))
    figures = await scraped(company)

    assert (figures["incidents_open", "real"], figures["steps", "real waiting"]) == (1, 5)


async def test_acts_refusals_and_how_long_they_took(company: Company) -> None:
    await company.open()
    await company.from_board(company.devi, "T+5", REVOKED)
    await company.say(company.dana, "close INC-0001 done")
    figures = await scraped(company)

    assert (figures["acts_total", "opened"], figures["acts_total", "completed"]) == (1, 1)
    assert figures["refusals_total", "close"] == 1
    assert figures["commit_seconds_count", ""] == 3
    assert figures["last_slack_request_age_seconds", ""] == 0
    assert figures["slack_requests_total", ""] >= 5


async def test_a_prompt_counts_once_and_says_how_late_it_was(company: Company) -> None:
    await company.open()
    company.trouble(error=down)
    await company.at("12:03")
    company.clock.move(company.clock.now() + timedelta(seconds=40))
    assert (await scraped(company))["slack_accepting", ""] == 0
    company.well_again()
    await company.seconds(1)
    figures = await scraped(company)

    assert figures["prompt_lateness_seconds_count", ""] == 1
    assert 40 <= figures["prompt_lateness_seconds_sum", ""] < 43
    assert figures["sends_total", "prompt not_sent"] >= 1
    assert figures["sends_total", "prompt posted"] == 2


async def test_limits_are_counted_by_method_and_what_waits_is_seen(company: Company) -> None:
    company.trouble("chat.postMessage", error=limited(30))
    await company.open()
    figures = await scraped(company)

    assert figures["slack_calls_total", "chat.postMessage limited"] >= 1
    assert figures["sends_total", "announcement limited"] >= 1
    assert figures["unsent", ""] >= 3
    assert figures["oldest_unsent_seconds", ""] == 0
    company.well_again()
    await company.minutes(1)
    assert (await scraped(company))["unsent", ""] == 0


async def test_a_post_whose_answer_was_lost_is_looked_for(company: Company) -> None:
    await company.open()
    company.trouble("chat.postMessage", error=lost, after=True)
    await company.at("12:03")
    company.well_again()
    await company.seconds(10)
    figures = await scraped(company)

    assert figures["sends_total", "prompt unclear"] == figures["sends_total", "prompt found"] == 2
    assert ("sends_total", "prompt posted") not in figures
    assert figures["slack_accepting", ""] == 1


async def test_nothing_of_people_stands_in_it(company: Company) -> None:
    await company.open(text=f"Found {KEY} in a gist")
    await company.say(company.sam, "note a word of mine", CHANNEL)
    await company.at("12:10")
    text = (await company.health().scrape()).decode()

    incident = await company.incident()
    named = ["sk-ant", "gist", "prod-gateway", "word of mine", "Dana", "INC-", company.dana.id, company.team]
    assert [word for word in [*named, incident.home.channel or "-"] if word in text] == []


async def test_a_record_that_cannot_be_read_is_said_and_the_old_figures_are_not(company: Company) -> None:
    await company.open()
    await scraped(company)
    await company.store.close()
    figures = await scraped(company)
    await company.start()

    assert figures["database_up", ""] == 0
    assert figures["unsent", ""] != figures["unsent", ""]  # NaN


async def test_it_is_served_as_prometheus_wants_it_and_only_read(company: Company) -> None:
    checks = company.health()
    web = WebServer(web_app(checks.readiness, None, checks.scrape), "127.0.0.1", 0)
    await web.start()
    async with httpx.AsyncClient(base_url=web.address) as http:
        answer, posted = await http.get("/metrics"), await http.post("/metrics")
    await web.stop()

    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert read(answer.text)["slack_connected", ""] == 1
    assert posted.status_code == 405
