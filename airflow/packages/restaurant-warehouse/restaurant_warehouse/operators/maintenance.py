"""Operators that keep the warehouse fast as it grows."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException
from psycopg import errors

from restaurant_warehouse.maintenance import (
    analyze,
    delete_old_results,
    empty_default_partition,
    keep_months,
    make_partitions,
)
from sse_ingest.airflow.connections import database_url
from sse_ingest.errors import TerminalError


class MaintenanceOperator(BaseOperator):
    """What the operators below have in common: a connection, and errors that say whether to try again.

    Each is safe to run again, at any time, and beside ingestion. A lock that is not to be had fails the task to
    be tried again.

    :param postgres_conn_id: Postgres connection that may execute what is needed
    """

    template_fields: tuple[str, ...] = ("postgres_conn_id",)
    ui_color = "#e9e4f0"

    def __init__(self, *, postgres_conn_id: str = "postgres_restaurant", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.postgres_conn_id = postgres_conn_id

    def execute(self, context: Context) -> dict[str, Any]:  # noqa: ARG002 - Airflow's signature
        """Do it; what was done goes to XCom."""
        try:
            result = self.work()
        except (errors.UndefinedFunction, errors.InvalidSchemaName, errors.InsufficientPrivilege) as error:
            raise AirflowFailException(
                f"A function of the warehouse is missing, or '{self.postgres_conn_id}' may not run it: "
                f"run `python -m sql migrate`. PostgreSQL says: {error}"
            ) from error
        except TerminalError as error:
            raise AirflowFailException(f"{type(error).__name__}: {error}") from error
        self.log.info("%s", result)
        return result

    def work(self) -> dict[str, Any]:
        """What this operator does, and what it came to."""
        raise NotImplementedError


class PartitionsAheadOperator(MaintenanceOperator):
    """Make the partitions of this month and of those to come. XCom: `made`, how many were missing.

    :param months_ahead: how many months to come
    """

    def __init__(self, *, months_ahead: int = 3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.months_ahead = months_ahead

    def work(self) -> dict[str, Any]:
        """See the class."""
        return {"made": make_partitions(database_url(self.postgres_conn_id), self.months_ahead)}


class DefaultPartitionOperator(MaintenanceOperator):
    """Move what the default partition holds into partitions of its own, month by month.

    Events land there while somebody's long read keeps a month's partition from being made. XCom: `moved` and
    `left`, each the months with their rows; what is left is more than may move in one transaction.

    :param most_rows: how many rows may move in one transaction; readers of all raw events wait for it
    """

    def __init__(self, *, most_rows: int = 1_000_000, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most_rows = most_rows

    def work(self) -> dict[str, Any]:
        """See the class."""
        result = empty_default_partition(database_url(self.postgres_conn_id), self.most_rows)
        for month, rows in result.left.items():
            self.log.warning(
                "%s holds %d rows, more than most_rows, and was left where it is. At a quiet time: "
                "SELECT * FROM raw_data.empty_default_partition(%d)",
                month,
                rows,
                rows,
            )
        return asdict(result)


class AnalyzeOperator(MaintenanceOperator):
    """Tell the planner about the raw events as a whole, which autovacuum never does. XCom: `analyzed`."""

    def work(self) -> dict[str, Any]:
        """See the class."""
        analyze(database_url(self.postgres_conn_id))
        return {"analyzed": ["raw_data.events_raw"]}


class OldResultsOperator(MaintenanceOperator):
    """Delete results of quality rules and scores of payments that are older than analytics.thresholds says.

    The newest result of each rule and the scores of anomalies stay, however old. XCom: `deleted`, the tables with
    their rows.
    """

    def work(self) -> dict[str, Any]:
        """See the class."""
        return {"deleted": delete_old_results(database_url(self.postgres_conn_id))}


class RetentionOperator(MaintenanceOperator):
    """Archive old months of raw events into Parquet files, each verified before its partition is dropped.

    The task is skipped unless it is told how many months to keep. XCom: `archived`, the months with their rows.
    A month that cannot be archived stays where it is, and fails the task; those before it stay archived.

    :param keep_months: how many whole months before this one stay in the database; None: all of them
    :param folder: where the files go, and stay
    :param postgres_conn_id: Postgres connection of restaurant_user, who alone may drop a partition
    """

    template_fields = (*MaintenanceOperator.template_fields, "folder")

    def __init__(
        self,
        *,
        keep_months: int | None,
        folder: str | None,
        postgres_conn_id: str = "postgres_restaurant_owner",
        **kwargs: Any,
    ) -> None:
        super().__init__(postgres_conn_id=postgres_conn_id, **kwargs)
        self.keep_months = keep_months
        self.folder = folder

    def work(self) -> dict[str, Any]:
        """See the class."""
        if self.keep_months is None:
            raise AirflowSkipException("Raw events are kept for ever: RESTAURANT_KEEP_MONTHS is not set")
        if not self.folder:
            raise AirflowFailException(
                "RESTAURANT_KEEP_MONTHS is set, but INGEST_ARCHIVE_DIR is not: name the folder of the archive. "
                "Nothing was deleted."
            )
        archived: dict[str, int] = {}
        for manifest in keep_months(database_url(self.postgres_conn_id), self.keep_months, Path(self.folder)):
            self.log.info("%s: %d events in %s", manifest.month, manifest.rows, manifest.file)
            archived[manifest.month] = archived.get(manifest.month, 0) + manifest.rows
        return {"archived": archived}
