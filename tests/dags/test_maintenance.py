"""`airflow dags test restaurant_maintenance`: partitions, retention when it is asked for, and the tables as a whole."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.airflow.dag_runs import dags_test, output, xcom
from tests.support.servers.mailbox import Mailbox

pytestmark = [pytest.mark.airflow, pytest.mark.integration, pytest.mark.timeout(900)]
DAG, CHECK = "restaurant_maintenance", "validate_data_consistency"
STRAY = (
    "WITH ids AS (INSERT INTO raw_data.event_ids (event_id, ts, stream_id, event_offset, content_hash)"
    " SELECT gen_random_uuid(), '2020-01-05', 'log', n, decode(md5('x'), 'hex') FROM generate_series(1, 3) AS n"
    " RETURNING *)"
    " INSERT INTO raw_data.events_raw (event_offset, event_id, event_type, ts, partition_key, payload,"
    " ingested_at, ingested_by, stream_id)"
    " SELECT event_offset, event_id, 'x', ts, 'p', '{}', now(), 'test', stream_id FROM ids"
)


@pytest.fixture
def env(warehouse: Any, airflow_home: dict[str, str], tmp_path: Path) -> dict[str, str]:
    def connection(role: str) -> str:
        return f"postgres://{warehouse.url(role).removeprefix('postgresql://')}"

    return airflow_home | {
        "AIRFLOW_CONN_POSTGRES_RESTAURANT": connection("airflow_user"),
        "AIRFLOW_CONN_POSTGRES_RESTAURANT_OWNER": connection("restaurant_user"),
        "INGEST_ARCHIVE_DIR": str(tmp_path / "archive"),
    }


@pytest.fixture
def stray(warehouse: Any) -> None:
    with warehouse.connect("restaurant_user", autocommit=True) as owner:
        owner.execute(STRAY)
        owner.execute(
            "DROP TABLE "
            + owner.execute(
                "SELECT to_char(now() AT TIME ZONE 'UTC' + interval '1 month', '\"raw_data.events_raw_\"YYYY_MM')"
            ).fetchone()[0]
        )


def partition(warehouse: Any) -> str | None:
    with warehouse.connect("restaurant_user") as owner:
        row = owner.execute("SELECT to_regclass('raw_data.events_raw_2020_01')::text").fetchone()
    return str(row[0]) if row and row[0] else None


def test_without_retention_everything_stays(
    stray: None, warehouse: Any, env: dict[str, str], tmp_path: Path
) -> None:
    result = dags_test(DAG, env)
    assert result.returncode == 0, output(result)
    assert "RESTAURANT_KEEP_MONTHS is not set" in result.stdout
    assert xcom(env, DAG, "partitions_ahead") == {"created": 1}
    assert xcom(env, DAG, "default_partition") == {"moved": {"2020-01": 3}, "left": {}}
    assert xcom(env, DAG, "analyze") == {"analyzed": ["raw_data.events_raw"]}
    assert xcom(env, DAG, "old_results") == {
        "deleted": {"analytics.data_quality_results": 0, "analytics.payment_scores": 0}
    }
    assert partition(warehouse)
    assert not (tmp_path / "archive").exists()


@pytest.mark.long
def test_with_retention_old_months_are_archived(
    stray: None, warehouse: Any, env: dict[str, str], tmp_path: Path
) -> None:
    result = dags_test(DAG, env | {"RESTAURANT_KEEP_MONTHS": "12"})
    assert result.returncode == 0, output(result)
    assert xcom(env, DAG, "retention") == {"archived": {"2020-01": 3}}
    assert partition(warehouse) is None
    assert (tmp_path / "archive" / "events_raw_2020_01.parquet").is_file()


@pytest.mark.long
def test_what_was_changed_by_hand_is_found_and_reported(
    warehouse: Any, env: dict[str, str], mailbox: Mailbox
) -> None:
    with warehouse.connect("restaurant_user", autocommit=True) as owner:
        owner.execute(
            "INSERT INTO analytics.orders (order_id, service_type, order_ts, location_code, total, created_at,"
            " updated_at, event_id, event_ts)"
            " SELECT gen_random_uuid(), 'dine_in', now(), 'LOC-ON-001', 9, now(), now(), gen_random_uuid(), now()"
        )
    result = dags_test(DAG, env | mailbox.env)
    assert result.returncode != 0
    assert "3 of 11 checks of analytics.validate_data_consistency() failed" in output(result)
    rows = xcom(env, DAG, CHECK)
    assert len(rows) == 11
    assert [row["name"] for row in rows if row["status"] == "error"] == [
        "payments_add_up_to_total",
        "orders_follow_their_events",
        "analytics_rows_have_their_event",
    ]
    reported = {body["task_id"]: body["text"] for _, body in mailbox.posts}
    assert set(reported) == {CHECK}
    assert "-> No event wrote this row: rebuild analytics from raw." in reported[CHECK]
    assert len(mailbox.mails) == 1


@pytest.mark.long
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"INGEST_ARCHIVE_DIR": ""}, "INGEST_ARCHIVE_DIR is not: name the folder of the archive"),
        (
            {"AIRFLOW_CONN_POSTGRES_RESTAURANT_OWNER": "AIRFLOW_CONN_POSTGRES_RESTAURANT"},
            "airflow_user may not drop partitions",
        ),
    ],
)
def test_retention_that_cannot_be_is_reported_without_retries_and_drops_nothing(
    stray: None, warehouse: Any, env: dict[str, str], changes: dict[str, str], message: str
) -> None:
    settings = {name: env.get(value, value) for name, value in changes.items()}
    result = dags_test(DAG, env | settings | {"RESTAURANT_KEEP_MONTHS": "12"})
    assert result.returncode != 0
    assert "AirflowFailException" in result.stdout
    assert message in result.stdout
    assert partition(warehouse)
