"""One incident in which every kind of entry happens, and texts that try to break whatever shows them."""

from functools import cache

from playbooks import commands as c
from playbooks import commands_away as a
from playbooks.entries import Actor
from playbooks.model import Role
from tests.unit.stories import ADA, ANSWERS, DANA, DEVI, EVE, MAX, NO_ID_YET, ROB, ROSTER, SAM, SID, Story

NASTY = 'a | b `code` *bold* _it_ <script>alert(1)</script> [x](javascript:1) ![i](http://e/) & <b> "q" \\ end'
LINES = "# Heading\n- item\n1. one\n> quote\n    code\n---\n| t | u |\n```\nend"
MULTI = {**ANSWERS["logs"], "verdict": "suspicious", "who_called_what": LINES}


@cache
def full_story() -> Story:
    """Closed at last, after a false alarm that was none; its steps are done, late, skipped, waived and corrected."""
    roster = {**ROSTER, Role.AUDITOR: (ADA, MAX, EVE), Role.RECOVERY_OWNER: ()}
    story = Story(number=12, roster=roster, channel=False).open(NASTY, keys=("prod | gateway",), member=None)
    _first_minutes(story)
    _false_alarm_that_was_none(story)
    _the_end(story)
    return story


def _first_minutes(story: Story) -> None:
    story.until(2).do(c.ChannelRefused, error="restricted_action", why="Slack does not let this app make channels.")
    story.do(c.ChannelReady, channel="C0LATE", name="inc-0012-late")
    story.join("Seen in the wiki too", keys=("[Anthropic key sk-ant-api03-…, fingerprint 00ff00ff00ff00ff]",))
    story.join("And again", by=DANA, keys=("apikey_01Wiki00",), elsewhere={"none": 3})
    other = "[Anthropic key sk-ant-oat01-…, fingerprint 11ff11ff11ff11ff]"
    story.join("", by=EVE, keys=(other,), elsewhere={"11ff11ff11ff11ff": 3})
    story.until(4).complete("escalate", NO_ID_YET)
    story.until(6).more_time("revoke", 5)
    story.complete("revoke", by=ADA)  # refused
    story.take_over("revoke", by=MAX)
    story.hand_over("revoke", Actor(id="U0NEW", name="New | Person"), NASTY, by=SAM)
    story.note(NASTY, by=DEVI, occurred_at=story.incident.t0)
    _pins(story)
    story.until(9.2).assign(Role.RECOVERY_OWNER, ROB)
    story.until(34)
    story.failed("announcement", "channel_not_found", "The alerts channel is gone.")
    story.do(a.PlaceLost, channel=None, error="restricted_action_thread_locked", why="the thread is locked")
    story.do(a.PersonGone, user="U0NEW", error="user_disabled", why="the account is deactivated")
    for surface in ("board", "pin", "pin", "prompt:notify:channel"):
        story.do(a.Removed, surface=surface)
    story.do(a.Hindered, trouble="token", why="The bot token is refused.")
    story.do(a.Unhindered, trouble="token")
    story.do(c.JobFailed, job="pin", error="not_pinnable", why="The board cannot be pinned.")


def _pins(story: Story) -> None:
    at = {"channel": "C0ALERTS", "ts": "1763726741.000001"}
    story.do(c.Pin, by=SAM, **at, text=NASTY, posted_at=story.incident.t0, author=Actor(id="B0SCAN", name="Scan | er"))
    story.do(c.Pin, by=MAX, **at, text=NASTY, posted_at=story.incident.t0, author=Actor(id="B0SCAN"))
    story.do(c.MessageEdited, **at, text=LINES, edited_at=story.now)
    story.do(c.Unpin, by=SAM, **at)
    story.do(c.MessageDeleted, **at)


def _false_alarm_that_was_none(story: Story) -> None:
    story.false_alarm("A dummy, they said.")
    story.wait(minutes=60).reopen("It was none.", free_keys=())


def _the_end(story: Story) -> None:
    story.slack = False
    story.wait(minutes=60 * 25).tick()
    story.slack = True
    story.complete("logs", {**MULTI, "window_from": story.incident.t0, "window_to": story.now}, by=SID)
    story.correct(
        "logs", {**MULTI, "window_from": story.incident.t0, "window_to": story.now, "extract": "https://x/a_b|c"}
    )
    story.complete("revoke", by=SAM)
    story.skip("notify", NASTY)
    story.do(c.Exported, job="export:1", format="md", as_of_seq=40, to=SAM.id, file="INC-0012.md")
    story.export("md")
    story.wait(minutes=60 * 30).tick()
    story.complete("rotate", {**ANSWERS["rotate"], "what_else": LINES}, by=ROB)
    story.waive("escalate")
    story.close("Done | at last")
