"""
### Keep the views fast

One task runs every ten minutes. `refresh` sums the hours that have closed since its last run. It sums again the hours
that late, restating or cancelling events have changed. `daily_sales`, `hourly_sales`, `menu_performance` and
`satisfaction_summary` read the sums, and read the other hours from the tables. So they are exact at any moment, even if
this DAG does not run; but then they become slower with each hour.

While a critical rule of `restaurant_data_quality` fails, the restaurants and business days that it concerns keep the
sums that were last published (`analytics.data_quality_blocking`). The task fails only while a failure names none of
them; the error names the rule and what to do.

To sum everything again: `SELECT analytics.reset_rollups()` as restaurant_user, and let the task run once.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG, Asset

from restaurant_warehouse.operators.rollups import RollupRefreshOperator
from sse_ingest.airflow.assets import stream_asset

with DAG(
    dag_id="restaurant_rollups",
    dag_display_name="Restaurant 3: sums for the views",
    description="Sums closed hours, so that the views do not have to read every order.",
    doc_md=__doc__,
    schedule=timedelta(minutes=10),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    tags=["restaurant", "warehouse"],
    default_args={"owner": "data-engineering", "retries": 2, "retry_delay": timedelta(seconds=30)},
):
    # Another DAG can be scheduled on the outlet: it runs after each refresh.
    RollupRefreshOperator(
        task_id="refresh",
        inlets=[stream_asset("restaurant")],
        outlets=[Asset("restaurant_rollups", "x-restaurant://analytics/rollups")],
    )
