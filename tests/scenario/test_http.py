"""HTTP mode: the same short story over signed requests, and what is not signed well stays outside."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from playbooks.entries import Kind
from tests.scenario.company import BOT, CHANNEL, REVOKED, Company, company_at_work, head


@pytest.fixture
async def company(record: str, tmp_path: Path) -> AsyncIterator[Company]:
    """Begins now: Slack's signatures carry the real time, and Bolt compares it with its own clock."""
    async with company_at_work(tmp_path, record, http=True, start=datetime.now(UTC)) as company:
        yield company
        await company.check()


async def send(company: Company, body: str, *, age: int = 0, secret: str | None = None, form: bool = True) -> int:
    """Post a body as Slack would and give the status."""
    timestamp = str(int(datetime.now(UTC).timestamp()) - age)
    key = (secret or company.workspace.credentials.signing_secret).encode()
    digest = hmac.new(key, f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}", "Content-Type": kind}
    async with httpx.AsyncClient() as client:
        answer = await client.post(str(company.workspace.request_url), content=body, headers=headers)
    await company.quiet()
    return answer.status_code


def last_body(company: Company, kind: str) -> str:
    """What Slack sent last of this kind, as a body."""
    payload = company.workspace.ledger.deliveries(kind)[-1].facts["payload"]
    return urlencode({"payload": json.dumps(payload)})


async def test_the_short_story(company: Company) -> None:
    await company.open()
    assert await company.dana.sees("INC-0001 is open, nothing more for you to do", channel=BOT)
    assert (await company.say(company.sam, "status", CHANNEL)).startswith("INC-0001")
    await company.minutes(3)
    await company.prompt(company.sam, "T+3")
    await company.from_board(company.devi, "T+5", REVOKED)
    await company.ada.press("Correct", row="T+5 · ", channel=CHANNEL)
    assert company.ada.dialog is not None
    assert "Only @Devi Rao" in company.ada.dialog.text
    await company.gus.say("hello", channel=BOT)
    await company.quiet()
    assert len([m for m in await company.gus.messages(BOT) if "/incident help" in m.text]) == 1


@pytest.mark.parametrize(("age", "secret"), [(0, "another secret"), (400, None), (-400, None)])
async def test_bad_signature_or_old_timestamp_stays_outside(company: Company, age: int, secret: str | None) -> None:
    await company.open()
    await company.from_board(company.devi, "T+5", REVOKED)
    before = await company.entries()

    assert await send(company, last_body(company, "view_submission"), age=age, secret=secret) == 401
    assert await company.entries() == before


async def test_no_signature_at_all_stays_outside(company: Company) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(str(company.workspace.request_url), content="payload=%7B%7D")
    assert answer.status_code == 401


async def test_a_replayed_submission_has_no_second_effect(company: Company) -> None:
    await company.open()
    assert await send(company, last_body(company, "view_submission")) == 200
    assert len(await company.incidents()) == 1
    await company.from_board(company.devi, "T+5", REVOKED)
    before = await company.entries()
    assert await send(company, last_body(company, "view_submission")) == 200
    assert await company.entries() == before


async def test_a_replayed_press_has_no_second_effect(company: Company) -> None:
    await company.open()
    await company.minutes(3)
    company.workspace.channel_named(CHANNEL).members.append(company.sid.id)
    await company.sid.press("Take over", in_message=head("T+3"), channel=CHANNEL)
    await company.quiet()
    assert (await company.kinds()).count(Kind.TAKEN_OVER) == 1
    before = await company.entries()
    assert await send(company, last_body(company, "block_actions")) == 200
    assert await company.entries() == before


async def test_a_replayed_command_has_no_second_effect(company: Company) -> None:
    await company.open()
    await company.say(company.sam, "note once", CHANNEL)
    payload = company.workspace.ledger.deliveries("/incident")[-1].facts["payload"]
    assert await send(company, urlencode(payload)) == 200
    assert (await company.kinds()).count(Kind.NOTE) == 1


@pytest.mark.parametrize(
    "body", ["", "nonsense", "payload=nonsense", "payload=%7B%7D", "payload=%5B%5D", "command=%2Fx"]
)
async def test_nonsense_is_no_fault_signed_or_not(company: Company, body: str) -> None:
    assert await send(company, body) < 500
    assert await send(company, body, form=False) < 500
    assert await send(company, body, secret="another secret") in (400, 401)
    assert await send(company, body, secret="another secret", form=False) in (400, 401)
