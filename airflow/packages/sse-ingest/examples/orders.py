from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG

from sse_ingest.airflow.operators import SSEToPostgresOperator

minute = timedelta(minutes=1)
with DAG("orders", schedule="@continuous", start_date=datetime(2026, 1, 1, tzinfo=UTC), max_active_runs=1):
    SSEToPostgresOperator(
        task_id="stream", stream="orders", api_conn_id="orders", postgres_conn_id="warehouse", run_for=minute
    )
