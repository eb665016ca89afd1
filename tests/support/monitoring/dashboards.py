"""The dashboards of `ops/grafana`."""

import json
from typing import Any

from tests.support.service import ROOT

Dashboard = dict[str, Any]
FILES = sorted((ROOT / "ops" / "grafana").glob("*.json"))


def load() -> dict[str, Dashboard]:
    """Each dashboard by the name of its file."""
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in FILES}


def targets(dashboard: Dashboard) -> list[dict[str, Any]]:
    """The queries of its panels."""
    return [target for panel in dashboard["panels"] for target in panel["targets"]]


def queries(dashboard: Dashboard) -> list[str]:
    """The expressions of its panels, and the queries of its variables."""
    variables = [
        variable["query"] for variable in dashboard["templating"]["list"] if variable["type"] == "query"
    ]
    return [target["expr"] for target in targets(dashboard)] + variables
