"""`/incident …`: in and out of incident channels, by number, with slips of the finger."""

import pytest

from playbooks.entries import Kind
from playbooks.states import IncidentStatus, StepStatus
from simulator.errors import SlackError
from tests.scenario.company import BOT, CHANNEL, ESCALATED, Company


async def test_status_in_and_out_of_the_channel(company: Company) -> None:
    await company.open()
    inside = await company.say(company.sam, "status", CHANNEL)
    outside = await company.say(company.sam, "INC-0001 status")
    after = await company.say(company.sam, "status inc-1")

    assert inside == outside == after
    assert inside.startswith("INC-0001 · API key committed to a repository · Open")
    assert "T+5 · 12:05 · Revoke the suspect key · Waiting · Devi Rao" in inside
    assert "Which incident?" in await company.say(company.sam, "status")


async def test_who_may_see_the_status(company: Company) -> None:
    await company.open()
    await company.say(company.sam, "assign auditor @Dana Ito", CHANNEL)
    company.workspace.channel_named("general").members.append(company.workspace.user_named("Gus Vale").id)
    assert "Only members of the incident's channel" in await company.say(company.gus, "INC-0001 status")
    assert "T+5" not in await company.say(company.gus, "INC-0001 status")
    assert (await company.last(Kind.REFUSED)).actor.id == company.gus.id


async def test_list_shows_others_only_number_trigger_and_state(company: Company) -> None:
    assert "There are no incidents yet" in await company.say(company.sam, "list")
    await company.open()
    full, little = await company.say(company.sam, "list"), await company.say(company.gus, "list")

    assert "led by Sam Okafor · 5 of 6 steps open" in full
    assert little == "INC-0001 · API key committed to a repository · Open"


async def test_note(company: Company) -> None:
    await company.open()
    said = await company.say(company.ada, "note the proxy was restarted", CHANNEL)
    assert "Noted in the timeline of INC-0001" in said
    note = await company.last(Kind.NOTE)
    assert (note.text, note.actor.id, note.actor.name) == ("the proxy was restarted", company.ada.id, "Ada Brandt")
    assert "Say what to note" in await company.say(company.ada, "note", CHANNEL)


async def test_assign_moves_the_open_steps_of_the_role(company: Company) -> None:
    await company.open()
    await company.at("12:05")
    assert "Only @Sam Okafor or @Sid Park can assign" in await company.say(
        company.ada, "assign dev_lead @Rob Silva", CHANNEL
    )
    said = await company.say(company.sam, "assign dev_lead @Rob Silva", CHANNEL)
    assert "@Rob Silva is dev lead of INC-0001 now" in said
    assert (await company.incident()).step("revoke").owner == company.rob.id
    assert (await company.prompt(company.rob, "T+5")).buttons[0] == "Complete step"


@pytest.mark.parametrize("text", ["assign", "assign dev_lead", "assign captain @Rob Silva", "assign dev_lead rob"])
async def test_assign_says_how_it_goes(company: Company, text: str) -> None:
    await company.open()
    said = await company.say(company.sam, text, CHANNEL)
    assert "/incident assign <role> @person" in said
    assert "security_lead, dev_lead, auditor, recovery_owner" in said


@pytest.mark.parametrize("who", ["Gus Vale", "Leak Scanner"])
async def test_assign_takes_only_members(company: Company, who: str) -> None:
    await company.open()
    said = await company.say(company.sam, f"assign dev_lead @{who}", CHANNEL)
    assert "Only an active full member of this workspace can take a role" in said


async def test_export_says_what_there_is(company: Company) -> None:
    await company.open()
    assert "Only @Sam Okafor or @Sid Park can export INC-0001" in await company.say(company.dana, "export", CHANNEL)
    assert "is coming to you privately" in await company.say(company.sam, "export", CHANNEL)
    assert b"INC-0001" in await company.sam.download("INC-0001.md")
    said = await company.say(company.sam, "export docx", CHANNEL)
    assert said == "There is no export as “docx”. Choose md, json, csv, html, pdf or png."
    assert Kind.EXPORT_WANTED in await company.kinds()


async def test_close_says_what_is_missing(company: Company) -> None:
    await company.open()
    await company.from_board(company.sam, "T+3", ESCALATED)
    said = await company.say(company.sam, "close done", CHANNEL)
    assert "INC-0001 cannot be closed yet. Still to do: T+5 Revoke the suspect key, T+7" in said
    assert "T+3" not in said


async def test_close_wants_a_reason_and_a_security_lead(company: Company) -> None:
    await company.open()
    await company.everything()
    assert "Only @Sam Okafor or @Sid Park can close" in await company.say(company.devi, "close done", CHANNEL)
    assert "Say how it ended" in await company.say(company.sam, "close", CHANNEL)
    await company.say(company.sam, "close INC-0001 replaced", "general")
    assert (await company.incident()).close_reason == "replaced"


