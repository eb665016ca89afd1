"""
### Restaurant orders, streamed without a gap

One task reads the event service's `/stream` into the warehouse, with one transaction per batch. A run has no fixed end.
A new run starts every `RESTAURANT_STREAM_INTERVAL_SECONDS` (60). It waits beside the running one as a **hot standby**
until ten seconds before the end of the interval, and then takes over within milliseconds. So two runs are active most
of the time: one streams, one waits. If a run dies, its standby replaces it within two seconds.

- Without a successor the running one continues, because the scheduler may be unavailable.
- **Pausing** this DAG ends the stream within ten seconds. `restaurant_stream_ingest_polling` then takes over within two
  minutes, from the same position. When this DAG is unpaused, it takes the stream back.
- Its position: `SELECT * FROM analytics.health_check()`, the task's XCom, and the Variable `restaurant_stream_offset`
  (a copy for people; changing it has no effect).

If a run fails without a retry, its log says what to correct. The next run starts within the interval.
"""

import os
from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG

from sse_operator import SSEToPostgresOperator

NAME = "RESTAURANT_STREAM_INTERVAL_SECONDS"
seconds = os.environ.get(NAME) or "60"
if not seconds.isdecimal() or int(seconds) < 15:
    raise ValueError(f"{NAME}={seconds!r} must be a whole number of seconds, 15 or more")
INTERVAL = timedelta(seconds=int(seconds))

with DAG(
    dag_id="restaurant_realtime_stream",
    dag_display_name="Restaurant 1: orders, streamed",
    description="Streams orders into the warehouse. Two runs are active: one streams, and one waits to take over.",
    doc_md=__doc__,
    schedule=INTERVAL,
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    # One run streams and one waits. The third one is for a dead run that Airflow has not noticed yet.
    max_active_runs=3,
    is_paused_upon_creation=False,
    tags=["restaurant", "ingestion"],
    default_args={"owner": "data-engineering", "retries": 3, "retry_delay": timedelta(seconds=5)},
):
    SSEToPostgresOperator(
        task_id="stream",
        # A run hands over when its successor has waited this long: late in the interval, so that a standby waits nearly
        # always, and before the next run starts.
        standby=INTERVAL - timedelta(seconds=10),
        # Before all other tasks when worker slots are short.
        priority_weight=100,
        weight_rule="absolute",
    )
