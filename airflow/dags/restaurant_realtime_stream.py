"""
### Restaurant orders, streamed without a gap

One task reads the event service's `/stream` into the warehouse, a batch to a transaction. It has no end of
its own: a new run starts every `RESTAURANT_STREAM_INTERVAL_SECONDS` (60), waits beside the running one as a
**hot standby** for all but ten seconds of that, and then takes over within milliseconds. So most of the
time two runs are active, and that is right: one streams, one waits. A run that dies is replaced by its
standby within two seconds.

- Without a successor the running one goes on: the scheduler may be away.
- **Pausing** this DAG ends the stream within ten seconds; `restaurant_stream_ingest_polling` then takes
  over within two minutes, from the same position, and gives it back.
- Where it stands: `SELECT * FROM analytics.health_check()`, the task's XCom, and the Variable
  `restaurant_stream_offset` (a mirror to read; changing it changes nothing).

A run that fails without a retry says in its log what to mend; the next one starts within the interval.
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
    description="Streams restaurant orders into the warehouse; runs hand over to each other.",
    doc_md=__doc__,
    schedule=INTERVAL,
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    # One streams, one waits, and a dead one that Airflow has not noticed yet must not keep its successor
    # away.
    max_active_runs=3,
    is_paused_upon_creation=False,
    tags=["restaurant", "ingestion"],
    default_args={"owner": "data-engineering", "retries": 3, "retry_delay": timedelta(seconds=5)},
):
    SSEToPostgresOperator(
        task_id="stream",
        # The incumbent lets go after its successor has waited this long: late in the interval, so that
        # somebody waits nearly always, and before the run after that one starts.
        standby=INTERVAL - timedelta(seconds=10),
        # Ahead of everything else when worker slots are short.
        priority_weight=100,
        weight_rule="absolute",
    )
