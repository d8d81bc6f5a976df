"""Whatever people, files and names hold: messages and forms are taken by Slack, and mention nobody."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import wording
from bot.slack import forms
from bot.slack.messages import Topic
from bot.slack.render import Context, render, render_notice
from bot.slack.text import size
from bot.slack.values import OpenValues
from playbooks.commands import ChannelRefused
from playbooks.entries import Actor
from playbooks.errors import Refused, WrongAnswers
from playbooks.model import Contact, Field, FieldKind, Option, Pending, Playbook, Role, Step, Trigger
from tests.unit.slack.shown import checked, checked_view, harmless
from tests.unit.stories import NOON, Story

WORDS = {
    "a mention of everybody": "<!channel> <!here> <@U0SAM> <#C0INC|x> <!date^1^{time}|x> @channel",
    "markup": "<script>alert(1)</script> &amp; &lt; *bold* `code` ```fence``` ~gone~ > quote",
    "a link in disguise": "<https://evil.example|https://bank.example> javascript:alert(1)",
    "forty thousand": "a" * 40_000,
    "forty thousand ampersands": "&" * 40_000,
    "forty thousand sirens": "🚨" * 40_000,
    "families": "👩‍👩‍👧‍👦🏳️‍🌈👍🏽🇩🇪" * 500,
    "right to left": "\u202e\u2066مفتاح מפתח\u2069\u202c" * 50,
    "nothing to see": "\u200b\u200d\ufeff",
    "line ends": "a\r\nb\rc\u2028d\x0be\n\n\n" * 400,
    "control characters": "\x00\x01\x1b[31m\x7f",
    "half a surrogate": "\ud83d \udea8",
    "accents": "e" + "\u0301" * 5000,
    "placeholders": "{who} {when} {incident} {keys} {seen}" * 100,
}


def hostile_fields(text: str) -> tuple[Field, ...]:
    """Questions of every kind, with as many options as they come."""
    line, label = (text * 150)[:150], (text * 75)[:75]
    options = tuple(Option(value=f"o{n}", label=label) for n in range(20))
    return (
        Field(key="line", label=line, hint=line),
        Field(key="lines", label=line, kind=FieldKind.LINES),
        Field(key="prose", label=line, kind=FieldKind.MULTILINE),
        Field(key="one", label=line, kind=FieldKind.CHOICE, options=options, default="o3"),
        Field(key="two", label=line, kind=FieldKind.CHOICE, options=options[:10]),
        Field(key="some", label=line, kind=FieldKind.CHOICES, options=options),
        Field(key="few", label=line, kind=FieldKind.CHOICES, options=options[:3], default="o1"),
        Field(key="tick", label=line, kind=FieldKind.TICK, required=False),
        Field(key="when", label=line, kind=FieldKind.DATETIME, default="now"),
        Field(key="day", label=line, kind=FieldKind.DATE, default="now+7d"),
        Field(key="link", label=line, kind=FieldKind.LINK, required=False),
        Field(key="owed", label=line, required=False),
    )


def hostile_playbook(text: str) -> Playbook:
    """Twenty steps, as long as the format allows."""
    # The loader takes no controls and no halves of characters; a label has to hold something.
    text = text[:2000].encode("utf-8", "ignore").decode()
    line, fields = (text * 150)[:150], hostile_fields(text)
    prose = (text * (2000 // len(text) + 1))[:2000]
    steps = tuple(
        Step(
            key=f"step{n}",
            title=(text * 100)[:100],
            at=n,
            role=Role.SECURITY_LEAD if n else Role.DETECTOR,
            action=prose,
            guidance=prose,
            by_trigger={Trigger.KEY_COMMITTED: prose},
            copy_text=(f"{{keys}} {{seen}} {text}" * 100)[:2000],
            show_contacts=True,
            fields=fields if n else (),
            pending=Pending(tick="tick", field="owed") if n else None,
        )
        for n in range(20)
    )
    contacts = tuple(Contact(name=line, how=line, verified=False) for _ in range(20))
    return Playbook(id="hostile", title=line, provider=line, version=1, steps=steps, contacts=contacts)


def answers(text: str) -> dict[str, Any]:
    return {
        "line": text[:2000],
        "lines": text[:1500],
        "prose": text[:2000],
        "one": "o1",
        "two": "o2",
        "some": [f"o{n}" for n in range(20)],
        "few": ["o0", "o1"],
        "tick": True,
        "when": NOON,
        "day": "2026-11-28",
        "link": "https://example.com/?a=1&b=2",
    }


def hostile_story(text: str, *, channel: bool = True) -> Story:
    text = text.encode("utf-8", "replace").decode()  # no half of a character gets into a record
    lead = Actor(id="U0SAM", name=text[:3000])
    story = Story(playbook=hostile_playbook(text), roster={Role.SECURITY_LEAD: (lead,)}, channel=channel)
    story.open(text, by=Actor(id="U0DANA", name=text[:3000]), keys=tuple(f"{text[:900]}{n}" for n in range(30)))
    if not channel:
        story.do(ChannelRefused, error="x", why=text)
    story.until(5)
    story.complete("step1", answers(f"x{text}"), by=lead)
    story.complete("step2", {**answers(f"x{text}"), "owed": f"x{text}"[:3000]}, by=lead)
    return story


def everything(story: Story) -> None:
    keys = [surface.key for surface in story.surfaces()] + ["scorecard:1", "missed:3:channel", "missed:3:alerts"]
    for key in keys:
        for posted in (False, True):
            context = Context(
                now=story.now, delivery_id="d1", posted=posted, late_s=90000, late_why="x" * 500, maybe_repeat=True
            )
            shown = render(story.incident, key, context)
            if isinstance(shown, Topic):
                assert size(shown.text) <= 250
                harmless(shown.text)
            elif shown is not None:
                checked(shown)


@pytest.mark.parametrize("text", WORDS.values(), ids=WORDS)
@pytest.mark.parametrize("channel", [True, False], ids=["channel", "thread"])
def test_every_surface_is_taken_whatever_people_wrote(text: str, channel: bool) -> None:
    text = text.encode("utf-8", "replace").decode()
    story = hostile_story(text, channel=channel)
    everything(story)
    story.skip("step4", f"x{text}", by=Actor(id="U0SAM"))
    story.until(12)
    story.false_alarm(f"x{text}", by=Actor(id="U0SAM"))
    everything(story)


@pytest.mark.parametrize("text", WORDS.values(), ids=WORDS)
def test_every_form_is_taken_whatever_people_wrote(text: str) -> None:
    story = hostile_story(text)
    for step in ("step0", "step1", "step3"):
        checked_view(forms.step_form(story.incident, step, "complete", story.now))
        checked_view(forms.step_form(story.incident, step, "correct", story.now))
        checked_view(forms.cant_form(story.incident, step))
        checked_view(forms.answer_form(story.incident, step))
        checked_view(forms.waive_form(story.incident, step))
    checked_view(forms.note_form(story.incident))
    checked_view(forms.close_form(story.incident))
    checked_view(forms.open_form(text=text, keys=text, noticed_at=story.now, source=f"https://x.example/{text}"))
    report = OpenValues(text=text, trigger=Trigger.COST_SPIKE, keys=(text, "b"), noticed_at=story.now, source=text)
    checked_view(forms.same_key_form(7, report))
    checked_view(forms.refusal_notice(Refused(title=f"x{text}", reason=f"{{who}} {text}", who=("U1", text) * 200)))


@pytest.mark.parametrize("text", WORDS.values(), ids=WORDS)
def test_every_answer_is_harmless_whatever_people_wrote(text: str) -> None:
    story = hostile_story(text)
    said = [
        wording.status(story.incident, story.now + timedelta(days=3)),
        wording.incident_list([story.incident] * 30, {1}),
        wording.refusal(Refused(reason=text, who=(text, "system"), when=story.now)),
        wording.wrong(WrongAnswers({"text": text})),
        wording.no_such_number(text),
        wording.which_incident("status"),
        wording.key_in_command([text] * 30),
        *wording.secret_found([text[:100]], f"https://x.example/{text}"),
        wording.assign_usage(["dev_lead"]),
    ]
    meant = wording.did_you_mean("status", f"x{text}")
    for line in (*said, meant["text"], meant["blocks"][0]["text"]["text"]):
        assert 0 < size(line) <= 3500
        harmless(line)
    assert size(meant["blocks"][1]["elements"][0]["value"]) <= 2000
    for payload in ({"tokens": [text], "link": text}, {"view": {"title": {"text": text}, "submit": {}}}):
        for kind in ("door", "secret", "help"):
            shown = render_notice(kind, payload, Context(now=NOON, delivery_id="d1"))
            assert shown is not None
            checked(shown)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400))
def test_no_text_makes_a_surface_fail(text: str) -> None:
    story = Story().open(text, keys=(text,)).until(3)
    story.skip("logs", f"x{text}")
    for key in ("board", "prompt:escalate:dm:U0SAM", "prompt:logs:channel", "announcement"):
        shown = render(story.incident, key, Context(now=story.now, delivery_id="d1", posted=True))
        assert shown is not None
        assert not isinstance(shown, Topic)
        checked(shown)
