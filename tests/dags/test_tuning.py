"""The settings of `.env` that tune Airflow, as Airflow reads them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import init_data_dir
from local.servers import airflow
from local.settings import ROOT, Settings

pytestmark = pytest.mark.airflow


@pytest.fixture
def options(probe: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """What Airflow has of a `.env` with these changes."""

    def read(**changes: str) -> Any:
        env_file = tmp_path / "env"
        init_data_dir.write_env(ROOT / ".env.example", env_file)
        with env_file.open("a") as file:
            file.writelines(f"{name}={value}\n" for name, value in changes.items())
        variables = airflow.variables(Settings.load(env_file=env_file))
        return probe("configured", {option: variables[option] for option in airflow.TUNING})

    return read


def test_the_defaults(options: Callable[..., Any]) -> None:
    assert options() == {
        "parallelism": 8,
        "max_active_tasks_per_dag": 16,
        "dags_are_paused_at_creation": False,
        "bundles": ["dags-folder"],
    }


def test_other_values_and_the_examples(options: Callable[..., Any]) -> None:
    changed = options(AIRFLOW_PARALLELISM="5", AIRFLOW_DAG_CONCURRENCY="6", AIRFLOW_LOAD_EXAMPLES="true")
    assert (changed["parallelism"], changed["max_active_tasks_per_dag"]) == (5, 6)
    assert changed["dags_are_paused_at_creation"], "examples that nobody asked to run would run"
    assert "example_dags" in changed["bundles"]
