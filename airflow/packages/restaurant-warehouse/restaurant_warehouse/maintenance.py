"""Maintenance, which keeps a growing warehouse fast: see sql/repeatable and sse_ingest/archive/archive.py."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from restaurant_warehouse.connection import connect
from restaurant_warehouse.contract import CONTRACT
from sse_ingest.archive.archive import Request, archive
from sse_ingest.archive.files import Manifest
from sse_ingest.settings import Warehouse

_BEFORE = "SELECT to_char(now() AT TIME ZONE 'UTC' - make_interval(months => %s), 'YYYY-MM')"


@dataclass
class Moved:
    """Months of the default partition, each with its number of rows."""

    moved: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    """Months with too many rows for one transaction."""


def make_partitions(url: str, months: int) -> int:
    """Create the partitions of this month and of the next `months`. Returns how many were missing.

    Raises psycopg.Error.
    """
    with connect(url) as connection:
        row = connection.execute(
            "SELECT raw_data.ensure_partitions(now(), now() + make_interval(months => %s))", [months]
        ).fetchone()
    assert row is not None
    created: int = row[0]
    return created


def empty_default_partition(url: str, most_rows: int) -> Moved:
    """Move its months into partitions, at most `most_rows` rows in one transaction. Raises psycopg.Error."""
    result = Moved()
    with connect(url) as connection:
        while True:
            months = connection.execute(
                "SELECT to_char(month, 'YYYY-MM'), rows, moved FROM raw_data.empty_default_partition(%s)",
                [most_rows],
            ).fetchall()
            result.moved.update((month, rows) for month, rows, moved in months if moved)
            result.left = {month: rows for month, rows, moved in months if not moved}
            if not any(moved for _, _, moved in months):
                return result


def delete_old_results(url: str) -> dict[str, int]:
    """Delete results and scores that are too old. Returns the number of deleted rows by table. Raises psycopg.Error."""
    with connect(url) as connection:
        return dict(connection.execute("SELECT object, rows FROM analytics.delete_old_results()").fetchall())


def analyze(url: str) -> None:
    """Update the planner statistics of the raw events as a whole. Raises psycopg.Error."""
    with connect(url) as connection:
        connection.execute("SELECT raw_data.analyze_events()")


def keep_months(owner_url: str, months: int, folder: Path) -> Iterator[Manifest]:
    """Archive the months before the last `months` whole months. A month is archived when its manifest is yielded.

    Raises psycopg.Error and sse_ingest's IngestError.
    """
    with connect(owner_url) as connection:
        row = connection.execute(_BEFORE, [months]).fetchone()
    assert row is not None
    warehouse = Warehouse(url=owner_url, contract=CONTRACT)
    yield from archive(warehouse, Request(before=row[0], folder=folder))
