"""Whatever people and clocks do, the record can be exported, verifies, and folds to the state that was kept."""

import csv
import io
from collections.abc import Callable
from typing import NamedTuple
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.typeset import engine
from playbooks.entries import Actor
from playbooks.errors import WrongAnswers
from playbooks.exports import render_export
from playbooks.exports.picture import picture
from playbooks.exports.plain_cells import restored
from playbooks.fold import fold
from playbooks.ladder import next_due
from playbooks.model import Role
from playbooks.verify import verify_entries, verify_json
from tests.unit.exports.page import Page
from tests.unit.stories import ADA, ANSWERS, DANA, DEVI, EVE, MAX, NO_ID_YET, ROB, ROSTER, SAM, SID, Story

PEOPLE = [DANA, SAM, SID, DEVI, MAX, ADA, ROB, EVE]
STEPS = ["escalate", "revoke", "logs", "notify", "rotate"]


class Happening(NamedTuple):
    deed: "Deed"
    step: str
    by: Actor
    to: Actor
    n: float


Deed = Callable[[Story, Happening], object]
DEEDS: list[Deed] = [
    lambda s, h: s.complete(h.step, by=h.by),
    lambda s, h: s.complete("escalate", NO_ID_YET, by=h.by),
    lambda s, h: s.answer("escalate", "CASE-1", by=h.by),
    lambda s, h: s.waive("escalate", by=h.by),
    lambda s, h: s.correct("notify", ANSWERS["notify"], by=h.by),
    lambda s, h: s.skip(h.step, by=h.by),
    lambda s, h: s.take_over(h.step, by=h.by),
    lambda s, h: s.hand_over(h.step, h.to, by=h.by),
    lambda s, h: s.more_time(h.step, 5, by=h.by),
    lambda s, h: s.assign(Role.DEV_LEAD, h.to, by=h.by),
    lambda s, h: s.note("A note", by=h.by),
    lambda s, h: s.join(by=h.by, keys=(f"key {h.n:g}",)),
    lambda s, h: s.close(by=h.by),
    lambda s, h: s.false_alarm(by=h.by),
    lambda s, h: s.reopen(by=h.by),
    lambda s, h: s.export("md", by=h.by),
    lambda s, h: s.failed(f"prompt:{h.step}:dm:{h.by.id}"),
    lambda s, h: s.tick(h.n),
    lambda s, h: s.tick(h.n / 10),
    lambda s, h: s.wait(minutes=h.n).tick(),
    lambda s, h: s.wait(minutes=h.n * 60).tick(),
    lambda s, _: setattr(s, "slack", not s.slack),
]
HAPPENINGS = st.builds(
    Happening,
    st.sampled_from(DEEDS),
    st.sampled_from(STEPS),
    st.sampled_from(PEOPLE),
    st.sampled_from(PEOPLE),
    st.floats(0, 40).map(lambda n: round(n, 3)),
)
ROSTERS = st.sampled_from([ROSTER, {}, {Role.SECURITY_LEAD: (SAM,)}, {**ROSTER, Role.DEV_LEAD: ()}])


@settings(max_examples=60)
@given(st.lists(HAPPENINGS, max_size=25), ROSTERS, st.sampled_from([1.0, 10.0, 0.5]), st.booleans())
def test_the_record_always_holds(
    happenings: list[Happening],
    roster: dict[Role, tuple[Actor, ...]],
    speed: float,
    channel: bool,
) -> None:
    story = Story(roster=roster, speed=speed, channel=channel).open()
    for happening in happenings:
        try:
            happening.deed(story, happening)
        except WrongAnswers:
            continue
    story.tick()
    assert (due := next_due(story.incident)) is None or due > story.now
    assert fold(story.entries) == story.incident
    said = {"seq": story.incident.seq, "head": story.incident.head, "state": story.incident}
    assert verify_entries(story.entries, **said).ok
    every_format_holds(story)


def every_format_holds(story: Story) -> None:
    assert verify_json(render_export("json", story.entries)[1]).ok
    assert render_export("md", story.entries)[1].startswith(b"# INC-0001")
    cells = csv.DictReader(io.StringIO(render_export("csv", story.entries)[1].decode("utf-8-sig"), newline=""))
    assert [(int(row["seq"]), restored(row["text"])) for row in cells] == [(e.seq, e.text) for e in story.entries]
    assert Page(render_export("html", story.entries)[1].decode()).errors == []
    assert engine.pdf(story.entries).startswith(b"%PDF")
    assert engine.png(story.entries).startswith(b"\x89PNG")
    assert ET.fromstring(picture(story.incident)).get("role") == "img"  # noqa: S314 - because it is our own text
