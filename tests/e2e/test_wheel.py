"""The package in an Airflow of one's own: only the built wheel, an empty PostgreSQL, and the README's ten lines."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local.servers.postgres import PostgresServer
from tests.support.airflow.own_airflow import OwnAirflow
from tests.support.documents.package_readme import PACKAGE, operating_commands, ten_lines
from tests.support.fresh_environment import environment, fresh_python
from tests.support.ports import free_port
from tests.support.servers.scripted_server import Connection, Server, status
from tests.support.service import ROOT

pytestmark = [pytest.mark.stack, pytest.mark.long, pytest.mark.timeout(900)]
EVENTS = 1500

AFTER_ORDERS = """
from airflow.sdk import DAG, task
from sse_ingest.airflow.assets import stream_asset

with DAG("after_orders", schedule=stream_asset("orders")):

    @task
    def positions(triggering_asset_events=None):
        return [event.extra["position"] for event in triggering_asset_events[stream_asset("orders")]]

    positions()
"""
# On a busy machine, Airflow can fail a task that it resumes (409, "not in the running state"). Its answer to that is a
# retry.
GATE = """
from datetime import timedelta

from airflow.sdk import DAG
from sse_ingest.airflow.sensors import SSEStreamSensor

with DAG("gate", schedule=None, default_args={"retries": 5, "retry_delay": timedelta(seconds=1)}):
    SSEStreamSensor(task_id="wait", api_conn_id="gate", deferrable=True, poke_interval=0.5, timeout=600)
"""


class Gate:
    """A service that is not ready until it is opened."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.server = Server(self._answer)

    def _answer(self, connection: Connection) -> None:
        status(200 if self.opened.is_set() else 503)(connection)


@dataclass(frozen=True)
class Place:
    """Everything that a user of the package has."""

    python: Path
    warehouse: str
    source_port: int
    airflow: OwnAirflow
    gate: Gate

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.warehouse, autocommit=True) as connection:
            return connection.execute(statement.encode()).fetchall()


def init_db(python: Path, url: str) -> str:
    command = [str(python), "-m", "sse_ingest", "init-db", "--url", url]
    result = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd="/", env=environment(), timeout=120
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="wheel-"))
    home.chmod(0o711)  # so that the system user that runs PostgreSQL for root gets to its data
    yield home
    shutil.rmtree(home)


@pytest.fixture(scope="module")
def postgres(folder: Path) -> Iterator[PostgresServer]:
    """A server with two empty databases, and a role that owns them."""
    server = PostgresServer(
        folder / "postgres", free_port(), folder / "postgres.log", "admin", {"fsync": "off"}
    )
    server.initialise()
    server.start()
    try:
        with psycopg.connect(server.admin_url, autocommit=True) as admin:
            admin.execute("CREATE ROLE somebody LOGIN PASSWORD 'p@ss'")
            admin.execute("CREATE DATABASE warehouse OWNER somebody")
            admin.execute("CREATE DATABASE metadata OWNER somebody")
        yield server
    finally:
        server.stop(immediate=True)


@pytest.fixture(scope="module")
def source(folder: Path) -> Iterator[int]:
    """The foreign server; its port."""
    port = free_port()
    command = [sys.executable, str(PACKAGE / "examples" / "sse_server.py"), str(port), str(EVENTS)]
    with (folder / "source.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", env=environment())
    try:
        yield port
    finally:
        process.kill()
        process.wait(20)


@pytest.fixture(scope="module")
def place(folder: Path, postgres: PostgresServer, source: int) -> Iterator[Place]:
    """The wheel is installed, the tables are there, and Airflow runs without a DAG."""
    python = fresh_python(folder, "sse-ingest", "airflow")
    warehouse = postgres.url("somebody", "p@ss", "warehouse")
    init_db(python, warehouse)
    gate = Gate()
    orders = {"conn_type": "sse", "host": "127.0.0.1", "port": source, "extra": {"endpoint": "/feed"}}
    metadata = postgres.url("somebody", "p@ss", "metadata").replace("postgresql", "postgresql+psycopg2")
    connections = {
        "AIRFLOW_CONN_ORDERS": json.dumps(orders),
        "AIRFLOW_CONN_WAREHOUSE": warehouse.replace("postgresql", "postgres"),
        "AIRFLOW_CONN_GATE": gate.server.url,
    }
    airflow = OwnAirflow(python, folder / "airflow", metadata, connections)
    with closing(gate.server):
        try:
            airflow.start()
            yield Place(python, warehouse, source, airflow, gate)
        finally:
            airflow.stop()


