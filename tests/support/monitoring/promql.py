"""The metrics that expressions of Prometheus name, and those that our code registers."""

import re

from prometheus_client import CollectorRegistry

from api.http.metrics import Metrics
from sse_ingest.pipeline.metrics import PrometheusExport

_SERIES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
_NOT_NAMES = re.compile(
    r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\b(?:by|on|ignoring|without|group_left|group_right)\s*\([^)]*\)'
)
_NAME = re.compile(r"\b[A-Za-z_:][\w:]*\b(?!\s*\()")
_OPERATORS = {"and", "or", "unless", "offset", "bool"}
_VARIABLE = re.compile(r"label_values\((.*), \w+\)")


def metric_names(expression: str) -> set[str]:
    """The metrics of an expression, or of a query for the values of a dashboard's variable."""
    variable = _VARIABLE.fullmatch(expression)
    text = variable[1] if variable else expression
    return set(_NAME.findall(_NOT_NAMES.sub(" ", text))) - _OPERATORS


def of_the_writer() -> dict[str, set[str]]:
    """The names of the series of each metric of a writer."""
    return _series(PrometheusExport("restaurant", None, None).registry)


def of_the_service() -> dict[str, set[str]]:
    """The names of the series of each metric of the event service."""
    return _series(Metrics().registry)


def _series(registry: CollectorRegistry) -> dict[str, set[str]]:
    return {
        metric.name: {metric.name + ending for ending in _SERIES[metric.type]}
        for metric in registry.collect()
    }
