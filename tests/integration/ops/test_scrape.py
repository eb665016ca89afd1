"""A real Prometheus reads real metrics: each expression of the dashboards has an answer, and each rule is evaluated."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client import start_http_server

from api.http.metrics import Metrics
from sse_ingest.pipeline.metrics import PrometheusExport
from sse_ingest.settings import Settings
from sse_ingest.store.batch import Batch
from sse_ingest.store.store import Tally
from tests.support.monitoring import dashboards
from tests.support.ports import free_port
from tests.support.service import ROOT
from tests.support.waiting import eventually

FOLDER = ROOT / "ops" / "prometheus"
# What Grafana puts in: a window, and all values of a choice.
GRAFANA = {"$__rate_interval": "10s", "$stream": ".+", "$job": ".+", "$instance": ".+"}


def writer(port: int) -> PrometheusExport:
    """A run that has committed one batch."""
    settings = Settings(source_url="http://127.0.0.1:1", database_url="postgresql://x", stream="till")
    export = PrometheusExport("till", port, None)
    export.committed(Tally(events=5, duplicates=1, rejected=1, gaps=1, transactions=1), Batch(settings))
    export.tick(0)
    return export


def service() -> Metrics:
    """The metrics of a service in which everything has happened once."""
    metrics = Metrics()
    metrics.writable.set(1)
    metrics.accepted.labels("publish").inc()
    metrics.refused.labels("bad-body").inc()
    metrics.connections_refused.labels("head-too-slow").inc()
    metrics.committed(3, 0.01)
    return metrics


def configuration(folder: Path, ports: dict[str, int]) -> Path:
    """The one of the repository, with the ports of this test."""
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(FOLDER / name) for name in config["rule_files"]]
    for job in config["scrape_configs"]:
        job["scrape_interval"] = "1s"
        job["static_configs"] = [{"targets": [f"127.0.0.1:{ports[job['job_name']]}"]}]
    file = folder / "prometheus.yml"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Its interface; it reads a writer and a service."""
    if not shutil.which("prometheus"):
        pytest.skip("prometheus is not installed: no real one has read the metrics")
    folder = tmp_path_factory.mktemp("prometheus")
    ports = {"event-service": free_port(), "ingest-writer": free_port()}
    address = f"127.0.0.1:{free_port()}"
    with ExitStack() as stack:
        export = writer(ports["ingest-writer"])
        stack.callback(export.close)
        server, thread = start_http_server(ports["event-service"], "127.0.0.1", service().registry)
        stack.callback(thread.join)
        stack.callback(server.server_close)
        stack.callback(server.shutdown)
        log = stack.enter_context((folder / "log").open("wb"))
        options = {
            "config.file": configuration(folder, ports),
            "storage.tsdb.path": folder / "data",
            "web.listen-address": address,
        }
        command = ["prometheus", *(f"--{name}={value}" for name, value in options.items())]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        stack.callback(process.wait)
        stack.callback(process.terminate)
        yield stack.enter_context(httpx.Client(base_url=f"http://{address}/api/v1", trust_env=False))


def answer(client: httpx.Client, path: str, **parameters: str) -> dict[str, Any]:
    response = client.get(path, params=parameters)
    if response.status_code == 503:  # it still starts
        raise httpx.TransportError(response.text)
    content = response.json()
    assert content["status"] == "success", content
    data: dict[str, Any] = content["data"]
    return data


def rows(client: httpx.Client, expression: str) -> list[dict[str, Any]]:
    """The series of an expression of a dashboard."""
    for variable, value in GRAFANA.items():
        expression = expression.replace(variable, value)
    result: list[dict[str, Any]] = answer(client, "query", query=expression)["result"]
    return result


def has_rows(client: httpx.Client, expression: str) -> bool:
    return bool(rows(client, expression))


def rules(client: httpx.Client) -> dict[str, dict[str, Any]]:
    groups = answer(client, "rules")["groups"]
    return {rule["name"]: rule for group in groups for rule in group["rules"]}


def test_both_targets_are_read(prometheus: httpx.Client) -> None:
    def health() -> dict[str, str]:
        targets = answer(prometheus, "targets")["activeTargets"]
        return {target["labels"]["job"]: target["health"] for target in targets}

    eventually(lambda: health() == {"event-service": "up", "ingest-writer": "up"}, "two targets are up")


@pytest.mark.parametrize("name", dashboards.load())
def test_every_query_has_an_answer_with_the_labels_of_its_legend(name: str, prometheus: httpx.Client) -> None:
    for target in dashboards.targets(dashboards.load()[name]):
        eventually(partial(has_rows, prometheus, target["expr"]), target["expr"])
        legend = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
        assert all(legend <= row["metric"].keys() for row in rows(prometheus, target["expr"])), target["expr"]


def test_every_rule_is_evaluated_and_nothing_is_wrong(prometheus: httpx.Client) -> None:
    eventually(lambda: {rule["health"] for rule in rules(prometheus).values()} == {"ok"}, "an evaluation")
    wrong = {name for name, rule in rules(prometheus).items() if rule["state"] != "inactive"}
    # The reasons of the refusals are new, as the rules see it.
    assert wrong <= {"PublicationsAreRefused", "ConnectionsAreRefused"}
