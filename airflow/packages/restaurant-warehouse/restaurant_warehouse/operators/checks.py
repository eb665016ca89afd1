"""An operator that runs the warehouse's check functions."""

from collections.abc import Mapping, Sequence
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException
from psycopg import sql

from restaurant_warehouse.connection import connect
from restaurant_warehouse.operators.missing_objects import fail_if_missing
from sse_ingest.airflow.connections import database_url

# The states that fail the task. A warning of health_check() is only logged.
FAILING = {"health_check": ("error",), "validate_data_consistency": ("warn", "error")}
# The time limits: health_check reads small tables every ten minutes, the other one reads all tables once a day.
STATEMENT_TIMEOUT = {"health_check": "5min", "validate_data_consistency": "1h"}


class WarehouseCheckOperator(BaseOperator):
    """Run one of the warehouse's check functions. Fail with a table of the failed checks and what to do about them.

    Every row goes to XCom, also when the task fails. A failed check is not retried, because a retry would not correct
    it. If the database cannot be reached, the task is retried.

    :param check: `health_check` or `validate_data_consistency`, of the schema analytics
    :param postgres_conn_id: Postgres connection that may execute it
    """

    template_fields = ("postgres_conn_id",)
    ui_color = "#f4efe0"

    def __init__(
        self,
        *,
        check: str,
        postgres_conn_id: str = "postgres_restaurant",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if check not in FAILING:
            raise ValueError(f"check must be one of {', '.join(FAILING)}, not {check!r}")
        self.check = check
        self.postgres_conn_id = postgres_conn_id

    def execute(self, context: Context) -> None:
        """Run the check, push the rows to XCom, log them as a table, and fail if a check fails."""
        rows = self._rows()
        context["ti"].xcom_push(key="return_value", value=rows)
        self.log.info("analytics.%s():\n%s", self.check, as_table(rows))
        failed = [row for row in rows if row["status"] in FAILING[self.check]]
        if failed or not rows:
            raise AirflowFailException(
                f"{len(failed)} of {len(rows)} checks of analytics.{self.check}() failed:\n{as_table(failed)}"
            )

    def _rows(self) -> list[dict[str, Any]]:
        query = sql.SQL("SELECT * FROM analytics.{}()").format(sql.Identifier(self.check))
        url = database_url(self.postgres_conn_id)
        with fail_if_missing(f"analytics.{self.check}()", self.postgres_conn_id), connect(url) as connection:
            connection.read_only = True
            with connection.transaction():
                connection.execute(
                    "SELECT set_config('statement_timeout', %s, true)", [STATEMENT_TIMEOUT[self.check]]
                )
                rows = connection.execute(query).fetchall()
        return [{"name": name, "status": status, "details": details} for name, status, details in rows]


def as_table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows of a check as lines of text: name, status, details, and the remedy on a line of its own."""
    width = max((len(row["name"]) for row in rows), default=0)
    lines = []
    for row in rows:
        details = dict(row["details"]) if isinstance(row["details"], Mapping) else {"": row["details"]}
        remedy = details.pop("remedy", None)
        facts = ", ".join(f"{key}={value}" if key else str(value) for key, value in details.items())
        lines.append(f"  {row['name']:<{width}}  {row['status']:<5}  {facts}".rstrip())
        if remedy:
            lines.append(f"  {'':<{width}}         -> {remedy}")
    return "\n".join(lines)
