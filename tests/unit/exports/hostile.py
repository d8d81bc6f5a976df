"""Texts that try to break whatever shows them, and a story in which every place that takes a text holds one."""

from playbooks.entries import Actor
from playbooks.model import Role
from tests.unit.stories import ANSWERS, ROSTER, SID, Story, key_leak

HOSTILE = (
    "word " * 4000 + "w" * 20_000,
    "<!channel> <@U0SAM> <script>alert(1)</script> <img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x=\'y\' `z` &amp; &#60;',
    '=HYPERLINK("http://e.example","x")\n+1\n@SUM(A1)\n-1;=1',
    "]]> --> </svg></style></title></script><!-- <![CDATA[",
    "".join(map(chr, range(1, 32))) + "\x7f\x85\ufffe\uffff",
    "a\u202eb\u2066c\u2069\u200fd",
    "\u0301\u0302 lone \u20dd marks \U0001f6a8 \U0001f468\u200d\U0001f469 你好 שלום مرحبا",
    '#set text(red)\n#read("/etc/passwd") $x$ *b* _i_ `c` @ref <label> \\ // /* [x]',
    'javascript:alert(1) https://e.example/"><script>alert(1)</script>',
)


def hostile_story(text: str) -> Story:
    """Closed; the text was given as report, title, name, note, answer, reason and source."""
    steps = tuple(step.model_copy(update={"title": text[:100]}) for step in key_leak().steps)
    nasty = Actor(id="U0DEVI", name=text[:80])
    story = Story(playbook=key_leak().model_copy(update={"steps": steps}), roster={**ROSTER, Role.DEV_LEAD: (nasty,)})
    story.open(text, keys=(text[:200],), source=text).until(4)
    story.note(text, source=text)
    story.complete("escalate")
    story.complete("revoke", by=nasty)
    story.complete(
        "logs", {**ANSWERS["logs"], **_window(story), "who_called_what": text[:3000], "extract": _link(text)}
    )
    story.skip("notify", text, by=SID)
    story.until(30).complete("rotate")
    story.close(text)
    return story


def _window(story: Story) -> dict[str, object]:
    return {"window_from": story.incident.t0, "window_to": story.now}


def _link(text: str) -> str:
    """As nasty as the form lets a link be."""
    return "https://e.example/" + "".join(char for char in text if char.isprintable() and char not in " <>")[:2900]
