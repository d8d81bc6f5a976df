"""How the HTML export looks: by day, by night, on paper. Its hash stands in the page's own security policy."""

from base64 import b64encode
from hashlib import sha256

_NIGHT = """
:root { color-scheme: dark; --paper: #14181d; --ink: #e6e9ed; --muted: #a3adb8; --line: #3a424c; --soft: #1d232a;
  --blue: #58a6ff; --blue-soft: #12304f; --green: #4cc267; --red: #ff8a80; --violet: #c4a5ff; --link: #79b8ff; }
"""
STYLE = f"""
:root {{ color-scheme: light; --paper: #ffffff; --ink: #1f2328; --muted: #57606a; --line: #d0d7de; --soft: #f6f8fa;
  --blue: #0969da; --blue-soft: #ddf4ff; --green: #1a7f37; --red: #b3261e; --violet: #6639ba; --link: #0550ae; }}
@media screen and (prefers-color-scheme: dark) {{{_NIGHT}}}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, 'DejaVu Sans', sans-serif; }}
main {{ max-width: 70rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }}
h1 {{ font-size: 1.75rem; line-height: 1.25; margin: 0 0 1rem; }}
h2 {{ font-size: 1.25rem; margin: 2.5rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--line); }}
h3 {{ font-size: 1rem; margin: 1.5rem 0 .25rem; }}
p {{ margin: .5rem 0; }}
a {{ color: var(--link); }}
.drill {{ display: inline-block; border: 2px dashed var(--ink); border-radius: 6px; padding: 0 .5rem; }}
.text {{ white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; }}
.muted {{ color: var(--muted); }}
.wide {{ overflow-x: auto; }}
table {{ border-collapse: collapse; width: 100%; font-size: .9375rem; }}
th, td {{ text-align: left; vertical-align: top; padding: .375rem .75rem .375rem 0; }}
tr {{ border-bottom: 1px solid var(--line); }}
td.text {{ min-width: 7rem; }}
thead th {{ color: var(--muted); font-weight: 600; }}
tbody th {{ font-weight: 600; white-space: nowrap; }}
.when, code {{ white-space: nowrap; font-variant-numeric: tabular-nums; }}
td.what {{ min-width: 18rem; }}
code {{ font-family: ui-monospace, 'DejaVu Sans Mono', monospace; font-size: .875em; }}
dl {{ margin: .5rem 0; }}
dt {{ color: var(--muted); font-size: .875rem; margin-top: .5rem; }}
dd {{ margin: 0 0 0 1rem; }}
.blank {{ height: 4rem; border: 1px dashed var(--line); border-radius: 6px; }}
figure {{ margin: 1rem 0; }}
svg.picture {{ display: block; width: 100%; min-width: 40rem; height: auto; }}
.picture .paper {{ fill: var(--paper); }}
.picture .ink {{ fill: var(--ink); }}
.picture .muted {{ fill: var(--muted); }}
.picture .late {{ fill: var(--red); }}
.picture .lane {{ fill: var(--soft); }}
.picture .grid {{ stroke: var(--line); }}
.picture .frame, .picture .shape-muted {{ stroke: var(--muted); }}
.picture .window {{ fill: var(--blue-soft); stroke: var(--blue); }}
.picture .plan {{ stroke: var(--blue); }}
.picture .prompt {{ fill: var(--paper); stroke: var(--violet); }}
.picture .done {{ fill: var(--green); }}
.picture .delay {{ stroke: var(--red); }}
.picture .shape-late {{ fill: var(--red); }}
.picture .open {{ fill: var(--paper); stroke: var(--muted); }}
@media print {{
  @page {{ margin: 15mm; }}
  :root {{ font-size: 9.5pt; }}
  main {{ max-width: none; padding: 0; }}
  h2, h3 {{ break-after: avoid; }}
  tr, figure, .blank {{ break-inside: avoid; }}
  .wide {{ overflow: visible; }}
  svg.picture, td.what {{ min-width: 0; }}
  td.when {{ white-space: normal; min-width: 7rem; }}
  .picture, .blank {{ print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
}}
"""
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'"
)
