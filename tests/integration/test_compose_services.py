"""The compose file's services, run as processes: it starts in its own order, gets healthy, and data flows."""

import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

import init_data_dir
from api.simulator.catalogue import restaurants
from local.servers.postgres import PostgresServer
from local.servers.scratch import folder_in_memory
from local.settings import ADMIN
from tests.integration.compose.as_processes import Processes, started
from tests.support.contention import Contention
from tests.support.ports import free_port
from tests.unit.compose.compose_file import ROOT

pytestmark = pytest.mark.integration
AIRFLOW = ("airflow-api-server", "airflow-dag-processor", "airflow-scheduler", "airflow-triggerer")


@pytest.fixture(scope="module")
def stack() -> Iterator[Processes]:
    """Settings as init_data_dir.py makes them, and an empty PostgreSQL in the place of the container's."""
    home = folder_in_memory("compose-")
    home.chmod(0o711)
    init_data_dir.write_env(ROOT / ".env.example", home / ".env")
    values = {entry.name: entry.value for entry in init_data_dir.read_env(home / ".env")} | {
        "EVENT_HISTORY_DAYS": "0",
        "EVENT_RATE": "50",
    }
    ports = {port: free_port() for port in ("5432", "8000", "8080", "8793", "8794", "8974")}
    password = values["POSTGRES_ADMIN_PASSWORD"]
    server = PostgresServer(home / "postgres", ports["5432"], home / "pg.log", password, {"fsync": "off"})
    server.initialise()
    server.start()
    try:
        yield Processes(home / "containers", values, ports)
    finally:
        server.stop(immediate=True)
        shutil.rmtree(home)


@pytest.fixture(scope="module")
def migrated(stack: Processes) -> Processes:
    """After the one-shots that prepare the warehouse; twice, as a second `docker compose up` does."""
    for service in ("bootstrap", "migrate", "restaurants") * 2:
        result = stack.once(service)
        assert result.returncode == 0, f"{service}: {result.stdout}{result.stderr}"
    return stack


def _count(stack: Processes, table: str) -> int:
    address = stack.environment("migrate")["WAREHOUSE_OWNER_URL"]
    with psycopg.connect(address) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row
    return int(row[0])


def test_postgres_healthcheck_and_initdb_arguments(stack: Processes, tmp_path: Path) -> None:
    """Both with the very programs of PostgreSQL 18."""
    spec = stack.services["postgres"]
    server = PostgresServer(tmp_path, stack.ports["5432"], tmp_path / "log", "")
    for port, expected in ((str(server.port), 0), (str(free_port()), 2)):
        words = [word.replace("5432", port) for word in spec["healthcheck"]["test"][1:]]
        assert (
            subprocess.run([server.binaries.path(words[0]), *words[1:]], check=False).returncode == expected
        )
    home = Path(tempfile.mkdtemp(prefix="compose-initdb-"))
    (home / "password").write_text("x")
    for path, mode in ((home, 0o700), (home / "password", 0o600)):
        server.binaries.give(path, mode)
    try:
        words = [
            "initdb",
            "-D",
            f"{home}/18",
            f"--username={ADMIN}",
            f"--pwfile={home}/password",
            "--no-sync",
        ]
        words += shlex.split(spec["environment"]["POSTGRES_INITDB_ARGS"])
        identity: dict[str, Any] = server.binaries.popen_identity()
        result = subprocess.run(
            [server.binaries.path(words[0]), *words[1:]],
            capture_output=True,
            text=True,
            check=False,
            **identity,
        )
        assert result.returncode == 0, result.stderr
        assert "Data page checksums are enabled" in result.stdout
        rules = (home / "18" / "pg_hba.conf").read_text().splitlines()
        assert {rule.split()[-1] for rule in rules if rule and not rule.startswith("#")} == {"scram-sha-256"}
    finally:
        shutil.rmtree(home)


def test_the_simulators_restaurants_have_their_clocks(migrated: Processes) -> None:
    address = migrated.environment("migrate")["WAREHOUSE_OWNER_URL"]
    with psycopg.connect(address) as connection:
        rows = connection.execute("SELECT location_code, time_zone FROM analytics.locations").fetchall()
    assert dict(rows) == {place.code: place.time_zone for place in restaurants(with_yen=False)}


def test_the_event_service_gets_healthy_and_stops_in_time(migrated: Processes) -> None:
    assert not migrated.healthy("api"), "the healthcheck must fail while nothing runs"
    with started(migrated, "api"):
        head = httpx.get(f"http://127.0.0.1:{migrated.ports['8000']}/health", trust_env=False).json()
        assert head["status"] == "ok"
        busy = Contention()
        assert migrated.stop("api") < 15 + busy.seconds
    assert list((migrated.home / "data").iterdir())
    assert not migrated.healthy("api")


@pytest.mark.airflow
@pytest.mark.long
@pytest.mark.timeout(900)
def test_airflow_gets_healthy_and_orders_flow(migrated: Processes) -> None:
    outside_logs = _files(migrated)
    for _ in range(2):
        result = migrated.once("airflow-init")
        assert result.returncode == 0, result.stdout + result.stderr
    assert not any(migrated.healthy(service) for service in AIRFLOW), "healthy while nothing runs"
    with started(migrated, "api", *AIRFLOW):
        _log_in(migrated, "admin")
        _log_in(migrated, "viewer")
        busy, began = Contention(), time.monotonic()
        while not _count(migrated, "analytics.orders"):
            assert time.monotonic() - began < 90 + busy.seconds, migrated.log("airflow-scheduler")
            time.sleep(1)
        for service in (*reversed(AIRFLOW), "api"):
            migrated.stop(service)
    assert _files(migrated) == outside_logs, "in the container that folder is read-only"


def _log_in(stack: Processes, user: str) -> None:
    login = {"username": user, "password": stack.values[f"AIRFLOW_{user.upper()}_PASSWORD"]}
    place = f"http://127.0.0.1:{stack.ports['8080']}/auth/token"
    assert httpx.post(place, json=login, trust_env=False, timeout=30).status_code == 201
    assert (
        httpx.post(place, json=login | {"password": "wrong"}, trust_env=False, timeout=30).status_code == 401
    )


def _files(stack: Processes) -> set[str]:
    top = stack.home / "airflow"
    paths = {os.path.relpath(path, top) for path in top.rglob("*")}
    return {path for path in paths if not path.startswith("logs/")}
