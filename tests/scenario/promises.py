"""What must hold when a seed has been played: record, people's memory and the workspace's own ledger agree."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from playbooks.entries import SYSTEM, Entry, Kind
from playbooks.fold import fold
from playbooks.incident import Incident
from playbooks.verify import verify_entries
from storage.rows import SurfaceRow, SurfaceState
from tests.scenario.hands import Deed
from tests.scenario.listed import listed
from tests.scenario.met import invited, met
from tests.scenario.owing import owed
from tests.scenario.prompted import unprompted
from tests.scenario.seen import captured, shown
from tests.scenario.told import Posted, Told, posts_of

if TYPE_CHECKING:
    from tests.scenario.chaos import Chaos
    from tests.scenario.crowd import Crowd

REPEAT = "may be a repeat"
BLIND_S = 30.0
LATE_S = 30.0
SENDING_S = 15.0  # a call may hang that long before it is given up, while the clock goes on
FIRST_SHOWN = {Kind.PROMPTED, Kind.NUDGED, Kind.ESCALATED, Kind.REMINDED, Kind.ASKED, Kind.ANNOUNCED}
_PEOPLES = {
    *(Kind.COMPLETED, Kind.SUBMITTED, Kind.ANSWERED, Kind.WAIVED, Kind.SKIPPED, Kind.CORRECTED, Kind.HANDED_OVER),
    *(Kind.MORE_TIME, Kind.JOINED, Kind.OPENED, Kind.CLOSED, Kind.FALSE_ALARM, Kind.REOPENED, Kind.NOTE),
}
READS = ("conversations.history", "conversations.replies")


async def broken(chaos: "Chaos", crowd: "Crowd") -> list[str]:
    """Each promise that was not kept, as a sentence; empty when all were."""
    incidents = await chaos.incidents()
    told = Told(
        posts=list(posts_of(chaos.workspace.ledger.calls("chat.postMessage"))),
        reads=[line for line in chaos.workspace.ledger.calls() if line.name in READS],
        rows=await chaos.surfaces(),
        incidents=incidents,
        entries={i.number: await chaos.entries(i.number) for i in incidents},
        deeds=crowd.hands.deeds,
        declined=crowd.hands.declined,
        away=chaos.away(),
        until=chaos.clock.seconds(),
    )
    found = [f"a job was never done: {job.number} {job.key}" for job in await chaos.waiting_jobs()]
    of_record = (verified, remembered, by_somebody, once, recorded, in_order, not_too_early, late_with_a_word)
    for check in (*of_record, prompted, owed, met, sent):
        found += [f"{check.__name__}: {sentence}" for sentence in check(told)]
    found += [f"shown: {sentence}" for sentence in shown(chaos, told.rows, incidents)]
    found += [f"listed: {sentence}" for sentence in listed(chaos, told.rows, incidents)]
    found += [f"invited: {sentence}" for sentence in invited(chaos, told)]
    return found + [f"captured: {sentence}" for sentence in captured(chaos, incidents)]


def verified(told: Told) -> Iterator[str]:
    """The chain is whole and the state is its fold."""
    for incident in told.incidents:
        entries = told.entries[incident.number]
        verdict = verify_entries(entries, seq=incident.seq, head=incident.head, state=incident)
        if not verdict.ok:
            yield verdict.sentence
        if fold(entries) != incident:
            yield f"{incident.label} is not the fold of its entries"


def remembered(told: Told) -> Iterator[str]:
    """What was acknowledged is there once; what was not, once at most; and nothing is there that nobody did."""
    for deed in dict.fromkeys(told.deeds):
        there = [e for e in told.entries.get(deed.number, []) if _is(e, deed)]
        alike = [other for other in told.deeds if (other.kinds, other.number) == (deed.kinds, deed.number)]
        alike = [one for one in alike if _what(one) == _what(deed)]
        least, most = sum(one.heard for one in alike), sum(one.tries for one in alike)
        if not least <= len(there) <= most:
            yield f"{deed} is recorded {len(there)} times"
    opened = Counter(deed.number for deed in told.deeds if deed.kinds == ("opened",))
    if sorted(opened) != sorted(incident.number for incident in told.incidents):
        yield f"incidents {[i.label for i in told.incidents]}, opened by people: {dict(opened)}"


def _what(deed: Deed) -> tuple[str | None, ...]:
    return deed.actor, deed.step, deed.text, deed.ticket


def by_somebody(told: Told) -> Iterator[str]:
    """Whatever the record says of a person was done by that person, and nobody was told that it was not done."""
    for number, entries in told.entries.items():
        deeds = [deed for deed in told.deeds if deed.number == number]
        for e in entries:
            if e.kind in _PEOPLES and e.actor.id != SYSTEM and not any(_is(e, deed) for deed in deeds):
                yield f"{number} {e.kind.value} {e.step} {e.text!r} by {e.actor.id}: nobody did that"


def _is(entry: Entry, deed: Deed) -> bool:
    about = entry.kind in deed.kinds and entry.actor.id == deed.actor and deed.step in (None, entry.step)
    ticket = (entry.data.get("answers") or {}).get("ticket_id")
    return about and deed.text in ("", entry.text) and deed.ticket in ("", ticket)


def once(told: Told) -> Iterator[str]:
    """Each thing was posted once; twice only in the dark, and a prompt says so then."""
    kinds = {row.delivery_id: row for row in told.rows}
    posts = defaultdict(list)
    for post in told.posts:
        posts[post.id].append(post)
    for delivery, copies in posts.items():
        row = kinds.get(delivery)
        if row is None:
            yield f"posted and not known: {copies[0].text[:60]!r}"
            continue
        for earlier, later in pairwise(copies):
            if not _in_the_dark(told, earlier, later):
                yield f"{row.number} {row.key} was posted again at {later.ts} although it could be looked for"
            if row.kind == "prompt" and REPEAT not in later.text:
                yield f"{row.number} {row.key} was posted again without a word"
    heads = Counter((post.channel, post.text.split("\n")[0]) for post in told.posts if post.text.startswith("INC-"))
    marked = {(post.channel, post.text.split("\n")[0]) for post in told.posts if REPEAT in post.text}
    for head, count in heads.items():
        if count > 1 and " · T+" in head[1] and head not in marked:
            yield f"{head} was posted {count} times"


def _in_the_dark(told: Told, earlier: Posted, later: Posted) -> bool:
    """Nobody could read the place between the two, for half a minute at least."""
    looks = [
        r for r in told.reads if r.facts["channel"] == earlier.channel and earlier.at <= r.started_at <= later.began
    ]
    looks = [r for r in looks if r.facts["args"].get("include_all_metadata")]
    failed = [r for r in looks if r.facts["outcome"] != "ok"]
    return bool(failed) and later.began - failed[0].started_at >= BLIND_S


def recorded(told: Told) -> Iterator[str]:
    """A first showing is one entry, about a message that is there; and every message of a step has its entry."""
    there = {post.link_end: post for post in told.posts}
    noted = set()
    for number, entries in told.entries.items():
        first = [e for e in entries if e.kind in FIRST_SHOWN]
        for surface, count in Counter(e.data["surface"] for e in first).items():
            if count != 1:
                yield f"{number} {surface} is recorded as posted {count} times"
        for e in first:
            end = "/archives/" + e.source.split("/archives/")[-1]
            noted.add(end)
            if end not in there:
                yield f"{number} {e.data['surface']} is recorded as {e.source} and is not there"
    ids = {row.delivery_id for row in told.rows if row.kind in ("prompt", "nudge", "escalation", "reminder", "ask")}
    last = {post.id: post for post in told.posts if post.id in ids}
    for post in last.values():
        if not any(other.link_end in noted for other in told.posts if other.id == post.id):
            yield f"{post.text[:50]!r} was posted and is not recorded"


def _first_posts(told: Told, number: int) -> dict[str, Posted]:
    """Surface key → its first message."""
    keys = {row.delivery_id: row.key for row in told.rows if row.number == number}
    found: dict[str, Posted] = {}
    for post in told.posts:
        if post.id in keys:
            found.setdefault(keys[post.id], post)
    return found


_WANTING = {Kind.DUE, Kind.UNANSWERED, Kind.TAKEN_OVER, Kind.HANDED_OVER, Kind.ASSIGNED}


def in_order(told: Told) -> Iterator[str]:
    """The first posts of one step in one place come in the order in which they were wanted."""
    for incident in told.incidents:
        posts = _first_posts(told, incident.number)
        places = defaultdict(list)
        for e in told.entries[incident.number]:
            for key in e.data.get("keys", ()) if e.kind in _WANTING else ():
                if key in posts and posts[key] not in places[e.step, posts[key].channel]:
                    places[e.step, posts[key].channel].append(posts[key])
        for (step, channel), sent in places.items():
            if [p.ts for p in sent] != sorted(p.ts for p in sent):
                yield f"{incident.label} {step} in {channel}: {[(p.ts, p.text[:40]) for p in sent]}"


def not_too_early(told: Told) -> Iterator[str]:
    """No level fires sooner than `within` after the level before was really sent."""
    for incident in told.incidents:
        posts = _first_posts(told, incident.number)
        before: dict[str, list[str]] = {}
        for e in told.entries[incident.number]:
            if e.kind not in _WANTING or e.step is None or not e.data.get("keys"):
                continue
            if e.kind is Kind.UNANSWERED:
                yield from _too_early(incident, e, [posts[key] for key in before.get(e.step, ()) if key in posts])
            before[e.step] = e.data["keys"]


def _too_early(incident: Incident, fired: Entry, sent: list[Posted]) -> Iterator[str]:
    reminding = fired.data["level"].startswith("reminder")
    within = incident.playbook.remind_every if reminding else incident.plan(fired.on_step).within
    wait = incident.span(within).total_seconds()
    if sent and fired.at.timestamp() < min(p.at for p in sent) + wait - 0.01:
        yield f"{incident.label} {fired.step}: {fired.data['level']} at {fired.at}, the level before at {sent[0].ts}"


def late_with_a_word(told: Told) -> Iterator[str]:
    """A prompt that went out late says so, reckoned from T0 and the plan."""
    for incident in told.incidents:
        posts, entries = _first_posts(told, incident.number), told.entries[incident.number]
        for e in entries:
            if e.kind is not Kind.DUE:
                continue
            for key in e.data["keys"]:
                if key not in posts or not key.startswith("prompt:"):
                    continue
                before = [one for one in entries if one.at.timestamp() <= posts[key].began]
                due = incident.t0 + incident.span(incident.plan(e.on_step).at) + _stood_still(before)
                late = posts[key].began - due.timestamp()
                if late > LATE_S + SENDING_S and " late: " not in posts[key].text:
                    yield f"{incident.label} {key} went out {late:.0f} s late without a word"
                if late < 0:
                    yield f"{incident.label} {key} went out {-late:.0f} s early"


def prompted(told: Told) -> Iterator[str]:
    """Whatever was due while open and undone, for longer than anything can take, was prompted in the workspace."""
    for incident in told.incidents:
        sent = {key: post.began for key, post in _first_posts(told, incident.number).items()}
        yield from unprompted(incident, told.entries[incident.number], sent, told.away, told.until)


def _stood_still(entries: list[Entry]) -> timedelta:
    """How long the incident was closed: the clock goes on where it stood."""
    closed, still = None, timedelta()
    for e in entries:
        if e.kind in (Kind.CLOSED, Kind.FALSE_ALARM):
            closed = e.at
        elif e.kind is Kind.REOPENED and closed:
            still += e.at - closed
    return still


def is_behind(row: SurfaceRow) -> bool:
    """Something newer is to be shown than what is there."""
    return row.state is SurfaceState.LIVE and row.wanted > row.shown


def sent(told: Told) -> Iterator[str]:
    """Nothing is left to be sent, and nothing was given up."""
    for row in told.rows:
        if is_behind(row):
            yield f"{row.number} {row.key} was never brought up to date: {row.wanted}, {row.shown}, {row.not_before}"
        if row.state is SurfaceState.FAILED:
            yield f"{row.number} {row.key} was given up"
