"""People, messages and permissions that go away: the next one in the role, the next best way, said once."""

import pytest
from structlog.testing import capture_logs

from playbooks.entries import Entry, Kind
from simulator import losses
from simulator.api.call import Call
from simulator.errors import SlackError
from tests.scenario.company import BOT, CHANNEL, REVOKED, Company, head

GONE = ["user_disabled", "account_inactive", "user_not_found"]
UNWRITABLE = ["cannot_dm_bot", "messages_tab_disabled", "restricted_action"]
MANIFEST = "Compare with slack-manifest.yaml and install the app again."


async def of_kind(company: Company, kind: Kind) -> list[Entry]:
    return [entry for entry in await company.entries() if entry.kind is kind]


async def owner(company: Company, step: str) -> str | None:
    return (await company.incident()).step(step).owner


def refuse_dm(company: Company, user: str, error: str) -> None:
    """Slack refuses whatever goes to this person's direct messages, and says so of them alone."""
    im = {c.id for c in company.workspace.channels.values() if c.kind == "im" and user in c.members}

    def hook(call: Call) -> Exception | None:
        posts = call.method == "chat.postMessage" and call.args.get("channel") in im
        opens = call.method == "conversations.open" and user in call.text("users")
        return SlackError(error) if posts or opens else None

    company.trouble(error=hook)


# --- somebody's account ends


@pytest.mark.parametrize("error", GONE)
async def test_an_owner_without_an_account_gives_way_at_the_prompt(company: Company, error: str) -> None:
    await company.open()
    await company.at("12:04")
    refuse_dm(company, company.devi.id, error)
    await company.at("12:05")

    (gone,) = await of_kind(company, Kind.UNREACHABLE)
    assert (gone.data["user"], gone.data["error"]) == (company.devi.id, error)
    assert (await company.prompt(company.max, "T+5")).buttons[0] == "Complete step"
    assert "this is yours" in (await company.prompt(company.max, "T+5")).text
    assert "Max Lind" in (await company.board()).text
    await company.fill_in(company.max, "T+5", REVOKED)
    assert [await owner(company, step) for step in ("escalate", "logs")] == [company.sam.id, company.ada.id]
    assert company.deck.standing.sentences == [], "that is no word about our own token"


async def test_it_is_found_before_the_prompt_by_asking_again(company: Company) -> None:
    await company.open()
    losses.deactivate(company.workspace, "Devi Rao")
    await company.at("12:04")
    await company.deck.people.refresh()
    company.deck.tidings.look_at_people()
    await company.at("12:05")

    assert await owner(company, "revoke") == company.max.id
    assert len(await of_kind(company, Kind.UNREACHABLE)) == 1
    assert (await company.prompt(company.max, "T+5")).buttons
    assert Kind.SEND_FAILED not in await company.kinds()


async def test_when_the_role_has_nobody_else_the_ladder_begins_at_once(company: Company) -> None:
    await company.open()
    losses.deactivate(company.workspace, "Ada Brandt")
    await company.at("12:07")

    assert await owner(company, "logs") is None
    assert "no owner" in (await company.board()).text
    (escalated,) = [m for m in await company.sam.messages(BOT) if m.text.startswith("Escalation · " + head("T+7"))]
    assert "It has no owner" in escalated.text
    assert len(await of_kind(company, Kind.UNREACHABLE)) == 1
    await company.sam.press("Take over", in_message="Escalation · " + head("T+7"), channel=BOT)
    await company.quiet()
    assert await owner(company, "logs") == company.sam.id


async def test_two_in_a_row_go_on_to_the_next_role(company: Company) -> None:
    await company.open()
    for name in ("Devi Rao", "Max Lind"):
        losses.deactivate(company.workspace, name)
    await company.at("12:05")

    assert [entry.data["user"] for entry in await of_kind(company, Kind.UNREACHABLE)] == [
        company.devi.id,
        company.max.id,
    ]
    assert await owner(company, "revoke") is None
    assert any(m.text.startswith("Escalation · " + head("T+5")) for m in await company.sam.messages(BOT))


async def test_a_lead_whose_account_ends_at_the_opening_is_followed_by_the_deputy(company: Company) -> None:
    losses.deactivate(company.workspace, "Sam Okafor")
    await company.open()
    await company.at("12:03")
    assert (await company.prompt(company.sid, "T+3")).buttons
    assert "led by Sid Park" in (await company.sid.sees("Opened ", channel="security-alerts")).text
    assert len(await of_kind(company, Kind.UNREACHABLE)) == 1


