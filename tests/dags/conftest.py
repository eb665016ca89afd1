"""Real Airflow, in processes of its own: it changes logging, warnings and sys.path of whatever imports it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from local.code_path import python_path
from tests.support.airflow.dag_runs import airflow, output, warm_airflow
from tests.support.servers.mailbox import Mailbox

ROOT = Path(__file__).parents[2]
PROBES = Path(__file__).parent / "probes"
Probe = Callable[..., Any]


@pytest.fixture(scope="session")
def airflow_env(tmp_path_factory: pytest.TempPathFactory, _clean_environment: None) -> dict[str, str]:
    """The environment of a private Airflow: our DAGs and plugins, an SQLite file for its own data."""
    home = tmp_path_factory.mktemp("airflow")
    return dict(os.environ) | {
        "AIRFLOW_HOME": str(home),
        "PYTHONPATH": python_path(ROOT),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "airflow" / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "airflow" / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
        "AIRFLOW_CONN_RESTAURANT_API": "http://127.0.0.1:8000",
        "AIRFLOW_CONN_POSTGRES_RESTAURANT": "postgres://airflow_user:secret@127.0.0.1:5433/restaurant_analytics",
        "RESTAURANT_STREAM_INTERVAL_SECONDS": "",
        "RESTAURANT_ALERT_EMAIL": "",
        "RESTAURANT_ALERT_WEBHOOK": "",
        "NO_COLOR": "1",
    }


@pytest.fixture(scope="session")
def airflow_home(airflow_env: dict[str, str]) -> Iterator[dict[str, str]]:
    """The same, with Airflow's own database made, and Airflow imported once for all commands."""
    with warm_airflow(airflow_env):
        migrated = airflow(["db", "migrate"], airflow_env)
        assert migrated.returncode == 0, output(migrated)
        yield airflow_env


@pytest.fixture(scope="session")
def probe(airflow_env: dict[str, str]) -> Probe:
    """Run a file of `probes/` under Airflow; the answer is the JSON on the last line that it prints."""

    def run(name: str, env: Mapping[str, str] | None = None) -> Any:
        result = subprocess.run(
            [sys.executable, str(PROBES / f"{name}.py")],
            env=airflow_env | dict(env or {}),
            cwd=airflow_env["AIRFLOW_HOME"],
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-4000:]
        return json.loads(result.stdout.splitlines()[-1])

    return run


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A mail server and a webhook. They keep what they receive."""
    box = Mailbox()
    yield box
    box.close()
