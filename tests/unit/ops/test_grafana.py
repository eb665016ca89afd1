"""The dashboards of Grafana show metrics that the code registers, and can be imported into any Grafana."""

from itertools import combinations
from typing import Any

import pytest

from tests.support.monitoring import dashboards
from tests.support.monitoring.dashboards import Dashboard
from tests.support.monitoring.promql import metric_names, of_the_service, of_the_writer

DASHBOARDS = dashboards.load()
METRICS = {"sse-ingest-writer": of_the_writer(), "event-service": of_the_service()}
CHOICES = {"sse-ingest-writer": ["stream"], "event-service": ["job", "instance"]}
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
each = pytest.mark.parametrize(("name", "dashboard"), DASHBOARDS.items(), ids=DASHBOARDS)


def test_there_is_one_for_the_writer_and_one_for_the_service() -> None:
    assert DASHBOARDS.keys() == METRICS.keys()


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("time() - (max by (stream) (max_over_time(a_seconds[1d])) > 0)", {"a_seconds"}),
        ('sum(rate(a_total{job=~"b"}[5m])) / sum(c_count offset 15m) + 1', {"a_total", "c_count"}),
        ("a_total > 0 or b unless on (stream) c", {"a_total", "b", "c"}),
        ('label_values(a{job=~"$job"}, instance)', {"a"}),
    ],
)
def test_the_names_of_an_expression(expression: str, names: set[str]) -> None:
    assert metric_names(expression) == names


@each
def test_it_shows_every_metric_that_is_registered_and_no_other(name: str, dashboard: Dashboard) -> None:
    shown = {metric for query in dashboards.queries(dashboard) for metric in metric_names(query)}
    assert shown - set().union(*METRICS[name].values()) == set()
    assert {metric for metric, series in METRICS[name].items() if not series & shown} == set()


@each
def test_its_prometheus_and_its_choices_are_variables(name: str, dashboard: Dashboard) -> None:
    source, *choices = dashboard["templating"]["list"]
    assert (source["type"], source["name"], source["query"]) == ("datasource", "datasource", "prometheus")
    assert [choice["name"] for choice in choices] == CHOICES[name]
    sources = [
        part["datasource"] for part in (*choices, *dashboard["panels"], *dashboards.targets(dashboard))
    ]
    assert all(one == SOURCE for one in sources)
    for target in dashboards.targets(dashboard):
        for choice in CHOICES[name]:
            assert target["expr"].count(f'{choice}=~"${choice}"') == target["expr"].count("{"), target


@each
def test_it_names_no_place(name: str, dashboard: Dashboard) -> None:
    assert dashboard["uid"] == name
    assert "id" not in dashboard
    assert "://" not in (dashboards.FILES[0].parent / f"{name}.json").read_text(encoding="utf-8")


@each
def test_each_panel_says_what_it_shows(name: str, dashboard: Dashboard) -> None:
    assert dashboard["title"]
    assert dashboard["description"]
    for panel in dashboard["panels"]:
        assert panel["title"]
        assert panel["description"].endswith("."), panel["title"]
        assert panel["type"] == "state-timeline" or panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert all(target["legendFormat"] for target in panel["targets"])


@each
def test_panels_do_not_overlap(name: str, dashboard: Dashboard) -> None:
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [panel["gridPos"] for panel in panels]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    assert [(one, other) for one, other in combinations(places, 2) if overlap(one, other)] == []


def overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(
        one[start] < other[start] + other[size] and other[start] < one[start] + one[size]
        for start, size in (("x", "w"), ("y", "h"))
    )
