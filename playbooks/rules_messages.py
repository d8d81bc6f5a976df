"""Messages in Slack that become part of the record: pinned into it, or the ones it was opened from.

What was captured stays, with its hash. An edit, a deletion or a removed pin is an entry that names the older one.
"""

from dataclasses import asdict
from typing import Any

from playbooks import commands as c
from playbooks.access import Act
from playbooks.draft import Draft
from playbooks.entries import Kind
from playbooks.incident import Captured, digest_of


def origin(message: c.Origin | None) -> dict[str, Any]:
    """What an opening or joining entry says of the message it came from."""
    return {"origin": asdict(message)} if message else {}


def pin(draft: Draft, command: c.Pin) -> None:
    known = draft.incident.captured_at(command.channel, command.ts)
    if known and command.by.id in known.pinned_by:
        return
    if draft.objects(Act.NOTE, member=command.member):
        return
    if known and known.pinned_by:
        draft.add(Kind.PINNED_TOO, **_where(command), of=known.seq)
        return
    facts: dict[str, Any] = {
        **_where(command),
        "thread_ts": command.thread_ts,
        "author": command.author.id,
        "author_name": command.author.name,
        "sha256": digest_of(command.text),
    }
    draft.add(Kind.PINNED, text=command.text, occurred_at=min(command.posted_at, command.at), **facts)


def unpin(draft: Draft, command: c.Unpin) -> None:
    known = draft.incident.captured_at(command.channel, command.ts)
    if known and command.by.id in known.pinned_by:
        draft.add(Kind.UNPINNED, **_where(command), corrects=known.seq, left=len(known.pinned_by) - 1)


def edited(draft: Draft, command: c.MessageEdited) -> None:
    known, digest = _followed(draft, command), digest_of(command.text)
    if known and known.edited_at and command.edited_at < known.edited_at:
        return  # an older edit that arrives late
    if known and known.sha256 != digest:
        facts = {**_where(command), "corrects": known.seq, "sha256": digest}
        draft.add(Kind.MESSAGE_EDITED, text=command.text, occurred_at=min(command.edited_at, command.at), **facts)


def deleted(draft: Draft, command: c.MessageDeleted) -> None:
    if known := _followed(draft, command):
        draft.add(Kind.MESSAGE_DELETED, **_where(command), corrects=known.seq)


def _followed(draft: Draft, command: c.OnMessage) -> Captured | None:
    known = draft.incident.captured_at(command.channel, command.ts)
    return known if known and known.followed else None


def _where(command: c.OnMessage) -> dict[str, Any]:
    return {"channel": command.channel, "ts": command.ts}
