"""The record as one HTML file: no script, nothing from elsewhere, and a policy that forbids both to the browser.

Content-Security-Policy in a meta tag: https://www.w3.org/TR/CSP3/#meta-element. Every text goes through `_text`.
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from playbooks.entries import Entry
from playbooks.exports.html_style import POLICY, STYLE
from playbooks.exports.picture import picture
from playbooks.exports.report import LESSONS, NOTHING, SCORECARD, TIMELINE, TIMES, Report, Row, StepEvidence, report
from playbooks.exports.visible import is_web, visible
from playbooks.fold import fold


def as_html(entries: Sequence[Entry]) -> str:
    """The whole record up to the last of `entries`. Raises `ValueError` when they make no incident."""
    made = report(entries)
    title = f"{'DRILL · ' if made.drill else ''}{made.title}"
    return "\n".join([*_head(title), *_body(made, picture(fold(entries))), "</main>", "</body>", "</html>", ""])


def _head(title: str) -> Iterator[str]:
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">'
    yield f"<title>{_text(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>"


def _body(made: Report, drawn: str) -> Iterator[str]:
    drill = '<span class="drill">DRILL</span> ' if made.drill else ""
    yield f"<h1>{drill}{_text(made.title)}</h1>"
    yield _table(None, (f'<th scope="row">{_text(label)}</th>{_cell(value or NOTHING)}' for label, value in made.head))
    yield "<h2>Summary</h2>"
    yield from map(_paragraph, made.summary)
    yield "<h2>Scorecard</h2>"
    yield from map(_paragraph, (made.figures, *([made.practice] if made.practice else [])))
    yield f'<figure class="wide">\n{drawn}</figure>'
    yield _table(SCORECARD, map(_judged, made.scorecard))
    yield "<h2>Evidence</h2>"
    for left in made.evidence:
        yield from _evidence(left)
    yield "<h2>Open follow-ups</h2>"
    yield _bullets(made.follow_ups) if made.follow_ups else "<p>None.</p>"
    yield "<h2>People and roles</h2>"
    yield _table(("Who", "Roles"), ("".join(map(_cell, row)) for row in made.people))
    yield f"<h2>Timeline</h2>\n<p>{TIMES}</p>"
    yield _table(TIMELINE, map(_row, made.timeline))
    yield "<h2>Lessons learned</h2>"
    yield from (f'<h3>{heading}</h3>\n<div class="blank"></div>' for heading in LESSONS)
    yield "<h2>The chain</h2>"
    yield from map(_paragraph, made.chain)


def _judged(row: tuple[str, ...]) -> str:
    mark, title, *rest = row
    return "".join([f"<td>{_text(mark)}</td>", _cell(title), *(f"<td>{_text(said)}</td>" for said in rest)])


def _evidence(left: StepEvidence) -> Iterator[str]:
    yield f"<h3>{_text(f'{left.mark} · {left.title}')}</h3>"
    by = f" · {_text(f'{left.at} by {left.by} · {left.provenance} · entry {left.entry}')}" if left.by else ""
    yield f'<p><strong>{_text(left.state)}</strong><span class="muted">{by}</span></p>'
    if left.corrected:
        yield _paragraph(left.corrected[0].upper() + left.corrected[1:])
    if left.reason:
        yield _paragraph(f"Reason: {left.reason}")
    if left.answers:
        yield "\n".join(["<dl>", *(_answer(*answered) for answered in left.answers), "</dl>"])


def _answer(question: str, answer: str, is_link: bool) -> str:
    said = _link(answer) if is_link else _text(answer.strip())
    return f'<dt>{_text(question)}</dt>\n<dd class="text">{said}</dd>'


def _row(row: Row) -> str:
    what = _text(row.what)
    if row.happened:
        what += f' <span class="muted">(happened {row.happened})</span>'
    if row.source:
        what += f" {_link(row.source)}"
    return (
        f'<td>{row.seq}</td><td class="when">{row.when}</td>{_cell(row.who)}'
        f'<td class="what text">{what}</td><td><code title="{row.hash}">{row.hash[:8]}</code></td>'
    )


def _table(head: tuple[str, ...] | None, rows: Iterable[str]) -> str:
    titles = "".join(f'<th scope="col">{_text(title)}</th>' for title in head or ())
    lines = [f"<thead>\n<tr>{titles}</tr>\n</thead>"] if head else []
    body = (f"<tr>{row}</tr>" for row in rows)
    return "\n".join(['<div class="wide">', "<table>", *lines, "<tbody>", *body, "</tbody>", "</table>", "</div>"])


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(["<ul>", *(f'<li class="text">{_text(item)}</li>' for item in items), "</ul>"])


def _paragraph(said: str) -> str:
    return f'<p class="text">{_text(said)}</p>'


def _cell(said: str) -> str:
    return f'<td class="text">{_text(said)}</td>'


def _link(url: str) -> str:
    """A link that shows itself, or plain text when it is none of the web."""
    if not is_web(url):
        return _text(url)
    shown = _text(url)
    return f'<a href="{shown}" rel="noopener noreferrer">{shown}</a>'


def _text(said: str) -> str:
    """Other people's text between tags or inside quotes: it shows as it was written and does nothing else."""
    return escape(visible("\n".join(said.splitlines())), quote=True)
