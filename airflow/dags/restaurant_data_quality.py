"""
### Is the warehouse right, and is it fresh?

Every ten minutes:

- `critical_rules`, `warning_rules`: the rules of `sql/quality`, each over the events that arrived since its last run.
  Every result is stored in `analytics.data_quality_results`. While a critical rule fails, `restaurant_rollups`
  publishes everything except the restaurants and business days in `analytics.data_quality_blocking`.
- `health_check`: database, freshness, lag, dead letters, gaps, partitions, lease, rollups, quality
  (`analytics.health_check()`). A warning is logged, an error fails the task.

The tables as a whole are checked once a day, by `validate_data_consistency` in `restaurant_maintenance`.

The log of a failed task ends with a table: what failed, the rows, and what to do about it. Every result, good or bad,
is in XCom. If a mail address or a webhook is configured, new failures are sent there.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG

from restaurant_warehouse.operators.alerts import alerts
from restaurant_warehouse.operators.checks import WarehouseCheckOperator
from restaurant_warehouse.operators.quality import DataQualityOperator

with DAG(
    dag_id="restaurant_data_quality",
    dag_display_name="Restaurant 4: data quality",
    description="Runs the rules over the events that arrived and checks the health; fails when a check fails.",
    doc_md=__doc__,
    schedule=timedelta(minutes=10),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    tags=["restaurant", "quality"],
    default_args={
        "owner": "data-engineering",
        "retries": 2,
        "retry_delay": timedelta(seconds=30),
        "on_failure_callback": alerts(),
    },
):
    DataQualityOperator(task_id="critical_rules", severity="critical")
    DataQualityOperator(task_id="warning_rules", severity="warning")
    WarehouseCheckOperator(task_id="health_check", check="health_check")
