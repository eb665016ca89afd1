"""`airflow dags test` on the DAGs that end by themselves: the real event service, core and warehouse."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from local.code_path import python_path
from tests.support.airflow.dag_runs import airflow, dags_test, output, xcom
from tests.support.contention import Contention
from tests.support.core import CONTRACT_NAME
from tests.support.servers.mailbox import Mailbox
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.airflow, pytest.mark.integration, pytest.mark.timeout(900)]
ROOT = Path(__file__).parents[2]
TOKEN = "test-token-of-the-publisher"
ORDERS = 60


def order(number: int) -> list[dict[str, Any]]:
    order_id, ts = str(UUID(int=number + 1)), "2026-03-01T12:00:00Z"
    created = {"order_id": order_id, "service_type": "takeout", "order_ts": ts, "location_code": "LOC-ON-001"}
    item = {"order_item_id": str(uuid4()), "order_id": order_id, "category": "Soup", "item_name": "Miso"}
    paid = {"payment_id": str(uuid4()), "order_id": order_id, "method": "card", "amount": 11.30}
    return [
        {
            "event_id": str(uuid4()),
            "event_type": event_type,
            "ts": ts,
            "partition_key": "LOC-ON-001",
            "payload": payload,
        }
        for event_type, payload in (
            ("order_created", created),
            ("order_item_added", item | {"unit_price": 5.00, "qty": 2, "extended_price": 10.00}),
            ("payment_captured", paid | {"subtotal": 10.00, "tax": 1.30, "tip": 0, "total": 11.30}),
        )
    ]


@pytest.fixture
def service(free_port: int, tmp_path: Path) -> Iterator[str]:
    """`python -m api` with its simulator off."""
    env = dict(os.environ) | {
        "PYTHONPATH": str(ROOT),
        "EVENT_PORT": str(free_port),
        "EVENT_LOG_PATH": str(tmp_path / "events.db"),
        "EVENT_RATE": "0",
        "EVENT_PUBLISH_TOKEN": TOKEN,
    }
    url = f"http://127.0.0.1:{free_port}"
    with (tmp_path / "api.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "api"], env=env, cwd=tmp_path, stdout=log, stderr=log
        )
    try:
        for _ in range(600):
            try:
                if httpx.get(f"{url}/ready").status_code == 200:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        else:
            pytest.fail((tmp_path / "api.log").read_text())
        yield url
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture
def env(service: str, warehouse: Any, airflow_home: dict[str, str]) -> dict[str, str]:
    database = warehouse.url("airflow_user").removeprefix("postgresql://")
    return airflow_home | {
        "AIRFLOW_CONN_RESTAURANT_API": service,
        "AIRFLOW_CONN_POSTGRES_RESTAURANT": f"postgres://{database}",
    }


def publish(url: str, events: list[dict[str, Any]]) -> None:
    answer = httpx.post(
        f"{url}/events", json=events, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30
    )
    assert answer.status_code == 202, answer.text


def test_polling_takes_what_there_is_and_then_nothing_twice(
    service: str, warehouse: Any, env: dict[str, str]
) -> None:
    publish(service, [event for number in range(ORDERS) for event in order(number)])
    result = dags_test("restaurant_stream_ingest_polling", env)
    assert result.returncode == 0, output(result)
    report = xcom(env, "restaurant_stream_ingest_polling", "poll")
    assert (report["events"], report["rejected"], report["duplicates"]) == (3 * ORDERS, 0, 0)
    assert "Without the" not in output(result)  # neither the link nor the asset event is missing
    assert report["reason"] == "caught_up"
    assert report["last_position"].endswith(f"-{3 * ORDERS}")

    again = dags_test("restaurant_stream_ingest_polling", env)
    assert again.returncode == 0, output(again)
    assert xcom(env, "restaurant_stream_ingest_polling", "poll")["events"] == 0

    with warehouse.connect("restaurant_user") as connection:
        counted = connection.execute(
            "SELECT (SELECT count(*) FROM raw_data.events_raw), (SELECT count(*) FROM analytics.orders),"
            " (SELECT sum(total) FROM analytics.orders)"
        ).fetchone()
    assert counted == (3 * ORDERS, ORDERS, Decimal("678.00"))
    mirrored = airflow(["variables", "get", "restaurant_stream_offset"], env)
    assert mirrored.stdout.splitlines()[-1] == report["last_position"]


@pytest.mark.long
def test_polling_is_skipped_while_somebody_streams(
    service: str, warehouse: Any, env: dict[str, str], tmp_path: Path
) -> None:
    streamer_env = env | {
        "PYTHONPATH": python_path(ROOT),
        "INGEST_SOURCE_URL": service,
        "INGEST_CONTRACT": CONTRACT_NAME,
        "INGEST_STREAM": "restaurant",
        "INGEST_DATABASE_URL": warehouse.url("airflow_user"),
    }
    with (tmp_path / "streamer.log").open("w") as log:
        streamer = subprocess.Popen(
            [sys.executable, "-m", "sse_ingest", "run"],
            env=streamer_env,
            cwd=tmp_path,
            stdout=log,
            stderr=log,
        )
    try:
        until(warehouse, "holder IS NOT NULL", seconds=20)
        result = dags_test("restaurant_stream_ingest_polling", env)
        assert result.returncode == 0, output(result)
        assert "Another run streams 'restaurant'" in output(result)
    finally:
        streamer.terminate()
        streamer.wait(60)


def until(warehouse: Any, condition: LiteralString, seconds: float) -> None:
    """Wait until the stream's checkpoint is like this."""
    busy, began = Contention(), time.monotonic()
    query = "SELECT 1 FROM raw_data.stream_checkpoints WHERE " + condition
    with warehouse.connect("restaurant_user", autocommit=True) as connection:
        while time.monotonic() - began < seconds + busy.seconds:
            if connection.execute(query).fetchone():
                return
            time.sleep(0.05)
    pytest.fail(f"after {seconds} s it is not so that {condition}")