@pytest.fixture(scope="module")
def killed_at(place: Place) -> int:
    """The stream was taken, with a kill in the middle: how many events were committed at that moment."""
    (place.airflow.dags / "after_orders.py").write_text(AFTER_ORDERS)
    place.airflow.until(
        lambda: place.airflow.api("GET", "/dags")["total_entries"] == 1, "the DAG that follows is known"
    )
    (place.airflow.dags / "orders.py").write_text(ten_lines())
    count = "SELECT count(*) FROM raw_data.events_raw"
    place.airflow.until(lambda: place.query(count)[0][0] > EVENTS // 10, "a part is committed")
    [(writer,)] = place.query("SELECT holder FROM raw_data.stream_checkpoints WHERE stream = 'orders'")
    os.kill(int(writer.rpartition(":")[2]), signal.SIGKILL)
    committed: int = place.query(count)[0][0]
    place.airflow.until(lambda: place.query(count)[0][0] >= EVENTS, "everything is committed")
    return committed


def test_the_package_is_the_wheels(place: Place) -> None:
    code = "import sse_ingest, sys; print(sse_ingest.__file__); print(*sys.path, sep='\\n')"
    result = subprocess.run(
        [place.python, "-c", code], capture_output=True, text=True, check=True, cwd="/", env=environment()
    )
    location, *path = result.stdout.splitlines()
    assert Path(location).is_relative_to(place.python.parents[1])
    assert [entry for entry in path if entry.startswith(str(ROOT))] == []


def test_the_tables_are_made_once(place: Place) -> None:
    before = place.query(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'raw_data' ORDER BY 1"
    )
    assert ("events_raw",) in before
    assert init_db(place.python, place.warehouse) != ""
    after = place.query(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'raw_data' ORDER BY 1"
    )
    assert after == before


def test_the_ten_lines_take_each_event_exactly_once(place: Place, killed_at: int) -> None:
    assert 0 < killed_at < EVENTS
    rows = place.query("SELECT (payload ->> 'order')::int FROM raw_data.events_raw ORDER BY event_offset")
    assert [order for (order,) in rows] == list(range(1, EVENTS + 1))
    assert place.query("SELECT count(*) FROM raw_data.dead_letters") == [(0,)]
    assert place.query("SELECT count(*) FROM raw_data.stream_gaps") == [(0,)]


@pytest.mark.usefixtures("killed_at")
@pytest.mark.parametrize("command", operating_commands(), ids=" ".join)
def test_the_commands_of_the_readme_work_beside_it(place: Place, command: list[str]) -> None:
    own = {
        "INGEST_CONTRACT": "raw",
        "INGEST_SOURCE_URL": f"http://127.0.0.1:{place.source_port}/feed",
        "INGEST_STREAM": "orders",
        "INGEST_DATABASE_URL": place.warehouse,
        "INGEST_OWNER_URL": place.warehouse,
    }
    result = subprocess.run(
        [place.python, "-m", "sse_ingest", *command],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={**environment(), **own},
        timeout=120,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.strip()


@pytest.mark.usefixtures("killed_at")
def test_a_dag_on_the_streams_asset_runs_after_commits(place: Place) -> None:
    def succeeded() -> list[dict[str, Any]]:
        return [run for run in place.airflow.runs("after_orders") if run["state"] == "success"]

    run = place.airflow.until(succeeded, "the DAG that follows has run")[0]
    assert run["run_type"] == "asset_triggered"
    entry = f"/dags/after_orders/dagRuns/{run['dag_run_id']}/taskInstances/positions/xcomEntries/return_value"
    assert place.airflow.api("GET", entry)["value"] == [str(EVENTS)]
    events = place.airflow.api("GET", "/assets/events")["asset_events"]
    assert [(event["uri"], event["extra"]["position"]) for event in events] == [
        ("sse://orders/events_raw", str(EVENTS))
    ]


@pytest.mark.usefixtures("killed_at")
def test_the_task_links_to_the_state_of_its_stream(place: Place) -> None:
    def ended() -> list[dict[str, Any]]:
        return [run for run in place.airflow.runs("orders") if run["state"] == "success"]

    run = place.airflow.until(ended, "a run of the stream has ended")[0]
    links = f"/dags/orders/dagRuns/{run['dag_run_id']}/taskInstances/stream/links"
    assert place.airflow.api("GET", links)["extra_links"] == {
        "Dashboard": None,  # the connection names none
        "Stream state": f"http://127.0.0.1:{place.source_port}/health",
    }


@pytest.mark.parametrize(
    ("endpoint", "passes", "words"),
    [
        ("/feed", True, "is open: the first event has the type 'order' and the id '1'."),
        ("/elsewhere", False, "answers 404"),
    ],
)
def test_the_button_of_the_form_tests_the_stream(
    place: Place, endpoint: str, passes: bool, words: str
) -> None:
    body = {
        "connection_id": "new",
        "conn_type": "sse",
        "host": "127.0.0.1",
        "port": place.source_port,
        "extra": json.dumps({"endpoint": endpoint}),
    }
    answer = place.airflow.api("POST", "/connections/test", body)
    assert (answer["status"], words in answer["message"]) == (passes, True), answer


def test_the_sensor_waits_in_the_triggerer(place: Place) -> None:
    (place.airflow.dags / "gate.py").write_text(GATE)
    place.airflow.until(
        lambda: any(dag["dag_id"] == "gate" for dag in place.airflow.api("GET", "/dags")["dags"]),
        "it is known",
    )
    run = place.airflow.api("POST", "/dags/gate/dagRuns", {"logical_date": None})["dag_run_id"]
    task = f"/dags/gate/dagRuns/{run}/taskInstances/wait"
    place.airflow.until(lambda: place.airflow.api("GET", task)["state"] == "deferred", "it is deferred")
    before = len(place.gate.server.connections)
    place.airflow.until(
        lambda: len(place.gate.server.connections) > before + 1, "the triggerer asks again and again"
    )
    place.gate.opened.set()
    place.airflow.until(lambda: place.airflow.api("GET", task)["state"] == "success", "it is through")
