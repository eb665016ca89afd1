"""What PostgreSQL reads for a query."""

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg


def explained(connection: psycopg.Connection[Any], query: str, values: Sequence[Any] = ()) -> dict[str, Any]:
    """The plan of a query, with what its execution measured."""
    row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}".encode(), values).fetchone()
    assert row is not None
    plan: dict[str, Any] = row[0][0]["Plan"]
    return plan


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The node and all below it."""
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def scans(connection: psycopg.Connection[Any], *tables: str) -> list[tuple[str, int]]:
    """How often these tables were read completely; without names, every large table."""
    connection.execute("SELECT pg_stat_force_next_flush()")
    connection.execute("SELECT pg_stat_clear_snapshot()")
    return connection.execute(
        "SELECT relid::regclass::text, seq_scan FROM pg_stat_user_tables"
        " WHERE CASE WHEN cardinality(%(names)s::text[]) = 0 THEN n_live_tup > 1000"
        " ELSE relname = ANY (%(names)s) END ORDER BY 1",
        {"names": list(tables)},
    ).fetchall()
