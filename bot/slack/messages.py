"""What is sent, and the messages about an incident as a whole: announcement, topic, receipt, brief, scorecard."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot import wording_steps as words
from bot.slack import ids
from bot.slack.blocks import FALLBACK, Block, button, header, identified, link_button, section
from bot.slack.text import channel, clock, escape, said, shorten
from playbooks.incident import Incident, StepState
from playbooks.ladder import running
from playbooks.scorecard import Line, Scorecard, minute_mark, scorecard, short

TOPIC = 250


@dataclass(frozen=True)
class Message:
    """`text` is what notifications and screen readers give, complete enough to act on."""

    text: str
    blocks: list[Block]


@dataclass(frozen=True)
class Topic:
    """A channel's topic, at most 250 long."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Context:
    """What is known about this sending, beside the incident.

    `delivery_id` ends up in the first block's `block_id`. `posted`: the message is there already and is updated.
    `late_s` (real seconds) and `late_why` are of a first posting; later versions know them from the record.
    `links` may hold the addresses of `board`, `announcement` and `channel`.
    """

    now: datetime
    delivery_id: str
    posted: bool = False
    late_s: float = 0.0
    late_why: str | None = None
    links: Mapping[str, str] = field(default_factory=dict)
    maybe_repeat: bool = False


def message(lines: list[str], blocks: list[Block], context: Context) -> Message:
    """`lines` are mrkdwn and say in short what the blocks say."""
    text = shorten("\n".join(line for line in lines if line), FALLBACK)
    return Message(text=text, blocks=identified(blocks, context.delivery_id))


def told(first: str, body: list[str], context: Context, *more: Block) -> Message:
    """A message of one heading (not escaped) and a few lines."""
    lines = [line for line in body if line]
    return message([escape(first), *lines], [header(first), section("\n".join(lines)), *more], context)


def home_of(incident: Incident) -> str:
    """Where the incident is worked on, as a link."""
    if incident.home.channel:
        return channel(incident.home.channel, incident.home.name)
    return "the thread under its announcement" if incident.home.thread else ""


def announcement(incident: Incident, context: Context) -> Message:
    """No free text and no evidence: everybody in the alerts channel reads it."""
    title = f"{words.title_of(incident)} · {words.state_of(incident)}"
    opened = f"Opened {clock(incident.t0)} by {words.name_of(incident, incident.detector)}"
    where = "worked on in this thread" if incident.home.thread else home_of(incident)
    line = " · ".join(part for part in (opened, words.leads(incident), where) if part)
    url = context.links.get("channel")
    accessory = link_button("Open channel", ids.LINK, url) if url else None
    return message([escape(title), line], [header(title), section(line, accessory)], context)


def topic(incident: Incident, _: Context) -> Topic | None:
    """None where there is no channel whose topic it could be. Topics know no tokens, so the time is UTC."""
    if not incident.home.channel:
        return None
    parts = (words.title_of(incident), words.state_of(incident), f"T0 {incident.t0:%H:%M} UTC", words.leads(incident))
    return Topic(text=shorten(" · ".join(parts), TOPIC))


def receipt(incident: Incident, context: Context) -> Message:
    """For the detector: it is open, and nothing more is needed."""
    drill = f"{words.DRILL} · " if incident.drill else ""
    line = f"{drill}{incident.label} is open, nothing more for you to do"
    where = home_of(incident)
    follow = f"It is worked on in {where}." if where else "Its channel is being made; the link follows here."
    lines = [follow, unnamed(incident)]
    return message([line, *lines], [section(f"*{line}*"), section("\n".join(filter(None, lines)))], context)


def unnamed(incident: Incident) -> str:
    """Asks for people where a role has nobody."""
    roles = dict.fromkeys(incident.plan(step.key).role for step in incident.steps if step.owner is None)
    if not roles:
        return ""
    missing = ", ".join(role.value.replace("_", " ") for role in roles)
    return f"Nobody is named for: {missing}. Name them: `/incident {incident.label} assign {next(iter(roles))} @person`"


def brief(incident: Incident, key: str, context: Context) -> Message | None:
    """For an owner: what will be theirs, and when. No buttons: they come with the prompt."""
    user = key.split(":dm:")[1]
    own = [step for step in incident.steps if step.owner == user and not step.status.ended]
    if not own and not context.posted:
        return None
    title = f"Your steps · {incident.label}{' · DRILL' if incident.drill else ''}"
    where = home_of(incident)
    lines = [escape(incident.trigger.label) + (f", worked on in {where}" if where else "")]
    lines += [_own_step(incident, step) for step in own] or ["Nothing is asked of you any more."]
    lines += ["You are told when a step is due. Any step may be done earlier, from the board."] if own else []
    lines += [words.DRILL_RULE] if incident.drill else []
    return told(title, lines, context)