async def test_false_alarm_skips_what_is_open_with_its_reason(company: Company) -> None:
    await company.open()
    await company.from_board(company.sam, "T+3", ESCALATED)
    assert "Say why it is none" in await company.say(company.sam, "false-alarm", CHANNEL)
    await company.say(company.sam, "false-alarm a test key", CHANNEL)

    incident = await company.incident()
    assert incident.status is IncidentStatus.FALSE_ALARM
    assert [step.label for step in incident.steps] == ["Done", "Done", *["Skipped"] * 4]
    assert {step.reason for step in incident.steps if step.label == "Skipped"} == {"a test key"}
    before = len(company.by_bot())
    await company.minutes(60)
    assert len(company.by_bot()) == before
    assert "False alarm" in (await company.dana.sees("INC-0001", channel="security-alerts")).text


async def test_reopen_goes_on_where_the_clock_stood(company: Company) -> None:
    await company.open()
    await company.at("12:04")
    await company.say(company.sam, "false-alarm a test key", CHANNEL)
    await company.at("13:04")
    assert "Say why" in await company.say(company.sam, "reopen", CHANNEL)
    await company.say(company.sam, "reopen it is real", CHANNEL)
    await company.at("13:05")

    assert (await company.prompt(company.devi, "T+5")).text.splitlines()[1].endswith("due now (13:05).")
    assert "T+7 · 13:07 · " in (await company.board()).text
    assert "is open already" in await company.say(company.sam, "reopen again", CHANNEL)


async def test_a_closed_incident_takes_notes_corrections_and_exports(company: Company) -> None:
    await company.open()
    await company.everything()
    await company.say(company.sam, "close replaced", CHANNEL)
    assert "Noted" in await company.say(company.sam, "note afterwards", CHANNEL)
    await company.from_board(company.sam, "T+3", {"Support ticket ID": "SUP-2"}, label="Correct")
    assert "is coming to you" in await company.say(company.sam, "export json", CHANNEL)
    assert b"SUP-2" in await company.sam.download("INC-0001.json")
    assert "INC-0001 is closed since" in await company.say(company.sam, "close again", CHANNEL)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("status INC-9999", "There is no incident INC-9999"),
        ("INC-9999 close done", "There is no incident INC-9999"),
        ("INC-xyz status", "“INC-xyz” is no incident number"),
        ("export INC-xyz md", "“INC-xyz” is no incident number"),
        ("note INC-0 text", "“INC-0” is no incident number"),
        ("INC-99999999999 status", "is no incident number"),
    ],
)
async def test_an_unknown_number_is_answered_with_a_sentence(company: Company, text: str, said: str) -> None:
    await company.open()
    assert said in await company.say(company.sam, text)


async def test_help_names_every_command(company: Company) -> None:
    said = await company.say(company.gus, "help")
    for word in (
        "status",
        "list",
        "note",
        "assign",
        "export",
        "close",
        "false-alarm",
        "reopen",
        "drill",
        "fast-forward",
        "help",
    ):
        assert f"/incident {word}" in said


@pytest.mark.parametrize(
    ("slip", "guess"),
    [
        ("statsu", "status"),
        ("colse all done", "close"),
        ("exprt", "export"),
        ("false-alrm x", "false-alarm"),
        ("notes", "note"),
    ],
)
async def test_a_slip_is_asked_about_and_keeps_the_text(company: Company, slip: str, guess: str) -> None:
    reply = await company.dana.command("/incident", slip)
    assert reply is not None
    assert f"Did you mean /incident {guess}?" in reply.text
    await company.dana.press("Report it instead", in_message="Did you mean")
    assert company.dana.dialog is not None
    assert company.dana.dialog.title == "Report an incident"
    assert company.dana.dialog.values["What happened?"] == slip


@pytest.mark.parametrize("text", ["key leaked on github", "nothing works", "INC is down", "inc-idents everywhere"])
async def test_anything_else_is_the_text_of_a_report(company: Company, text: str) -> None:
    await company.dana.command("/incident", text)
    assert company.dana.dialog is not None
    assert company.dana.dialog.values["What happened?"] == text


async def test_a_direct_message_is_answered_with_help_once_although_slack_repeats(company: Company) -> None:
    await company.gus.say("hello?", channel=BOT)
    await company.quiet()
    event = company.workspace.ledger.deliveries("message")[-1].facts["payload"]["event"]
    company.workspace.delivery.event(event, company.workspace.channels[event["channel"]])
    await company.quiet()

    answers = [m for m in await company.gus.messages(BOT) if "/incident help" in m.text]
    assert len(answers) == 1


