"""Operators that keep a growing warehouse fast."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from restaurant_warehouse.maintenance import (
    analyze,
    delete_old_results,
    empty_default_partition,
    keep_months,
    make_partitions,
)
from restaurant_warehouse.operators.missing_objects import fail_if_missing
from sse_ingest.airflow.connections import database_url
from sse_ingest.errors import TerminalError


class MaintenanceOperator(BaseOperator):
    """The base of the operators below: a connection, and errors that decide whether the task is retried.

    Each can run again at any time, beside ingestion. If it does not get a lock in time, the task fails and is retried.

    :param postgres_conn_id: Postgres connection that may execute the functions that are needed
    """

    template_fields: tuple[str, ...] = ("postgres_conn_id",)
    ui_color = "#e9e4f0"

    def __init__(self, *, postgres_conn_id: str = "postgres_restaurant", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.postgres_conn_id = postgres_conn_id

    def execute(self, context: Context) -> dict[str, Any]:  # noqa: ARG002 - Airflow's signature
        """Do the work; its result goes to XCom."""
        try:
            with fail_if_missing("A function of the warehouse", self.postgres_conn_id):
                result = self.work()
        except TerminalError as error:
            raise AirflowFailException(f"{type(error).__name__}: {error}") from error
        self.log.info("%s", result)
        return result

    def work(self) -> dict[str, Any]:
        """Do the work of this operator, and return its result."""
        raise NotImplementedError


class PartitionsAheadOperator(MaintenanceOperator):
    """Create the partitions of this month and of the next ones. XCom: `created`, how many were missing.

    :param months_ahead: how many months after this one
    """

    def __init__(self, *, months_ahead: int = 3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.months_ahead = months_ahead

    def work(self) -> dict[str, Any]:
        """See the class."""
        return {"created": make_partitions(database_url(self.postgres_conn_id), self.months_ahead)}


class DefaultPartitionOperator(MaintenanceOperator):
    """Move the rows of the default partition into monthly partitions, month by month.

    Rows go there while another session's long read prevents the creation of a month's partition. XCom: `moved` and
    `left`, the months with their numbers of rows. `left` are months with too many rows for one transaction.

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
                "%s holds %d rows, more than most_rows, and stays in the default partition. At a quiet time: "
                "SELECT * FROM raw_data.empty_default_partition(%d)",
                month,
                rows,
                rows,
            )
        return asdict(result)


class AnalyzeOperator(MaintenanceOperator):
    """Update the planner statistics of the raw events as a whole, which autovacuum never does. XCom: `analyzed`."""

    def work(self) -> dict[str, Any]:
        """See the class."""
        analyze(database_url(self.postgres_conn_id))
        return {"analyzed": ["raw_data.events_raw"]}


class OldResultsOperator(MaintenanceOperator):
    """Delete results of quality rules and scores of payments that are older than the limits in analytics.thresholds.

    The newest result of each rule and the scores of anomalies always stay. XCom: `deleted`, the number of deleted rows
    by table.
    """

    def work(self) -> dict[str, Any]:
        """See the class."""
        return {"deleted": delete_old_results(database_url(self.postgres_conn_id))}


class RetentionOperator(MaintenanceOperator):
    """Archive old months of raw events into Parquet files, each verified before its partition is dropped.

    Without `keep_months` the task is skipped. XCom: `archived`, the months with their numbers of rows. A month that
    cannot be archived stays in the database and fails the task; the months before it stay archived.

    :param keep_months: how many whole months before this one stay in the database; None: all of them
    :param folder: the folder of the files, which stay there
    :param postgres_conn_id: Postgres connection of restaurant_user, because only this role may drop a partition
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
            raise AirflowSkipException("Raw events are kept forever: RESTAURANT_KEEP_MONTHS is not set")
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