@pytest.mark.long
def test_a_signal_to_the_task_commits_and_lets_the_stream_go(
    service: str, warehouse: Any, env: dict[str, str], tmp_path: Path
) -> None:
    publish(service, order(0))
    command = [sys.executable, "-m", "airflow", "dags", "test", "restaurant_realtime_stream"]
    with (tmp_path / "task.log").open("w") as log:
        task = subprocess.Popen(command, env=env, cwd=env["AIRFLOW_HOME"], stdout=log, stderr=log)
    try:
        until(warehouse, "holder IS NOT NULL AND event_offset = 3", seconds=60)
        task.terminate()
        until(warehouse, "holder IS NULL", seconds=30)  # an expired lease would keep its holder
        # The lease goes first; the task ends, and is tried again, after that.
        wait_until(
            lambda: "StreamInterrupted" in (tmp_path / "task.log").read_text(),
            "the task reports that it was interrupted",
            120,
        )
    finally:
        task.kill()
        task.wait(60)


@pytest.mark.long
def test_quality_passes_on_a_healthy_warehouse_and_names_what_broke(
    service: str, warehouse: Any, env: dict[str, str], mailbox: Mailbox
) -> None:
    publish(service, order(0))
    polled = dags_test("restaurant_stream_ingest_polling", env)
    assert polled.returncode == 0, output(polled)

    with warehouse.connect("restaurant_user") as connection:
        connection.execute("UPDATE analytics.orders SET total = total + 1")
    broken = dags_test("restaurant_data_quality", env | mailbox.env)
    assert broken.returncode != 0
    reported = {body["task_id"]: body["text"] for _, body in mailbox.posts}
    assert set(reported) == {"critical_rules"}
    assert f"order_id={UUID(int=1)}" in reported["critical_rules"]
    assert len(mailbox.mails) == 1
    assert "-> " in output(broken)
    assert "orders_follow_their_events  failed  1 of 1 rows failed" in output(broken)
    with warehouse.connect("restaurant_user") as connection:
        blocking = "SELECT rule FROM analytics.data_quality_blocking WHERE location_code IS NOT NULL"
        assert connection.execute(blocking).fetchall() == [("orders_follow_their_events",)]
        connection.execute("UPDATE analytics.orders SET total = total - 1")
    mended = dags_test("restaurant_data_quality", env)
    assert mended.returncode == 0, output(mended)
    components = [row["name"] for row in xcom(env, "restaurant_data_quality", "health_check")]
    assert components == [
        "database",
        "freshness",
        "lag",
        "dead_letters",
        "gaps",
        "partitions",
        "lease",
        "rollups",
        "quality",
    ]
    assert {row["status"] for row in xcom(env, "restaurant_data_quality", "critical_rules")} == {"passed"}
    assert dags_test("restaurant_rollups", env).returncode == 0


