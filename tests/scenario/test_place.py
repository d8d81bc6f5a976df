"""Where an incident is worked on: its private channel, or the thread under its announcement."""

from datetime import timedelta

from playbooks.entries import Kind
from simulator.api.call import Call
from simulator.errors import SlackError
from tests.scenario.company import BOT, CHANNEL, COMMITTED, REVOKED, Company, head, limited, lost


async def test_a_private_channel_with_topic_pinned_board_and_invited_people(company: Company) -> None:
    await company.open()

    channel = company.workspace.channel_named(CHANNEL)
    assert channel.kind == "group"
    topic = channel.topic["value"]
    assert topic == f"INC-0001 · {COMMITTED} · Open · T0 12:00 UTC · led by Sam Okafor"
    people = {company.dana, company.sam, company.devi, company.ada, company.rob}
    assert set(channel.members) == {company.workspace.bot.id, *(person.id for person in people)}
    (pin,) = channel.pins
    assert pin["ts"] == (await company.board()).ts


async def test_a_taken_name_gets_a_suffix(company: Company) -> None:
    dana = company.workspace.user_named("Dana Ito")
    company.workspace.add_channel(CHANNEL, members=[dana], creator=dana)
    await company.open()

    assert (await company.incident()).home.name == f"{CHANNEL}-2"
    assert "T+5 · " in (await company.board(channel=f"{CHANNEL}-2")).text


async def test_a_channel_whose_answer_was_lost_is_found_again(company: Company) -> None:
    company.trouble("conversations.create", error=lost, after=True)
    await company.open()
    company.well_again()
    await company.minutes(1)

    assert (await company.incident()).home.name == CHANNEL
    made = [channel for channel in company.workspace.channels.values() if channel.name.startswith("inc-")]
    assert len(made) == 1


async def test_it_is_found_by_whatever_clock(company: Company) -> None:
    await company.set_clock(timedelta(hours=2))
    company.trouble("conversations.create", error=lost, after=True)
    await company.open()
    company.well_again()
    await company.minutes(1)

    assert (await company.incident()).home.name == CHANNEL


async def test_a_channel_in_which_was_written_belongs_to_another_record(company: Company) -> None:
    bot = company.workspace.bot
    channel = company.workspace.add_channel(CHANNEL, members=[bot], creator=bot)
    await company.deck.gateway.call("chat.postMessage", channel=channel.id, text="another board")
    company.trouble("conversations.create", error=lost)
    await company.open()
    company.well_again()
    await company.minutes(1)

    assert (await company.incident()).home.name == f"{CHANNEL}-2"


async def test_a_permanent_error_makes_the_thread_serve(company: Company) -> None:
    company.trouble("conversations.create", error=SlackError("restricted_action"))
    await company.open()
    await company.at("12:05")

    entry = await company.last(Kind.THREAD_SERVES)
    assert (entry.data["why"], entry.data["error"]) == ("a policy of the workspace forbids it", "restricted_action")
    board = await company.sam.sees("T+5 · 12:05 · ", channel="security-alerts")
    announced = await company.sam.sees("worked on in this thread", channel="security-alerts")
    assert board.thread_ts == announced.ts
    assert "a policy of the workspace forbids it" in board.text
    prompt = await company.prompt(company.devi, "T+5", channel="security-alerts")
    assert prompt.thread_ts == announced.ts


async def test_in_a_thread_evidence_goes_by_direct_message_only(company: Company) -> None:
    company.trouble("conversations.create", error=SlackError("missing_scope"))
    await company.open(text="found in a gist of a colleague")
    await company.at("12:05")
    await company.fill_in(company.devi, "T+5", {**REVOKED, "Which key": "the very secret name"})
    await company.say(company.sam, "INC-0001 false-alarm my private reason")

    public = "\n".join(m.text for m in await company.dana.messages("security-alerts"))
    assert "Done 12:05 by Devi Rao" in public
    for word in ("very secret name", "gist of a colleague", "private reason", "prod-gateway"):
        assert word not in public
    assert "the very secret name" in (await company.prompt(company.devi, "T+5")).text


async def test_in_a_thread_owners_roster_and_detector_may_note(company: Company) -> None:
    company.trouble("conversations.create", error=SlackError("missing_scope"))
    await company.open()
    assert "Noted" in await company.say(company.dana, "INC-0001 note seen again")
    assert "Noted" in await company.say(company.max, "INC-0001 note me too")
    assert "Only members" in await company.say(company.gus, "INC-0001 note and me")


async def test_no_channel_after_150_seconds_makes_the_thread_serve(company: Company) -> None:
    company.trouble("conversations.create", error=limited(40))
    await company.open()
    await company.seconds(149)
    assert Kind.THREAD_SERVES not in await company.kinds()
    await company.seconds(1)
    assert (await company.last(Kind.THREAD_SERVES)).data["error"] == "timeout"
    company.well_again()
    await company.minutes(10)

    assert (await company.prompt(company.devi, "T+5", channel="security-alerts")).thread_ts


async def test_a_limited_channel_is_waited_for_and_prompts_are_not(company: Company) -> None:
    company.trouble("conversations.create", error=limited(140))
    await company.dana.command("/incident", "a key")
    await company.dana.fill({"Trigger": COMMITTED})
    assert await company.dana.submit() is None
    await company.quiet()
    assert (await company.dana.sees("INC-0001 is open", channel=BOT)).text.endswith("the link follows here.")
    company.well_again()
    await company.seconds(140)

    assert (await company.incident()).home.channel is not None
    assert CHANNEL in (await company.dana.sees("INC-0001 is open", channel=BOT)).text


async def test_prompts_never_wait_for_the_channel(company: Company) -> None:
    company.trouble("conversations.create", error=limited(600))
    await company.open()
    await company.seconds(149)
    await company.say(company.sam, "INC-0001 note no channel yet")
    assert (await company.incident()).home.channel is None
    assert "Your steps · INC-0001" in (await company.devi.sees("Your steps", channel=BOT)).text
    await company.at("12:03")
    assert (await company.prompt(company.sam, "T+3")).buttons[0] == "Complete step"


async def test_a_deactivated_owner_is_passed_over_at_once(company: Company) -> None:
    await company.open()
    company.workspace.user_named("Devi Rao").deleted = True
    await company.at("12:05")

    assert (await company.last(Kind.SEND_FAILED)).text == "the account is deactivated"
    assert (await company.prompt(company.max, "T+5")).buttons[0] == "Complete step"


async def test_announcement_refused_for_good_still_prompts(company: Company) -> None:
    def alerts_only(call: Call) -> Exception | None:
        return SlackError("restricted_action") if call.args.get("channel") == alerts else None

    alerts = company.workspace.channel_named("security-alerts").id
    company.trouble("chat.postMessage", error=alerts_only)
    await company.open()
    await company.at("12:05")
    assert (await company.prompt(company.devi, "T+5")).text.startswith(head("T+5"))
    assert Kind.SEND_FAILED in await company.kinds()
