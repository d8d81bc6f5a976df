"""The record as Markdown, for people: readable as it is, and in anything that shows Markdown."""

from collections.abc import Iterator, Sequence

from playbooks.entries import Entry
from playbooks.exports.markdown_text import inline, link, quoted, table
from playbooks.exports.report import LESSONS, NOTHING, SCORECARD, TIMELINE, TIMES, Report, Row, StepEvidence, report


def as_markdown(entries: Sequence[Entry]) -> str:
    """The whole record up to the last of `entries`. Raises `ValueError` when they make no incident."""
    parts = _document(report(entries))
    return "\n\n".join(parts) + "\n"


def _document(made: Report) -> Iterator[str]:
    yield f"# {'DRILL · ' if made.drill else ''}{inline(made.title)}"
    yield table(("", ""), [(f"**{label}**", inline(value) or NOTHING) for label, value in made.head])
    yield "## Summary"
    yield from (inline(sentence) for sentence in made.summary)
    yield "## Scorecard"
    yield from _scorecard(made)
    yield "## Evidence"
    for left in made.evidence:
        yield from _evidence(left)
    yield "## Open follow-ups"
    yield _bullets(made.follow_ups) or "None."
    yield "## People and roles"
    yield table(("Who", "Roles"), [(inline(who), inline(roles)) for who, roles in made.people])
    yield "## Timeline"
    yield TIMES
    yield table(TIMELINE, [_row(row) for row in made.timeline])
    yield "## Lessons learned"
    yield from (f"### {heading}\n\n_To be written._" for heading in LESSONS)
    yield "## The chain"
    yield from (inline(sentence) for sentence in made.chain)


def _scorecard(made: Report) -> Iterator[str]:
    yield inline(made.figures)
    if made.practice:
        yield inline(made.practice)
    yield table(SCORECARD, [tuple(map(inline, row)) for row in made.scorecard])


def _evidence(left: StepEvidence) -> Iterator[str]:
    yield f"### {inline(f'{left.mark} · {left.title}')}"
    state = [f"**{left.state}**"]
    if left.by:
        state.append(inline(f"{left.at} by {left.by} · {left.provenance} · entry {left.entry}"))
    yield " · ".join(state)
    if left.corrected:
        yield inline(left.corrected[0].upper() + left.corrected[1:])
    if left.reason:
        yield f"Reason: {inline(left.reason)}"
    if left.answers:
        yield "\n".join(_answer(*answered) for answered in left.answers)


def _answer(question: str, answer: str, is_link: bool) -> str:
    if is_link:
        return f"- {inline(question)}: {link(answer)}"
    if "\n" in answer.strip():
        return f"- {inline(question)}:\n{quoted(answer.strip())}"
    return f"- {inline(question)}: {inline(answer)}"


def _row(row: Row) -> tuple[str, ...]:
    what = inline(row.what)
    if row.happened:
        what += f" (happened {row.happened})"
    if row.source:
        what += f" {link(row.source)}"
    return (str(row.seq), row.when, inline(row.who), what, f"`{row.hash[:8]}`")


def _bullets(items: tuple[str, ...]) -> str:
    return "\n".join(f"- {inline(item)}" for item in items)
