"""An operator that refreshes the rollups of the views."""

from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException
from psycopg import errors

from restaurant_warehouse.operators.missing_objects import fail_if_missing
from restaurant_warehouse.rollups import refresh
from sse_ingest.airflow.connections import database_url


class RollupRefreshOperator(BaseOperator):
    """Sum the hours that have closed, and the hours that have changed since they were summed. Other hours are not read.

    Views are exact before, during and after it: they read hours that are not in the rollups from the tables. It uses
    two transactions. The first one sets the hour from which writers log their changes. The second one sums in one
    snapshot and moves the watermark. Ingestion continues beside both. The task can run again at any time.

    Hours of restaurants and business days that data quality blocks keep the sums that were last published. While a
    failure names no restaurant and day, nothing is summed; the error names the rule and what to do.

    XCom: `closed_before`, the instant (RFC 3339) before which every hour is summed that is not blocked.

    :param postgres_conn_id: Postgres connection that may execute analytics.open_refresh() and refresh_rollups()
    """

    template_fields = ("postgres_conn_id",)
    ui_color = "#e4eef6"

    def __init__(self, *, postgres_conn_id: str = "postgres_restaurant", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.postgres_conn_id = postgres_conn_id

    def execute(self, context: Context) -> dict[str, str]:  # noqa: ARG002 - Airflow's signature
        """Refresh. If a lock is not free, or another refresh is running, the task fails and is retried."""
        url = database_url(self.postgres_conn_id)
        try:
            with fail_if_missing("analytics.refresh_rollups()", self.postgres_conn_id):
                upto = refresh(url)
        except errors.ObjectNotInPrerequisiteState as error:
            raise AirflowFailException(
                f"{error.diag.message_primary}\n-> {error.diag.message_hint}"
            ) from error
        self.log.info("Every hour before %s is summed", upto.isoformat())
        return {"closed_before": upto.isoformat()}
