"""
### Is the warehouse right, and is it fresh?

Every ten minutes, one task a question:

- `health_check`: database, freshness, lag, dead letters, gaps, partitions, lease, rollups
  (`analytics.health_check()`). A warning is logged, an error fails the task.
- `validate_data_consistency`: do items add up to subtotals and payments to totals, is anything orphaned or
  negative (`analytics.validate_data_consistency()`). Anything but ok fails the task.

A failed task ends its log with a table: what failed, and what to do about it. Every result, good or bad, is
in XCom.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG

from warehouse_checks import WarehouseCheckOperator

with DAG(
    dag_id="restaurant_data_quality",
    description="Runs the warehouse's own checks and fails when one fails.",
    doc_md=__doc__,
    schedule=timedelta(minutes=10),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    tags=["restaurant", "quality"],
    default_args={"owner": "data-engineering", "retries": 2, "retry_delay": timedelta(seconds=30)},
):
    WarehouseCheckOperator(task_id="health_check", check="health_check")
    WarehouseCheckOperator(task_id="validate_data_consistency", check="validate_data_consistency")