# --- somebody who is there cannot be written to


@pytest.mark.parametrize("error", UNWRITABLE)
async def test_an_owner_without_direct_messages_is_called_in_the_channel(company: Company, error: str) -> None:
    await company.open()
    await company.at("12:04")
    refuse_dm(company, company.devi.id, error)
    await company.at("12:05")

    in_channel = [m.text for m in await company.devi.messages(CHANNEL)]
    (nudge,) = [text for text in in_channel if text.startswith("Nudge · " + head("T+5"))]
    assert f"@{company.devi.name}" in nudge
    assert "this is yours" in nudge
    assert (await company.prompt(company.max, "T+5")).buttons, "nobody waits until the owner looks"
    assert (await owner(company, "revoke"), await of_kind(company, Kind.UNREACHABLE)) == (company.devi.id, [])
    company.well_again()
    await company.from_board(company.devi, "T+5", REVOKED)


# --- messages and pins


async def test_a_board_and_an_announcement_come_back_three_times(company: Company) -> None:
    await company.open()
    for channel, words in ((CHANNEL, "T+0 · "), ("security-alerts", "Opened ")):
        for _ in range(6):
            found = [m for m in await company.sam.messages(channel) if words in m.text]
            if found:
                losses.delete_message(company.workspace, found[0].channel, found[0].ts)
            await company.minutes(0.1)
    await company.minutes(1)

    removed = [(entry.data["surface"], entry.data["anew"]) for entry in await of_kind(company, Kind.REMOVED)]
    again = [True, True, True, False]
    assert removed == [("board", one) for one in again] + [("announcement", one) for one in again]


async def test_a_closed_incident_is_tidied_away_until_it_is_opened_again(company: Company) -> None:
    await company.open()
    await company.say(company.sam, "INC-0001 false-alarm a dummy")
    before = await company.kinds()
    (announced,) = [m for m in await company.sam.messages("security-alerts") if "INC-0001" in m.text]
    for message in (announced, await company.board()):
        losses.delete_message(company.workspace, message.channel, message.ts)
    await company.minutes(10)
    assert await company.kinds() == before
    assert not [m for m in await company.sam.messages("security-alerts") if "INC-0001" in m.text]

    await company.say(company.sam, "INC-0001 reopen it was none")
    assert await company.board()
    assert [m for m in await company.sam.messages("security-alerts") if "INC-0001" in m.text]


async def test_a_board_that_is_posted_again_is_pinned_again(company: Company) -> None:
    await company.open()
    losses.delete_message(company.workspace, CHANNEL, (await company.board()).ts)
    await company.quiet()
    channel = company.workspace.channel_named(CHANNEL)
    assert [pin["ts"] for pin in channel.pins] == [(await company.board()).ts]


async def test_a_deleted_prompt_is_noted_once_and_the_ladder_goes_on(company: Company) -> None:
    await company.open()
    await company.at("12:05")
    prompt = await company.prompt(company.devi, "T+5")
    losses.delete_message(company.workspace, prompt.channel, prompt.ts)
    await company.at("12:07")

    (removed,) = await of_kind(company, Kind.REMOVED)
    assert (removed.step, removed.data["anew"]) == ("revoke", False)
    assert any(m.text.startswith("Nudge · " + head("T+5")) for m in await company.devi.messages(BOT))
    assert (await company.prompt(company.devi, "T+5", channel=CHANNEL)).buttons
    await company.from_board(company.devi, "T+5", REVOKED)


async def test_a_pin_that_is_taken_off_is_put_back_once(company: Company) -> None:
    await company.open()
    channel = company.workspace.channel_named(CHANNEL)
    kept = []
    for _ in range(4):
        channel.pins.clear()
        await company.minutes(2)
        await company.look_back()
        kept.append(len(channel.pins))

    assert kept == [1, 0, 0, 0]
    assert [(e.data["surface"], e.data["anew"]) for e in await of_kind(company, Kind.REMOVED)] == [
        ("pin", True),
        ("pin", False),
    ]


# --- permissions and tokens


