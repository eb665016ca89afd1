"""
### Which payments are unusual?

One task runs every hour. `score_payments` trains an Isolation Forest on the payments that are older than a week. It
scores the payments of the last week that have no score yet or have changed since. `analytics.anomalies` shows the
unusual ones, and also the hours in which a restaurant sold unusually much or little, which need no task.
docs/explanation/anomalies.md explains the scores and how good they are.

Until there are a thousand payments that are older than a week, nothing is scored, and the log says so.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG

from restaurant_warehouse.operators.anomalies import PaymentScoringOperator

with DAG(
    dag_id="restaurant_anomalies",
    dag_display_name="Restaurant 5: anomalies",
    description="Scores new payments, so that unusual ones are seen.",
    doc_md=__doc__,
    schedule=timedelta(hours=1),
    start_date=datetime(2024, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    tags=["restaurant", "warehouse"],
    default_args={"owner": "data-engineering", "retries": 2, "retry_delay": timedelta(seconds=30)},
):
    PaymentScoringOperator(task_id="score_payments", scored=timedelta(days=7), history=100_000, least=1_000)
