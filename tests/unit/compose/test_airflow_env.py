"""Airflow takes any AIRFLOW__X__Y without a word, so a name that is misspelt would go unnoticed."""

from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
import yaml
from dotenv import dotenv_values

from tests.unit.compose.compose_file import ROOT, documented, env_file, load

AIRFLOW_ENV = ROOT / "airflow" / "airflow.env"
SETTINGS = env_file(AIRFLOW_ENV)
COMPOSE = load(documented())["services"]


def _options() -> Iterator[str]:
    config = Path(str(distribution("apache-airflow-core").locate_file("airflow/config_templates/config.yml")))
    for section, content in yaml.safe_load(config.read_text(encoding="utf-8")).items():
        for option in content["options"]:
            yield f"AIRFLOW__{section}__{option}".upper()


@pytest.fixture(scope="module")
def options() -> set[str]:
    return set(_options())


def test_every_setting_exists_in_this_airflow(options: set[str]) -> None:
    services = [name for name in COMPOSE if name.startswith("airflow-")]
    named = {name for service in services for name in COMPOSE[service]["environment"] if "__" in name}
    assert len(services) == 5
    assert (named | set(SETTINGS)) - options == set()


def test_nothing_is_set_in_both_places() -> None:
    assert set(SETTINGS) & set(COMPOSE["airflow-scheduler"]["environment"]) == set()


def test_every_reader_takes_the_lines_alike() -> None:
    assert dict(dotenv_values(AIRFLOW_ENV)) == SETTINGS
    assert not any(set(value) & set("$'\"#\\ ") for value in SETTINGS.values())


def test_a_dead_task_and_a_dead_scheduler_are_noticed_within_half_a_minute() -> None:
    seconds = {name.split("__")[2]: int(value) for name, value in SETTINGS.items() if value.isdecimal()}
    noticed = (
        seconds["TASK_INSTANCE_HEARTBEAT_TIMEOUT"]
        + seconds["TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL"]
    )
    taken_over = seconds["SCHEDULER_HEALTH_CHECK_THRESHOLD"] + seconds["ORPHANED_TASKS_CHECK_INTERVAL"]
    assert max(noticed, taken_over) <= 25
    assert seconds["MIN_HEARTBEAT_INTERVAL"] * 4 <= seconds["TASK_INSTANCE_HEARTBEAT_TIMEOUT"]
    assert seconds["JOB_HEARTBEAT_SEC"] * 4 <= seconds["SCHEDULER_HEALTH_CHECK_THRESHOLD"]
