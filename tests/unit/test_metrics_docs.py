"""docs/reference/metrics.md and the Grafana dashboard say what `/metrics` has, and nothing else."""

import json
import re
from pathlib import Path
from typing import Any

from prometheus_client.metrics import MetricWrapperBase

from bot.metrics import Metrics, Sent

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "reference" / "metrics.md").read_text()
DASHBOARD: dict[str, Any] = json.loads((DOCS / "grafana-dashboard.json").read_text())
OURS = [one for one in vars(Metrics()).values() if isinstance(one, MetricWrapperBase)]
TARGETS = [target for panel in DASHBOARD["panels"] for target in panel["targets"]]


def exposed(metric: MetricWrapperBase) -> str:
    return f"{metric._name}_total" if metric._type == "counter" else metric._name


def names_in_queries() -> set[str]:
    return {name for target in TARGETS for name in re.findall(r"\bquarterdeck_\w+", target["expr"])}


def test_every_metric_is_documented_with_type_and_labels_and_nothing_else() -> None:
    rows = re.findall(r"^\| `(quarterdeck_\w+)` \| (\w+) \| ([^|]+) \|", PAGE, re.MULTILINE)
    documented = {name: (kind, tuple(re.findall(r"`(\w+)`:", labels))) for name, kind, labels in rows}

    assert documented == {exposed(one): (one._type, one._labelnames) for one in OURS}


def test_every_outcome_of_a_send_is_documented() -> None:
    [row] = re.findall(r"^\| `quarterdeck_sends_total` .*$", PAGE, re.MULTILINE)

    assert ", ".join(Sent) in row


def test_the_dashboard_asks_for_what_is_there_and_shows_all_of_it() -> None:
    there = {exposed(one) + ("_bucket" if one._type == "histogram" else "") for one in OURS}

    assert names_in_queries() == there


def test_the_dashboard_can_be_imported_anywhere() -> None:
    variables = {one["name"]: one["type"] for one in DASHBOARD["templating"]["list"]}
    sources = {part["datasource"]["uid"] for part in [*TARGETS, *DASHBOARD["panels"]]}

    assert variables == {"datasource": "datasource"}
    assert sources == {"${datasource}"}
    assert "id" not in DASHBOARD
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_no_two_panels_lie_on_each_other() -> None:
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    squares = [(x, y) for p in places for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])]

    assert len(squares) == len(set(squares))
    assert max(x for x, _ in squares) < 24