def _own_step(incident: Incident, step: StepState) -> str:
    plan = incident.plan(step.key)
    return f"• you own {plan.mark} · *{said(plan.title, 100)}*, due at {clock(step.due_at)}"


def joined(incident: Incident, context: Context) -> Message:
    drill = f"{words.DRILL} · " if incident.drill else ""
    line = f"{drill}Joined {incident.label}"
    where = home_of(incident)
    body = (
        f"It is open for the same matter{f', worked on in {where}' if where else ''}. Your report is in its timeline."
    )
    return message([line, body], [section(f"*{line}*\n{body}")], context)


def closing(incident: Incident, key: str, context: Context) -> Message | None:
    """The scorecard. None when the incident was opened again before it could be posted."""
    current = key == f"scorecard:{incident.times_closed}" and not incident.is_open
    if not current and not context.posted:
        return None
    card = scorecard(incident)
    first, *why = _closing_title(incident)
    chain = f"{_chain(incident)} · `/incident {incident.label} export md`"
    lines = [*why, *_figures(incident, card), *(_verdict(line) for line in card.judged), chain]
    return message([first, *lines], [section("\n".join([f"*{first}*", *lines]))], context)


def _chain(incident: Incident) -> str:
    """What was there when it was closed: the export taken then shows the same."""
    return f"{incident.closed_seq} entries, chain ends {short(incident.closed_head)}"


def _closing_title(incident: Incident) -> list[str]:
    """Who closed it and when; why, where words of people may stand."""
    drill = f"{words.DRILL} · " if incident.drill else ""
    if incident.closed_at is None:
        return [f"{drill}{incident.label} was opened again"]
    stood = incident.closed_at - incident.t0 - incident.paused
    minute = minute_mark(stood.total_seconds() / 60 * incident.speed)
    how = "closed" if incident.status.value == "closed" else "called off as a false alarm"
    by = f"by {words.name_of(incident, incident.closed_by)} at {words.moment_near(incident, incident.closed_at)}"
    why = said(incident.close_reason or "", 500)
    return [f"{drill}{incident.label} {how} {by}, {minute}", *([why] if why and not incident.home.thread else [])]


def _figures(incident: Incident, card: Scorecard) -> Iterator[str]:
    yield escape(" · ".join(card.figures))
    if incident.drill:
        yield "A drill: left out of the figures."
    for owed in card.to_come:
        yield f"Still to come: {escape(owed.what)} ({words.name_of(incident, owed.who)})"


def _verdict(line: Line) -> str:
    actual = f", done at {line.actual_mark}" if line.actual_mark else ""
    return f"{line.mark} {said(line.title, 60)}: {escape(line.said)}{actual}"


def reopened(incident: Incident, _: str, context: Context) -> Message:
    """Whoever read that it was over must read that it goes on."""
    drill = f"{words.DRILL} · " if incident.drill else ""
    first = f"{drill}{incident.label} was opened again, {words.leads(incident)}"
    line = "The clock goes on where it stood. The board shows what is left."
    return message([first, line], [section(f"*{first}*\n{line}")], context)


def missed(incident: Incident, key: str, context: Context) -> Message | None:
    """One summary of what came due more than a day before Quarterdeck was back, and was not prompted since."""
    late = [step for step in incident.steps if running(step) and step.level is None]
    if not late and not context.posted:
        return None
    alerts = key.endswith(":alerts")
    drill = " · DRILL" if incident.drill else ""
    title = f"Missed · {incident.label}{drill}"
    why = "These steps came due more than 24 hours ago, while Quarterdeck was not running:"
    rows = [_missed_step(incident, step, alerts=alerts) for step in late] or [section("All of them are done by now.")]
    rule = words.DRILL_RULE if incident.drill else ""
    blocks = [header(title), section("\n".join(filter(None, (why, rule)))), *rows]
    return message([title, why, *(row["text"]["text"] for row in rows)], blocks, context)


def _missed_step(incident: Incident, step: StepState, *, alerts: bool) -> Block:
    due = f"{words.name_of(incident, step.owner)}, due {words.moment_near(incident, step.due_at)}"
    row = f"{escape(words.head(incident, step.key))}\n{due}"
    carried = ids.value(incident.number, step.key)
    return section(row, None if alerts else button("Complete", ids.STEP_COMPLETE, carried))
