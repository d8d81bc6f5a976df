"""What stands below the buttons of a prompt, so that these need no scrolling: contacts, and the report to copy."""

import re
from datetime import timedelta

from bot import wording_steps as words
from bot.slack.blocks import SECTION, Block, section
from bot.slack.text import escape, said, shorten
from playbooks.incident import Incident
from playbooks.model import Contact, Step

UNVERIFIED = "confirm with your account team"


def aids(incident: Incident, plan: Step, *, public: bool) -> list[Block]:
    """Whom to write to, and the report to copy."""
    blocks = []
    contacts = [contact for contact in incident.playbook.contacts if _fits(contact, incident)]
    if plan.show_contacts and contacts:
        blocks.append(section("*Contacts*\n" + "\n".join(_contact(contact) for contact in contacts)))
    if plan.copy_text and not public:
        text = shorten(report(incident, plan.copy_text), SECTION - 100)
        blocks.append(section(f"*Report to copy*\n```\n{text}\n```"))
    return blocks


def _fits(contact: Contact, incident: Incident) -> bool:
    return not contact.triggers or incident.trigger in contact.triggers


def _contact(contact: Contact) -> str:
    sure = "" if contact.verified else f" ({UNVERIFIED})"
    return f"• {said(contact.name, 150)}: {said(contact.how, 150)}{sure}"


def report(incident: Incident, text: str) -> str:
    """`text` with its placeholders filled in, in one pass, so that people's words fill in nothing. Never a key."""
    begin = incident.t0 - timedelta(hours=24)
    filled = {
        "incident": incident.label,
        "keys": words.keys_of(incident, 300) or "not known yet",
        "trigger": escape(incident.trigger.label),
        "window": f"{begin:%Y-%m-%d %H:%M} to {incident.t0:%Y-%m-%d %H:%M}",
        "seen": said(incident.text, 500),
    }
    escaped = said(text, 2000, lines=True)
    return re.sub(r"\{(\w+)\}", lambda found: filled.get(found[1], found[0]), escaped)