async def test_a_number_wins_over_the_channel(company: Company) -> None:
    await company.open()
    await company.open(company.max, "another", keys="batch-jobs")
    said = await company.say(company.sam, "INC-0002 status", CHANNEL)
    assert said.startswith("INC-0002")


async def test_a_number_alone_is_its_status_and_a_slip_behind_it_is_asked_about(company: Company) -> None:
    await company.open()
    assert await company.say(company.sam, "INC-0001") == await company.say(company.sam, "INC-0001 status")
    assert "Did you mean /incident INC-0001 status?" in await company.say(company.sam, "INC-0001 statsu")


async def test_a_broadcast_in_an_export_is_only_words(company: Company) -> None:
    await company.open()
    await company.say(company.sam, "export <!channel> *x*", CHANNEL)
    answers = [message.text for message in company.all_messages() if message.only_for == company.sam.id]
    assert "&lt;!channel&gt;" in answers[-1]
    assert "<!channel>" not in answers[-1]


TWO = ("INC-0001 close INC-0002", "status INC-0001 INC-0002", "export INC-0001 INC-0002 md", "INC-0001 INC-0002")


@pytest.mark.parametrize("text", [*TWO, "false-alarm INC-0001 INC-0002 is the same"])
async def test_two_numbers_are_asked_about_and_nothing_is_done(company: Company, text: str) -> None:
    await company.open()
    await company.open(company.max, "another", keys="batch-jobs")
    before = await company.entries()

    assert "Two incidents are named, and nothing was done to either" in await company.say(company.sam, text)
    assert await company.entries() == before


LEADS = ("close done", "false-alarm a dummy", "reopen it was none", "export md", "assign dev_lead @Rob Silva")


@pytest.mark.parametrize("text", LEADS)
@pytest.mark.parametrize("where", [CHANNEL, "general"])
async def test_what_only_leads_may_is_refused_to_others_by_name_and_recorded(
    company: Company, text: str, where: str
) -> None:
    await company.open()
    said = await company.say(company.devi, text if where == CHANNEL else f"INC-0001 {text}", where)

    assert said.startswith("Only @Sam Okafor or @Sid Park can ")
    assert (await company.last(Kind.REFUSED)).actor.id == company.devi.id
    assert (await company.incident()).is_open


@pytest.mark.parametrize("text", [*LEADS, "note seen", "status"])
async def test_a_guest_is_refused_everything_that_is_about_an_incident(company: Company, text: str) -> None:
    await company.open()
    assert (await company.say(company.gus, f"INC-0001 {text}")).startswith("Only ")
    assert (await company.last(Kind.REFUSED)).actor.id == company.gus.id


async def test_an_incident_in_a_thread_is_commanded_by_its_number(company: Company) -> None:
    company.trouble("conversations.create", error=SlackError("restricted_action"))
    await company.open()
    company.well_again()

    assert (await company.say(company.ada, "INC-0001 note from afar")) == "Noted in the timeline of INC-0001."
    assert "Which incident?" in await company.say(company.ada, "note from the alerts channel", "security-alerts")
    assert "INC-0001" in await company.say(company.sam, "list")
    await company.say(company.sam, "INC-0001 export json")
    assert b"from afar" in await company.sam.download("INC-0001.json")
    assert "called off" in await company.say(company.sid, "false-alarm INC-0001 a dummy")
    assert "open again" in await company.say(company.sid, "INC-0001 reopen it was none")


@pytest.mark.parametrize("text", ["🔥", "🔑 leaked", "::::", "<!channel>", "*" * 3000])
async def test_signs_are_a_report_like_any_other_words(company: Company, text: str) -> None:
    await company.dana.command("/incident", text)
    assert company.dana.dialog is not None
    assert company.dana.dialog.values["What happened?"] == text


async def test_a_drill_is_put_forward_prompt_by_prompt(company: Company) -> None:
    await company.open(**{"This is a drill": True})
    drill = "inc-0001-drill-key-committed"
    assert "what is due next is due now" in await company.say(company.dana, "fast-forward", drill)
    assert (await company.incident()).step("escalate").status is StepStatus.DUE
    assert (await company.board(channel=drill)).text.count("12:00") >= 2
    await company.say(company.sam, "INC-0001 fast-forward")
    assert Kind.NUDGED in await company.kinds()
    assert "is no drill" not in str(await company.entries())


async def test_a_real_incident_is_not_put_forward(company: Company) -> None:
    await company.open()
    assert "its clock is the real one" in await company.say(company.sam, "fast-forward", CHANNEL)
