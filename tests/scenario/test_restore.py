"""A backup takes the place of the record: what it knows is not said again, what came after it says that it may be."""

from datetime import timedelta
from pathlib import Path

from playbooks.entries import Kind
from storage.backup import backup
from tests.scenario.company import BOT, ESCALATED, REVOKED, Company, head

REPEAT = "may be a repeat"


async def restored(company: Company, copy: Path) -> None:
    """The process ends, the copy takes the place of the record, another begins two minutes later."""
    await company.stop()
    company.url = f"sqlite:///{copy}"
    company.clock.move(company.clock.now() + timedelta(minutes=2))
    await company.start()
    await company.quiet()


async def texts(company: Company, mark: str) -> list[str]:
    person = {"T+3": company.sam, "T+5": company.devi, "T+7": company.ada}[mark]
    return [message.text for message in await person.messages(BOT) if message.text.startswith(head(mark))]


async def test_only_what_may_have_been_said_before_says_so(company: Company, tmp_path: Path) -> None:
    company.repeats_allowed = True
    await company.open()
    await company.minutes(4)
    await company.fill_in(company.sam, "T+3", ESCALATED)
    backup(company.url, tmp_path / "copy.db")
    await company.minutes(2)
    await restored(company, tmp_path / "copy.db")

    assert [REPEAT in text for text in await texts(company, "T+3")] == [False]
    assert [REPEAT in text for text in await texts(company, "T+5")] == [False, True]
    assert (await company.last(Kind.PROMPTED)).data["late_why"] == "Quarterdeck was not running"
    await company.minutes(1)
    assert [REPEAT in text for text in await texts(company, "T+7")] == [True]  # it came due while nothing ran
    await company.fill_in(company.devi, "T+5", REVOKED)
    assert (await company.incident()).step("revoke").label == "Done late"


async def test_the_second_start_on_it_is_like_any_other(company: Company, tmp_path: Path) -> None:
    await company.open()
    backup(company.url, tmp_path / "copy.db")
    await restored(company, tmp_path / "copy.db")
    await company.away(timedelta(minutes=2))

    assert [REPEAT in text for text in await texts(company, "T+3")] == [False]
