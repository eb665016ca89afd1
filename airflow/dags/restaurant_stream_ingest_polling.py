"""
### Restaurant orders, fetched every two minutes

The fallback for `restaurant_realtime_stream`. It reads the event service's `/events` page by page until it has caught
up, and ends. Both DAGs move the same checkpoint in the warehouse, so neither repeats or misses events of the other.

**Skipped is the healthy state**: it means that another run streams. A run reads events only while nobody streams, for
example when the realtime DAG is paused, or when a proxy cuts long connections.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG

from sse_operator import SSEToPostgresOperator

with DAG(
    dag_id="restaurant_stream_ingest_polling",
    dag_display_name="Restaurant 2: orders, polled (fallback)",
    description="Fetches orders over REST while no run streams them. Skipped is its healthy state.",
    doc_md=__doc__,
    schedule=timedelta(minutes=2),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    tags=["restaurant", "ingestion"],
    default_args={"owner": "data-engineering", "retries": 2, "retry_delay": timedelta(seconds=10)},
):
    SSEToPostgresOperator(task_id="poll", mode="poll")