@pytest.mark.parametrize(
    ("scope", "kind"), [("pins:write", Kind.JOB_FAILED), ("groups:write", Kind.THREAD_SERVES), ("im:write", None)]
)
async def test_a_missing_permission_is_named_and_work_goes_on(company: Company, scope: str, kind: Kind | None) -> None:
    losses.remove_scope(company.workspace, scope)
    await company.open()
    await company.at("12:06")
    (sentence,) = company.deck.standing.sentences
    assert (scope in sentence, MANIFEST in sentence) == (True, True)
    entries = await of_kind(company, kind) if kind else []
    assert [scope in (entry.text or entry.data["why"]) for entry in entries] == [True] * bool(kind)

    losses.grant_scope(company.workspace, scope)
    await company.minutes(10)
    assert company.deck.standing.sentences == []
    if kind is Kind.JOB_FAILED:
        assert company.workspace.channel_named(CHANNEL).pins
    assert (await company.incident()).step("revoke").prompted_at is not None


@pytest.mark.parametrize("scope", ["users:read", "reactions:read", "groups:history", "users:read.email", "files:read"])
async def test_any_permission_that_is_gone_stands_in_readyz(company: Company, scope: str) -> None:
    await company.open()
    losses.remove_scope(company.workspace, scope)
    await company.at("12:05")
    await company.look_back()
    assert [scope in one for one in company.deck.standing.sentences] == [True]
    losses.grant_scope(company.workspace, scope)
    await company.at("12:07")
    assert company.deck.standing.sentences == []


async def test_an_export_that_may_not_be_sent_is_said_to_whoever_asked(company: Company) -> None:
    await company.open()
    losses.remove_scope(company.workspace, "files:write")
    await company.say(company.sam, "INC-0001 export md")
    await company.minutes(1)

    told = [m.text for m in await company.sam.messages(BOT) if "could not be sent" in m.text]
    assert len(told) == 1
    assert "files:write" in told[0]
    losses.grant_scope(company.workspace, "files:write")
    await company.say(company.sam, "INC-0001 export md")
    assert [m for m in await company.sam.messages(BOT) if "[INC-0001.md]" in m.text]


@pytest.mark.parametrize("missing", ["token", "scope:chat:write"])
async def test_without_a_token_everything_waits_and_each_timeline_says_so_once(company: Company, missing: str) -> None:
    await company.open()
    await company.at("12:04")
    with capture_logs() as lines:
        if missing == "token":
            losses.revoke_token(company.workspace)
        else:
            losses.remove_scope(company.workspace, "chat:write")
        await company.at("12:06")
        ready, facts = await company.health().readiness()
        (sentence,) = facts["troubles"]
        assert ready
        assert facts["slack"].startswith("down since")
        losses.restore_token(company.workspace)
        losses.grant_scope(company.workspace, "chat:write")
        await company.minutes(3)

    assert (await company.prompt(company.devi, "T+5")).buttons
    said = [e for e in await company.entries() if e.kind in (Kind.HINDERED, Kind.UNHINDERED)]
    assert [(e.kind, e.data["trouble"], e.text) for e in said] == [
        (Kind.HINDERED, missing, sentence),
        (Kind.UNHINDERED, missing, sentence),
    ]
    actions = [line["action"] for line in lines if line["action"].startswith("trouble_")]
    assert actions == ["trouble_began", "trouble_over"]
    assert company.deck.standing.sentences == []


async def test_an_incident_that_is_opened_meanwhile_says_so_too(company: Company) -> None:
    losses.remove_scope(company.workspace, "chat:write")
    await company.open()
    await company.at("12:03")
    losses.grant_scope(company.workspace, "chat:write")
    await company.minutes(1)

    said = [kind for kind in await company.kinds() if kind in (Kind.HINDERED, Kind.UNHINDERED)]
    assert said == [Kind.HINDERED, Kind.UNHINDERED]
    assert (await company.prompt(company.sam, "T+3")).buttons
    assert await company.board()


async def test_one_that_was_closed_when_it_was_over_hears_so_when_it_is_opened_again(company: Company) -> None:
    await company.open()
    losses.remove_scope(company.workspace, "chat:write")
    await company.at("12:04")
    await company.say(company.sam, "INC-0001 false-alarm a dummy")
    losses.grant_scope(company.workspace, "chat:write")
    await company.minutes(1)
    await company.say(company.sam, "INC-0001 reopen it was none")

    said = [kind for kind in await company.kinds() if kind in (Kind.HINDERED, Kind.UNHINDERED)]
    assert said == [Kind.HINDERED, Kind.UNHINDERED]
