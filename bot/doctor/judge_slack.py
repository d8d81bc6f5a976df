"""What Slack's answers mean for an installation. Pure: nothing is asked here."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot.doctor.findings import Finding, failed, fine, warning
from bot.manifest import BOT_SCOPES
from bot.people import flaw_of
from bot.troubles import why
from playbooks.model import Role
from playbooks.roster import ROLES

SKEW_WARNS_S = 2.0
SKEW_FAILS_S = 30.0
_INSTALL = "paste slack-manifest.yaml under App Manifest and install the app again"
_BEHIND_IT = (
    "Prompts, late marks and Slack's signatures go by this machine's clock: let it be set by NTP "
    "(timedatectl set-ntp true)."
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What became of looking one person up: Slack's user object, or its error word."""

    user: Mapping[str, Any] | None = None
    error: str = ""


def scopes(granted: Collection[str] | None) -> list[Finding]:
    """https://docs.slack.dev/reference/scopes: what the token may do against what the manifest asks for."""
    if granted is None:
        advice = f"Compare OAuth & Permissions with slack-manifest.yaml; if in doubt, {_INSTALL}."
        return [warning("scopes", "Slack did not say what the bot token may do.", advice)]
    missing = [
        failed("scopes", f"{scope} is missing: {what_for}.", f"{_INSTALL[0].upper()}{_INSTALL[1:]}.")
        for scope, what_for in BOT_SCOPES.items()
        if scope not in granted
    ]
    more = sorted(set(granted) - set(BOT_SCOPES))
    surplus = f"The bot token may also do what Quarterdeck never does: {', '.join(more)}."
    advice = f"Least privilege: {_INSTALL}."
    said = [*missing, *([warning("scopes", surplus, advice)] if more else [])]
    return said or [fine("scopes", f"All {len(BOT_SCOPES)} scopes of the manifest, and no other.")]


def clock(skew_s: float, doubt_s: float) -> Finding:
    """`skew_s` seconds is this machine ahead of Slack (or behind, below 0), give or take `doubt_s`."""
    side = "ahead of" if skew_s > 0 else "behind"
    said = f"This machine's clock is {abs(skew_s):.1f} s {side} Slack's."
    certain = abs(skew_s) - doubt_s
    if certain > SKEW_FAILS_S:
        return failed("clock", said, _BEHIND_IT)
    if certain > SKEW_WARNS_S:
        return warning("clock", said, _BEHIND_IT)
    return fine("clock", "This machine's clock and Slack's agree.")


def alerts(wanted: str, channels: Collection[Mapping[str, Any]]) -> Finding:
    """`channels` are all that the bot is in, archived ones too; `wanted` is an id or a name."""
    name = wanted.removeprefix("#")
    found = [one for one in channels if one["id"] == wanted or one.get("name") == name]
    living = [one for one in found if not one.get("is_archived")]
    if not living and found:
        advice = "Unarchive it and invite Quarterdeck again, or name another in QUARTERDECK_ALERTS_CHANNEL."
        return failed("alerts_channel", f"The channel #{found[0]['name']} is archived.", advice)
    if not living:
        advice = "Invite it there (/invite @quarterdeck), or name another channel in QUARTERDECK_ALERTS_CHANNEL."
        return failed("alerts_channel", f"Quarterdeck is not in a channel #{name}.", advice)
    where = f"#{living[0]['name']} ({living[0]['id']})"
    if living[0].get("is_ext_shared"):
        advice = "Announcements would be read there too: name a channel of your own in QUARTERDECK_ALERTS_CHANNEL."
        return warning("alerts_channel", f"{where} is shared with another organisation.", advice)
    return fine("alerts_channel", f"Quarterdeck is in {where}.")


def roster(people: Mapping[Role, tuple[str, ...]], asked: Mapping[str, Asked], team: str) -> list[Finding]:
    """Each person once, then each role. Whoever could not be asked about counts as reachable."""
    if not any(people.values()):
        advice = "Name people on Quarterdeck's Home tab in Slack, or in a file that QUARTERDECK_ROSTER names."
        return [failed("roster", "There is no roster: whoever opens an incident is asked to name people.", advice)]
    wrong = {ref: said for ref, one in asked.items() if (said := _person(ref, one, team))}
    lost = {ref for ref, one in asked.items() if ref in wrong and not _not_asked(one)}
    findings = [*wrong.values()]
    for role in ROLES:
        refs = dict.fromkeys(ref for ref in people.get(role, ()) if ref not in lost)
        findings.append(_role(role, list(dict.fromkeys(_name(asked, ref) for ref in refs))))
    everybody = {_name(asked, ref) for refs in people.values() for ref in refs if ref not in lost}
    if len(everybody) == 1 and all(people.get(role) for role in ROLES):
        alone = f"{everybody.pop()} is in every role: whoever does not answer has nobody to escalate to."
        findings.append(warning("roster", alone, "Works; add a second person as soon as there is one."))
    return findings


def _not_asked(one: Asked) -> bool:
    return one.user is None and one.error not in ("users_not_found", "user_not_found", "user_not_visible")


def _name(asked: Mapping[str, Asked], ref: str) -> str:
    user = (asked[ref].user if ref in asked else None) or {}
    return str(user.get("real_name") or user.get("name") or ref)


def _person(ref: str, one: Asked, team: str) -> Finding | None:
    """What is wrong with a person on the roster."""
    if one.user is None and _not_asked(one):
        return warning("roster", f"{ref} could not be looked up: {why(one.error)}.", "Try again in a minute.")
    if one.user is None:
        return failed("roster", f"Slack knows no active account as {ref}.", "Correct the address or id, or remove it.")
    flaw, who = flaw_of(one.user, team), f"{_name({ref: one}, ref)} ({ref})"
    return failed("roster", f"{who} {flaw}.", "Put a full member of the workspace in their place.") if flaw else None


def _role(role: Role, names: list[str]) -> Finding:
    if not names:
        advice = "Name at least one full member for it in the roster."
        return failed("roster", f"{role.value}: nobody can be reached, so its steps begin at the escalation.", advice)
    if len(names) == 1:
        advice = "Name a second person, who is told when the first does not answer."
        return warning("roster", f"{role.value}: {names[0]}, without a deputy.", advice)
    return fine("roster", f"{role.value}: {names[0]}, then {', '.join(names[1:])}.")