@pytest.mark.long
def test_the_rollups_are_refreshed(service: str, warehouse: Any, env: dict[str, str]) -> None:
    publish(service, order(0))
    assert dags_test("restaurant_stream_ingest_polling", env).returncode == 0
    result = dags_test("restaurant_rollups", env)
    assert result.returncode == 0, output(result)

    with warehouse.connect("restaurant_user") as connection:
        (closed,) = connection.execute("SELECT closed_before FROM analytics.rollup_watermark").fetchone()
        (summed,) = connection.execute("SELECT sum(order_count) FROM analytics.rollup_sales_hours").fetchone()
    assert datetime.fromisoformat(xcom(env, "restaurant_rollups", "refresh")["closed_before"]) == closed
    assert summed == 1


@pytest.mark.long
def test_payments_are_scored_once_there_is_a_history(warehouse: Any, env: dict[str, str]) -> None:
    with warehouse.connect("restaurant_user") as connection:
        connection.execute(
            "INSERT INTO analytics.payments (payment_id, order_id, method, amount, subtotal, tax, tip, total,"
            " processed_at, event_ts, event_id)"
            " SELECT gen_random_uuid(), gen_random_uuid(), 'card', 10 + n % 7, 8 + n % 7, 1, 1, 10 + n % 7,"
            " ts, ts, gen_random_uuid()"
            " FROM generate_series(1, 999) AS n, LATERAL (SELECT now() - interval '8 days' * (1 + n % 2)) AS t (ts)"
        )
        new = "INSERT INTO analytics.payments SELECT gen_random_uuid(), gen_random_uuid(), method, provider, amount,"
        new += " auth_code, subtotal, tax, tip, total, location_code, ts, ts, event_id FROM analytics.payments AS p,"
        new += " LATERAL (SELECT now() - %s * interval '1 day') AS t (ts) LIMIT 1"
        connection.execute(new.encode(), [1])
        connection.commit()
        result = dags_test("restaurant_anomalies", env)
        assert result.returncode == 0, output(result)
        assert (
            "999 payments are older than 7 days"
            in xcom(env, "restaurant_anomalies", "score_payments")["note"]
        )
        assert "Nothing was scored: 999 payments" in output(result)

        connection.execute(new.encode(), [9])
        connection.commit()
        result = dags_test("restaurant_anomalies", env)
        assert result.returncode == 0, output(result)
        reported = xcom(env, "restaurant_anomalies", "score_payments")
        assert (reported["scored"], reported["history"]) == (1, 1_000)
        assert connection.execute("SELECT count(*) FROM analytics.payment_scores").fetchone() == (1,)


@pytest.mark.long
def test_a_password_that_is_wrong_is_reported_without_retries(env: dict[str, str], warehouse: Any) -> None:
    right = psycopg.conninfo.conninfo_to_dict(warehouse.url("airflow_user"))
    wrong = f"postgres://airflow_user:{quote('nope')}@{right['host']}:{right['port']}/{right['dbname']}"
    result = dags_test("restaurant_stream_ingest_polling", env | {"AIRFLOW_CONN_POSTGRES_RESTAURANT": wrong})
    assert result.returncode != 0
    assert "AirflowFailException" in output(result)
    assert "Check the password" in output(result)
