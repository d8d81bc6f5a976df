"""The shipped playbook says what the contract says, word for word where people learn the words."""

import re
from itertools import chain

import pytest

from playbooks.loader import library
from playbooks.model import Playbook, Step, Trigger

STEPS = [
    ("report", 0, "detector", "Report the incident"),
    ("escalate", 3, "security_lead", "Escalate to Anthropic support"),
    ("revoke", 5, "dev_lead", "Revoke the suspect key"),
    ("logs", 7, "auditor", "Pull the last 24 h of API logs"),
    ("notify", 10, "security_lead", "Update all teams, decide on the executives"),
    ("rotate", 15, "recovery_owner", "Deploy new keys, lock in the rotation"),
]
FIELDS = {
    "report": [],
    "escalate": ["Support ticket ID?", "Submitted, no ID yet?"],
    "revoke": ["Which key", "Revoked at = now", "How was it confirmed?"],
    "logs": [
        "Window from = t0-24h",
        "Window to = now",
        "Verdict",
        "Who called what",
        "Link to the log extract?",
    ],
    "notify": ["Severity", "Data within reach", "Notify executives?", "Why", "What the teams were told"],
    "rotate": [
        "New key",
        "Deployed to",
        "Old key deleted for good on = now+7d",
        "Next rotation = now+90d",
        "What else must change?",
    ],
}
OPTIONS = {
    "How was it confirmed?": [
        "I read it back through the Admin API",
        "Seen in the Console",
        "A call with the key was refused",
        "Anthropic had already deactivated it",
    ],
    "Verdict": ["Nothing unusual", "Suspicious", "Confirmed misuse"],
    "Severity": ["SEV1", "SEV2", "SEV3"],
    "Data within reach": ["Public", "Internal", "Restricted", "Highly restricted"],
    "Notify executives?": ["Yes", "No"],
}


@pytest.fixture(scope="module")
def playbook() -> Playbook:
    return library()["key-leak"]


def written(step: Step) -> list[str]:
    """The fields as `FIELDS` writes them: `?` for optional ones, `= default`."""
    return [
        field.label + ("" if field.required else "?") + (f" = {field.default}" if field.default else "")
        for field in step.fields
    ]


def texts(playbook: Playbook) -> list[str]:
    steps = playbook.steps
    guidance = chain.from_iterable((step.action, step.guidance, *step.by_trigger.values()) for step in steps)
    return [text for text in guidance if text]


def test_the_six_steps(playbook: Playbook) -> None:
    assert [(step.key, step.at, step.role.value, step.title) for step in playbook.steps] == STEPS
    assert {step.within for step in playbook.steps} == {2}
    assert (playbook.remind_every, playbook.reminders) == (5, 6)


@pytest.mark.parametrize("key", FIELDS)
def test_the_fields_of_a_step(playbook: Playbook, key: str) -> None:
    assert written(playbook.step(key)) == FIELDS[key]


def test_the_options(playbook: Playbook) -> None:
    fields = [field for step in playbook.steps for field in step.fields if field.options]

    assert {field.label: [option.label for option in field.options] for field in fields} == OPTIONS


def test_only_the_escalation_may_wait_for_its_answer(playbook: Playbook) -> None:
    pending = {step.key: step.pending.every for step in playbook.steps if step.pending}

    assert pending == {"escalate": 15}


def test_only_the_security_lead_skips_the_revocation(playbook: Playbook) -> None:
    assert {step.key: step.skip_roles for step in playbook.steps if step.skip_roles} == {"revoke": ("security_lead",)}


def test_the_contacts_and_which_of_them_are_verified(playbook: Playbook) -> None:
    verified = {contact.how.split(", ")[-1]: contact.verified for contact in playbook.contacts}
    limited = {contact.how: contact.triggers for contact in playbook.contacts if contact.triggers}

    assert verified == {
        "support.claude.com": True,
        "support@anthropic.com": False,
        "api-abuse@anthropic.com": False,
        "usersafety@anthropic.com": True,
        "hackerone.com/anthropic-vdp": True,
    }
    assert limited == {
        "hackerone.com/anthropic-vdp": (Trigger.PROMPT_INJECTION, Trigger.UNAUTHORIZED_TOOL_USE),
    }


@pytest.mark.parametrize("trigger", Trigger)
def test_each_trigger_has_its_own_guidance_in_every_step_to_do(playbook: Playbook, trigger: Trigger) -> None:
    assert all(trigger in step.by_trigger for step in playbook.steps[1:])


def test_guidance_fits_a_prompt_and_is_plain_text(playbook: Playbook) -> None:
    for text in texts(playbook):
        assert text.count("\n") <= 2
        assert len(text) <= 400
        assert not re.search(r"[*_`~]\w|<[^ ]|&\w+;|:\w+:", text), text


def test_the_report_to_support_names_everything_but_the_key(playbook: Playbook) -> None:
    report = playbook.step("escalate").copy_text or ""

    assert re.findall(r"{(\w+)}", report) == ["incident", "keys", "trigger", "window", "seen"]
    assert playbook.step("escalate").show_contacts
