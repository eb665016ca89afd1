"""Which raw events the rules of data quality have yet to read."""

from typing import Any

import psycopg
from psycopg import sql

from sse_ingest.database.named_queries import load

_NEEDS_CHECKS = load("raw_needs.sql", __package__)["needs_checks"]


def needs_checks(cursor: psycopg.Cursor[Any], partition: str) -> bool:
    """Whether a rule has yet to check events of this partition, or checks them again until they are corrected."""
    row = cursor.execute(sql.SQL(_NEEDS_CHECKS).format(partition=sql.Identifier(partition))).fetchone()
    assert row is not None
    return bool(row[0])
