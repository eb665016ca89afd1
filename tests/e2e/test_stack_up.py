"""`./stack up` whole: real Airflow, real PostgreSQL, the real event service."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil
import psycopg
import pytest

import init_data_dir
from local.display import counters
from local.processes.process_records import Processes
from local.servers import services
from local.servers.airflow import DAGS
from local.settings import PORTS, ROOT, Settings
from tests.support.airflow.own_airflow import HEALTHY
from tests.support.contention import Contention
from tests.support.ports import free_port

pytestmark = [
    pytest.mark.stack,
    pytest.mark.long,
    pytest.mark.airflow,
    pytest.mark.integration,
    pytest.mark.timeout(1200),
]
STACK = str(ROOT / "stack")


@pytest.fixture
def env_file() -> Iterator[Path]:
    """Settings of a stack of its own; whatever the test leaves running is stopped."""
    home = Path(tempfile.mkdtemp(prefix="stack-"))
    home.chmod(0o711)  # PostgreSQL's system user must get through
    path = home / "env"
    init_data_dir.write_env(ROOT / ".env.example", path)
    text = re.sub(r"^DATA_DIR=.*$", f"DATA_DIR={home / 'var'}", path.read_text(), flags=re.MULTILINE)
    for name, value in (("EVENT_RATE", 5), ("EVENT_HISTORY_DAYS", 0)):
        text = re.sub(rf"^{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
    for name in PORTS:
        text = re.sub(rf"^{name}=.*$", f"{name}={free_port()}", text, flags=re.MULTILINE)
    path.write_text(text)
    yield path
    stack(path, "down")
    shutil.rmtree((home / "var" / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(home)


def stack(env_file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"STACK_ENV_FILE": str(env_file)}
    return subprocess.run([STACK, *arguments], env=env, capture_output=True, text=True, check=False, cwd="/")


def wait(true: Callable[[], Any], seconds: float) -> None:
    busy, began = Contention(), time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds + busy.seconds, "waited in vain"
        time.sleep(0.2)


@contextmanager
def airflow(settings: Settings, user: str) -> Iterator[httpx.Client]:
    """Airflow's API, logged in."""
    login = {"username": user, "password": settings.values[f"AIRFLOW_{user.upper()}_PASSWORD"]}
    with httpx.Client(base_url=settings.airflow_url, trust_env=False, timeout=20) as client:
        answer = client.post("/auth/token", json=login)
        assert answer.status_code == 201, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


def family(settings: Settings) -> list[psutil.Process]:
    processes = Processes(settings.run_dir)
    records = [record for name in processes.names() if (record := processes.find(name))]
    return [member for record in records for member in record.members()]


def running(settings: Settings) -> dict[str, int]:
    """The pids of the services."""
    processes = Processes(settings.run_dir)
    return {record.name: record.pid for name in processes.names() if (record := processes.find(name))}


def lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def committed(settings: Settings) -> int:
    return counters.read(settings).committed or 0


def unaccounted(settings: Settings) -> int:
    """Offsets up to the checkpoint that are in no table, or in two."""
    query = """
        SELECT c.event_offset - (SELECT count(*) FROM raw_data.events_raw)
                              - (SELECT count(*) FROM raw_data.duplicates)
                              - (SELECT count(*) FROM raw_data.dead_letters)
          FROM raw_data.stream_checkpoints c
    """
    with psycopg.connect(services.database_url(settings, "restaurant_user")) as connection:
        row = connection.execute(query).fetchone()
    assert row
    return int(row[0])


def publish_an_order_of_the_small_hours(settings: Settings) -> None:
    """At 01:30 in Toronto, before its restaurant has closed out, and after midnight in UTC."""
    place, ts = "LOC-ON-001", "2024-03-06T06:30:00Z"
    order = {"order_id": str(uuid4()), "service_type": "dine_in", "order_ts": ts, "location_code": place}
    event = {"event_id": str(uuid4()), "event_type": "order_created", "ts": ts, "partition_key": place}
    login = {"Authorization": f"Bearer {settings.values['EVENT_PUBLISH_TOKEN']}"}
    response = httpx.post(
        f"{settings.event_url}/events", json=event | {"payload": order}, headers=login, trust_env=False
    )
    assert response.status_code == 202, response.text


def days_of_that_week(settings: Settings) -> list[tuple[Any, ...]]:
    query = "SELECT day::text, location_code, order_count FROM analytics.daily_sales WHERE day < '2024-03-10'"
    with psycopg.connect(services.database_url(settings, "analytics_reader")) as connection:
        return connection.execute(query).fetchall()


