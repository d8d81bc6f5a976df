"""The check that no step stays without its prompt: it has to find one that did."""

from tests.scenario.prompted import unprompted
from tests.unit.stories import DEVI, SAM, Story

NOT_YET = {"prompt:escalate:dm:U0SAM": 3.0, "prompt:revoke:dm:U0DEVI": 5.0, "prompt:logs:dm:U0ADA": 7.0}


def missing(story: Story, sent: dict[str, float], *, away_from: float = 0.0, away_until: float = 0.0) -> list[str]:
    """The steps without a prompt; `sent` and the others are minutes since T0."""
    t0 = story.incident.t0.timestamp()
    went = {key: t0 + minute * 60 for key, minute in sent.items()}
    away = [(t0 + away_from * 60, t0 + away_until * 60)]
    return [found.split()[1] for found in unprompted(story.incident, story.entries, went, away, story.now.timestamp())]


def test_a_step_that_nobody_was_prompted_for_is_found() -> None:
    assert missing(Story().open().until(40), NOT_YET) == ["notify", "rotate"]


def test_nobody_waits_for_the_prompt_of_what_was_done_before() -> None:
    story = Story().open().until(2)
    story.complete("escalate", by=SAM)
    story.until(4).complete("revoke", by=DEVI)

    story.until(18)

    assert missing(story, {}) == ["logs"]


def test_nobody_could_be_prompted_while_slack_was_away() -> None:
    assert missing(Story().open().until(40), NOT_YET, away_from=2, away_until=39) == []


def test_a_reopened_incident_wants_its_prompts_with_the_clock_that_stood_still() -> None:
    story = Story().open().until(4)
    story.false_alarm(by=SAM)
    story.until(60).reopen(by=SAM)

    assert missing(story.until(64), {"prompt:escalate:dm:U0SAM": 3.0}) == []
    assert missing(story.until(72.5), {"prompt:escalate:dm:U0SAM": 3.0}) == ["revoke"]
