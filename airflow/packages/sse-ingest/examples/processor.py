"""A processor fills a table in the transaction of the events, so each row is written exactly once, like its event.

CREATE TABLE order_totals (event_id uuid PRIMARY KEY, number integer, total numeric);
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG

from sse_ingest.airflow.operators import SSEToPostgresOperator, create_custom_event_processor


@create_custom_event_processor
def order_total(cursor: Any, event: Any, payload: dict[str, Any]) -> None:
    """Called per event of the type `order`, under a savepoint of its own."""
    cursor.execute(
        "INSERT INTO order_totals (event_id, number, total) VALUES (%s, %s, %s)",
        [event.event_id, payload["order"], payload["total"]],
    )


with DAG(
    "order_totals", schedule="@continuous", start_date=datetime(2026, 1, 1, tzinfo=UTC), max_active_runs=1
):
    SSEToPostgresOperator(
        task_id="stream",
        stream="order_totals",
        api_conn_id="orders",
        postgres_conn_id="warehouse",
        run_for=timedelta(minutes=1),
        event_processors={"order": order_total},
    )
