"""
### Daily maintenance

Once a day, one task after the other. A task runs even if an earlier one has failed:

- `partitions_ahead`: creates the partitions of the raw events for this month and the next three.
- `default_partition`: moves the rows of the default partition into their monthly partitions.
- `retention`: months older than `RESTAURANT_KEEP_MONTHS` go into Parquet files in `INGEST_ARCHIVE_DIR`, each
  verified before its partition is dropped. Skipped unless `RESTAURANT_KEEP_MONTHS` is set. It needs the connection
  `postgres_restaurant_owner`, of restaurant_user.
- `old_results`: results of quality rules older than `data_quality_keep_days` of `analytics.thresholds`, and scores of
  usual payments older than `payment_scores_keep_days`, are deleted. The newest result of each rule stays.
- `analyze`: updates the planner statistics of the raw events as a whole; autovacuum analyzes only the partitions.
- `validate_data_consistency`: reads all tables, and checks that they agree with each other and with the raw events
  (`analytics.validate_data_consistency()`). A warning or an error fails the task, with a table of what is wrong and
  what to do. If a mail address or a webhook is configured, the failure is sent there. `restaurant_data_quality` checks
  new events within minutes; this task finds what was changed by hand, and what no rule checks.

An event is deleted only after it is in a verified file. Each task can run again at any time, beside ingestion.
"""

import os
from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG

from restaurant_warehouse.operators.alerts import alerts
from restaurant_warehouse.operators.checks import WarehouseCheckOperator
from restaurant_warehouse.operators.maintenance import (
    AnalyzeOperator,
    DefaultPartitionOperator,
    OldResultsOperator,
    PartitionsAheadOperator,
    RetentionOperator,
)

NAME = "RESTAURANT_KEEP_MONTHS"
months = os.environ.get(NAME) or None
if months is not None and (not months.isdecimal() or int(months) < 1):
    raise ValueError(f"{NAME}={months!r} must be a whole number of months, 1 or more, or empty")

with DAG(
    dag_id="restaurant_maintenance",
    dag_display_name="Restaurant 6: maintenance",
    description="Adds partitions, archives old months, deletes old results, and checks all tables against each other.",
    doc_md=__doc__,
    schedule=timedelta(days=1),
    start_date=datetime(2024, 1, 1, 3, 30, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    # The tasks need the same locks.
    max_active_tasks=1,
    is_paused_upon_creation=False,
    tags=["restaurant", "warehouse"],
    default_args={"owner": "data-engineering", "retries": 3, "retry_delay": timedelta(minutes=5)},
):
    PartitionsAheadOperator(task_id="partitions_ahead", months_ahead=3, priority_weight=6)
    DefaultPartitionOperator(task_id="default_partition", most_rows=1_000_000, priority_weight=5)
    RetentionOperator(
        task_id="retention",
        keep_months=int(months) if months else None,
        folder=os.environ.get("INGEST_ARCHIVE_DIR"),
        priority_weight=4,
    )
    OldResultsOperator(task_id="old_results", priority_weight=3)
    AnalyzeOperator(task_id="analyze", priority_weight=2)
    WarehouseCheckOperator(
        task_id="validate_data_consistency",
        check="validate_data_consistency",
        on_failure_callback=alerts(),
        priority_weight=1,
    )