def listeners(processes: list[psutil.Process]) -> set[tuple[str, int]]:
    addresses = set()
    for process in processes:
        # A task of Airflow's may end between the list and the look: then it listens nowhere.
        with suppress(psutil.NoSuchProcess):
            for connection in process.net_connections("inet"):
                if connection.status == psutil.CONN_LISTEN and connection.laddr:
                    addresses.add((connection.laddr.ip, connection.laddr.port))
    return addresses


def test_the_whole_stack(env_file: Path) -> None:
    up = stack(env_file, "up", "--detach")
    assert up.returncode == 0, up.stdout + up.stderr
    settings = Settings.load(env_file=env_file)

    wait(lambda: committed(settings) > 0, 300)
    assert_airflow_has_the_dags(settings)

    publish_an_order_of_the_small_hours(settings)
    wait(lambda: days_of_that_week(settings), 300)
    assert days_of_that_week(settings) == [("2024-03-05", "LOC-ON-001", 1)]

    listed = stack(env_file, "airflow", "dags", "list", "--output", "json")
    document = listed.stdout.splitlines()[-1]  # Airflow writes its warnings to stdout, before the answer
    assert {dag["dag_id"] for dag in json.loads(document)} >= set(DAGS), listed.stderr

    assert_a_part_starts_alone(env_file, settings)

    everything = family(settings)
    assert {address for address, _ in listeners(everything)} == {"127.0.0.1"}
    assert list(settings.data_dir.rglob("*.db")) == [settings.data_dir / "eventlog" / "events.db"]

    assert stack(env_file, "status").returncode == 0
    assert "running already" in stack(env_file, "up").stderr

    down = stack(env_file, "down")
    assert down.returncode == 0, down.stdout + down.stderr
    wait(lambda: not any(map(lives, everything)), 300)
    assert not settings.run_dir.exists() or not list(settings.run_dir.glob("*.json"))

    assert stack(env_file, "up", "--detach").returncode == 0
    count = committed(settings)
    wait(lambda: committed(settings) > count + 5, 300)
    assert unaccounted(settings) == 0


def assert_airflow_has_the_dags(settings: Settings) -> None:
    """All of them, none paused; the viewer cannot pause one. Airflow's home page shows no red light."""
    with airflow(settings, "admin") as client:
        health = client.get("/api/v2/monitor/health").json()
        parts = {name: health[name]["status"] for name in HEALTHY}
        assert parts == dict.fromkeys(HEALTHY, "healthy")
        wait(lambda: {dag["dag_id"] for dag in client.get("/api/v2/dags").json()["dags"]} >= set(DAGS), 300)
        dags = client.get("/api/v2/dags").json()["dags"]
        assert [dag["dag_id"] for dag in dags if dag["is_paused"]] == []
        assert client.get("/api/v2/importErrors").json()["import_errors"] == []
    with airflow(settings, "viewer") as client:
        refused = client.patch(f"/api/v2/dags/{DAGS[0]}", json={"is_paused": True})
        assert refused.status_code == 403


def assert_a_part_starts_alone(env_file: Path, settings: Settings) -> None:
    """`up` starts again what was killed, `restart` what it names; nothing else is touched."""
    before = running(settings)
    os.kill(before["airflow-scheduler"], signal.SIGKILL)
    again = stack(env_file, "up", "--detach")
    assert again.returncode == 0, again.stdout + again.stderr
    after = running(settings)
    assert {name for name in before if after.get(name) != before[name]} == {"airflow-scheduler"}
    assert stack(env_file, "restart", "airflow-dag-processor").returncode == 0
    assert running(settings)["airflow-dag-processor"] != before["airflow-dag-processor"]


def test_a_stack_killed_with_running_tasks_leaves_nothing(env_file: Path) -> None:
    """`up` and the scheduler die by kill -9; the tasks live on, and `down` still finds and ends them."""
    env = os.environ | {"STACK_ENV_FILE": str(env_file)}
    with subprocess.Popen([STACK, "up"], env=env, stdout=subprocess.DEVNULL) as up:
        wait(env_file.exists, 300)
        settings = Settings.load(env_file=env_file)
        wait(lambda: settings.run_dir.exists() and committed(settings) > 0, 300)
        everything = family(settings)
        scheduler = Processes(settings.run_dir).find("airflow-scheduler")
        assert scheduler
        up.send_signal(signal.SIGKILL)
        os.kill(scheduler.pid, signal.SIGKILL)
    assert scheduler.members(), "the scheduler's tasks should have outlived it"
    assert stack(env_file, "down").returncode == 0
    wait(lambda: not any(map(lives, everything)), 300)
    assert services.postgres(settings).pid() is None
