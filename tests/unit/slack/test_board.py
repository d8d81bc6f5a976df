"""The board: the whole plan, always, in one message."""

from bot.slack import ids
from playbooks.model import Role
from tests.unit.slack.shown import buttons, render_at, seen
from tests.unit.stories import ADA, NO_ID_YET, ROSTER, SAM, Story, closed_story


def test_it_shows_every_step_with_time_state_and_owner() -> None:
    story = Story(number=7).open(keys=("prod-gateway",))
    story.until(4).complete("escalate", NO_ID_YET)
    story.until(8)

    assert seen(story, "board") == (
        """\
INC-0007 · API key committed to a repository · Open
prod-gateway · noticed 11:52, opened 12:00 by Dana Ito · led by Sam Okafor
T+0 · 12:00 · Report the incident
    Done 12:00 by Dana Ito, just when due · “Key in a public gist, removed, still in the history”
T+3 · 12:03 · Escalate to Anthropic support  [Correct]
    Submitted 12:04 by Sam Okafor, 1 min after due · no support ticket ID yet, asked again at 12:19
T+5 · 12:05 · Revoke the suspect key  [Complete]
    Overdue · Devi Rao
    nudged 12:07, told Max Lind
T+7 · 12:07 · Pull the last 24 h of API logs  [Complete]
    Due now · Ada Brandt
T+10 · 12:10 · Update all teams, decide on the executives  [Complete]
    Waiting · Sam Okafor
T+15 · 12:15 · Deploy new keys, lock in the rotation  [Complete]
    Waiting · Rob Silva
[Add note] [Close incident]"""
    )


def test_the_rows_begin_with_minute_and_clock_time_in_the_readers_zone() -> None:
    board = render_at(Story().open(), "board")
    assert board is not None
    rows = [block["text"]["text"] for block in board.blocks if block["type"] == "section"][1:]
    assert rows[1].startswith("T+3 · <!date^1795262580^{time}|12:03 UTC> · *Escalate to Anthropic support*")


def test_its_buttons_know_incident_and_step() -> None:
    story = Story(number=12).open()
    story.complete("logs")
    board = render_at(story, "board")
    assert board is not None

    found = buttons(board)

    assert found["T+5 Complete"]["action_id"] == ids.STEP_COMPLETE
    assert ids.target(found["T+5 Complete"]["value"]) == (12, "revoke")
    assert found["T+7 Correct"]["action_id"] == ids.STEP_CORRECT
    assert ids.target(found["Close incident"]["value"]) == (12, None)
    assert found["T+5 Complete"]["accessibility_label"] == "Complete T+5 Revoke the suspect key"
    assert "T+0 Correct" not in found  # the opening form has no fields that could be corrected


def test_it_says_when_nobody_owns_a_step() -> None:
    story = Story(roster={role: people for role, people in ROSTER.items() if role is not Role.AUDITOR}).open()
    assert "T+7 · 12:07 · Pull the last 24 h of API logs  [Complete]\n    Waiting · no owner" in seen(story, "board")


def test_closed_it_takes_corrections_and_notes_only() -> None:
    board = seen(closed_story(), "board")
    assert board.splitlines()[0] == "INC-0001 · API key committed to a repository · Closed"
    assert "Closed by Sam Okafor, 12:21: Rotated, nothing was called." in board
    assert "Done late 12:19 by Rob Silva, 4 min after due · New key: prod-gateway-2" in board
    assert board.endswith("\n[Add note]")
    assert "[Complete]" not in board


def test_a_false_alarm_shows_what_was_put_aside() -> None:
    story = Story().open().until(1)
    story.false_alarm()
    board = seen(story, "board")
    assert "Open" not in board.splitlines()[0]
    assert "False alarm" in board.splitlines()[0]
    assert "T+5 · 12:05 · Revoke the suspect key  [Correct]\n    Skipped · The key was a dummy." in board


def test_a_skipped_step_says_who_and_why() -> None:
    story = Story().open().until(1)
    story.skip("logs", "The logs went with the machine.")
    assert "    Skipped 12:01 by Sam Okafor · The logs went with the machine." in seen(story, "board")


def test_a_drill_is_marked_before_anything_else() -> None:
    board = seen(Story().open(drill=True), "board")
    assert board.startswith("DRILL · INC-0001 · ")
    assert "Drill: do not contact Anthropic, do not revoke anything" in board


def test_in_a_thread_it_shows_states_and_no_words_of_people() -> None:
    story = Story(channel=False).open("gist with the word sesame", keys=("prod-gateway",))
    story.until(3)
    assert story.incident.home.thread
    story.complete("revoke", {"which_key": "sesame", "revoked_at": story.now, "confirmed_by": "console"})
    story.skip("logs", "sesame", by=SAM)
    story.complete("escalate", NO_ID_YET)

    board = seen(story, "board")

    assert "sesame" not in board
    assert "prod-gateway" not in board
    assert "There is no channel (there was no channel 150 s after the opening), so this thread serves." in board
    assert "    Done 12:03 by Devi Rao, 2 min before due\n" in board
    assert "    Skipped 12:03 by Sam Okafor\n" in board


def test_it_tells_who_was_told_while_nobody_answered() -> None:
    story = Story().open().until(35)
    board = seen(story, "board")
    assert "nudged 12:07, told Max Lind, Sam Okafor, Sid Park, the alerts channel told, reminder 4 of 6" in board
    story.take_over("revoke", by=ADA)
    assert "    Overdue · Ada Brandt" in seen(story, "board")


def test_a_membership_that_could_not_be_looked_up_is_said() -> None:
    assert "membership unverified" in seen(Story().open(member=None), "board")
