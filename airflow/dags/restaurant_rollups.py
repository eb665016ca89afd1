"""
### Keep the views fast

Every ten minutes, one task: `refresh` sums the hours that have closed since the last time, and sums anew those
that late, restating or cancelling events have changed. `daily_sales`, `hourly_sales`, `menu_performance` and
`satisfaction_summary` read the sums, and from the tables only what is not in them: they are exact at any moment,
whether this DAG runs or not. While it does not, they grow slower with each hour.

While a critical rule of `restaurant_data_quality` fails, the task fails and says which, and what to do.

To sum everything anew: `SELECT analytics.reset_rollups()` as restaurant_user, and let it run once.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG

from restaurant_warehouse.operators.rollups import RollupRefreshOperator

with DAG(
    dag_id="restaurant_rollups",
    description="Sums closed hours, so that the views need not read every order.",
    doc_md=__doc__,
    schedule=timedelta(minutes=10),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    tags=["restaurant", "warehouse"],
    default_args={"owner": "data-engineering", "retries": 2, "retry_delay": timedelta(seconds=30)},
):
    RollupRefreshOperator(task_id="refresh")
