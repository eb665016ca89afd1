"""Prometheus's rules name metrics that exist, fire when they should, and say what to do."""

import re
import shutil
import subprocess

import pytest
import yaml
from typer.main import get_group

from local.__main__ import app
from local.env_file.names import documented
from tests.support.monitoring.promql import metric_names, of_the_service, of_the_writer
from tests.support.service import ROOT

FOLDER = ROOT / "ops" / "prometheus"
ALERTS = [
    rule
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
# Prometheus makes the first itself, and its node exporter the second: the time of a file of the textfile collector.
FOREIGN = {"up", "node_textfile_mtime_seconds"}
each = pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])


@each
def test_an_alert_names_metrics_that_are_registered(alert: dict[str, str]) -> None:
    registered = FOREIGN.union(*of_the_writer().values(), *of_the_service().values())
    assert metric_names(alert["expr"])
    assert metric_names(alert["expr"]) - registered == set()


@each
def test_an_alert_says_what_is_so_and_what_to_do(alert: dict[str, dict[str, str]]) -> None:
    assert alert["labels"]["severity"] in ("critical", "warning")
    assert alert["annotations"].keys() == {"summary", "description", "action"}
    action = alert["annotations"]["action"]
    assert set(re.findall(r"\./stack ([a-z]+)", action)) - set(get_group(app).commands) == set()
    settings = documented((ROOT / ".env.example").read_text(encoding="utf-8"))
    assert set(re.findall(r"\b(?:EVENT|INGEST)_[A-Z_]+", action)) - set(settings) == set()


def test_the_dead_letter_commands_of_the_alerts_are_documented() -> None:
    page = (ROOT / "docs" / "reference" / "dead-letters.md").read_text(encoding="utf-8")
    text = (FOLDER / "alerts.yml").read_text(encoding="utf-8")
    commands = set(re.findall(r"\./stack dlq [a-z]+", text))
    assert commands
    assert {command for command in commands if command not in page} == set()


def test_every_alert_has_a_test() -> None:
    tested = re.findall(r'alertname="(\w+)"', (FOLDER / "alerts_test.yml").read_text(encoding="utf-8"))
    assert set(tested) == {alert["alert"] for alert in ALERTS}


def test_the_page_lists_the_alerts_and_has_the_jobs_of_the_configuration() -> None:
    page = (ROOT / "docs" / "how-to" / "monitor-with-prometheus.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| (critical|warning) \|", page, re.MULTILINE)
    assert rows == [(alert["alert"], alert["labels"]["severity"]) for alert in ALERTS]
    [block] = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    example, whole = yaml.safe_load(block), yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    assert example.items() <= whole.items()
    jobs = {job["job_name"] for job in whole["scrape_configs"]}
    assert {job for alert in ALERTS for job in re.findall(r'job="([^"]+)"', alert["expr"])} <= jobs


@pytest.mark.parametrize(
    "command",
    ["check config prometheus.yml", "check rules --lint-fatal alerts.yml", "test rules alerts_test.yml"],
)
def test_promtool_finds_no_fault(command: str) -> None:
    if not shutil.which("promtool"):
        pytest.skip("promtool is not installed: the rules of Prometheus were not tried")
    result = subprocess.run(
        ["promtool", *command.split()], cwd=FOLDER, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
