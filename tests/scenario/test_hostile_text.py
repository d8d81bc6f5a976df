"""Hostile words in every field: they do nothing anywhere, and stop nothing."""

from typing import Any

import pytest

from simulator.driver import Person
from tests.scenario.company import BOT, CHANNEL, COMMITTED, Company, head

HOSTILE = {
    "broadcast": "<!channel> <!here> <@U0P00000002> <!subteam^S1> @channel *now*",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)> & <https://evil.example|click me>",
    "long": "x" * 3000,
    "wide": "😀" * 1500,
    "turned": "\u202e\u2066drawkcab si siht\u2069 العربية",
    "fence": "``` `code` ```\n> quote\n# head\n| a | b |\n=cmd()",
    "emoji": "👩‍👩‍👧‍👦🏴‍☠️ :rotating_light: \u200d é",
    "braces": "{keys} {who} {when} %s ${HOME} {{7*7}} \\u0000",
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_words_do_nothing_anywhere(company: Company, name: str) -> None:
    text = HOSTILE[name]
    await company.dana.command("/incident", text[:2000])
    await _type(company.dana, text, {"Trigger": COMMITTED})
    await company.quiet()
    await company.at("12:03")
    for person, mark, choices in (
        (company.devi, "T+5", {"How was it confirmed?": "Seen in the Console"}),
        (company.ada, "T+7", {"Verdict": "Suspicious", "Link to the log extract": "https://x.example/?a=1|c&b"}),
        (company.sam, "T+10", {"Severity": "SEV1", "Data within reach": ["Public"], "Notify executives?": "Yes"}),
        (company.rob, "T+15", {}),
    ):
        await person.press("Complete", row=f"{mark} · ", channel=CHANNEL)
        await _type(person, text, choices)
        await company.quiet()
    await company.sam.press("I can't", in_message=head("T+3"), channel=BOT)
    await _type(company.sam, text, {"What do you need?": "Skip"})
    await company.say(company.sam, f"note {text}", CHANNEL)
    await company.say(company.sam, f"close {text}", CHANNEL)
    await company.say(company.sam, "export md", CHANNEL)
    await company.say(company.sam, "status", CHANNEL)

    incident = await company.incident()
    assert not incident.is_open
    assert incident.text.strip()
    for message in company.by_bot():
        _inert(_rendered(message.blocks) + message.text)
    assert "INC-0001" in (await company.sam.download("INC-0001.md")).decode()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_commands_are_answered(company: Company, text: str) -> None:
    await company.open()
    for line in (text, f"assign {text}", f"export {text}", f"INC-{text} status", f"statsu {text}", f"drill {text}"):
        await company.dana.command("/incident", line)
    for message in company.all_messages():
        if message.only_for:
            assert "<!" not in message.text.replace("<!date^", "")
            _inert(_rendered(message.blocks) + message.text)


async def _type(person: Person, text: str, choices: dict[str, Any]) -> None:
    assert person.dialog is not None
    fields = [field["label"] for field in person.dialog.fields if field["type"] == "plain_text_input"]
    await person.fill(dict.fromkeys(fields, text[:3000]) | choices)
    errors = await person.submit()
    assert errors is None, errors


def _rendered(part: Any) -> str:
    """The words that are shown: all but the values that buttons carry."""
    if isinstance(part, dict):
        return " ".join(_rendered(value) for key, value in part.items() if key != "value")
    return " ".join(map(_rendered, part)) if isinstance(part, list) else str(part)


def _inert(shown: str) -> None:
    for token in ("<!channel", "<!here", "<!subteam", "<script", "<img", "<https://evil", "\u202e", "\u2066"):
        assert token not in shown
