"""An operator that asks the warehouse whether all is well."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException
from psycopg import errors, sql
from psycopg.rows import tuple_row

from sse_ingest.airflow.connections import database_url

# Which states fail the task. A warning of health_check() is a state to know of, not one to be woken for.
FAILING = {"health_check": ("error",), "validate_data_consistency": ("warn", "error")}
# How long it may take: the one looks at small tables every ten minutes, the other once a day at all there is.
PATIENCE = {"health_check": "5min", "validate_data_consistency": "1h"}


class WarehouseCheckOperator(BaseOperator):
    """Run one of the warehouse's check functions; fail with a table of what is wrong and what to do about it.

    Every row goes to XCom, also when the task fails. A failed check is not retried, since asking again mends
    nothing; a database that cannot be reached is.

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
        """Ask, push the answer to XCom, log it as a table, and fail if it is bad."""
        rows = self._ask()
        context["ti"].xcom_push(key="return_value", value=rows)
        self.log.info("analytics.%s():\n%s", self.check, as_table(rows))
        failed = [row for row in rows if row["status"] in FAILING[self.check]]
        if failed or not rows:
            raise AirflowFailException(
                f"{len(failed)} of {len(rows)} checks of analytics.{self.check}() failed:\n{as_table(failed)}"
            )

    def _ask(self) -> list[dict[str, Any]]:
        query = sql.SQL("SELECT * FROM analytics.{}()").format(sql.Identifier(self.check))
        url = database_url(self.postgres_conn_id)
        try:
            with psycopg.connect(url, connect_timeout=10, row_factory=tuple_row) as connection:
                connection.read_only = True
                connection.execute("SELECT set_config('statement_timeout', %s, true)", [PATIENCE[self.check]])
                answer = connection.execute(query).fetchall()
        except (errors.UndefinedFunction, errors.InvalidSchemaName, errors.InsufficientPrivilege) as error:
            raise AirflowFailException(
                f"analytics.{self.check}() is missing, or '{self.postgres_conn_id}' may not run it: "
                f"run `python -m sql migrate`. PostgreSQL says: {error}"
            ) from error
        return [{"name": name, "status": status, "details": details} for name, status, details in answer]


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
