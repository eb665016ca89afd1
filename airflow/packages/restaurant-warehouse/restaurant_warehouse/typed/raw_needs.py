"""Finds out whether the rules of data quality still need the raw events of a partition."""

from typing import Any

import psycopg
from psycopg import sql

from sse_ingest.database.named_queries import load

_NEEDS_CHECKS = load("raw_needs.sql", __package__)["needs_checks"]


def needs_checks(cursor: psycopg.Cursor[Any], partition: str) -> bool:
    """Whether a rule still has to check events of this partition, or checks them again until they are corrected."""
    row = cursor.execute(sql.SQL(_NEEDS_CHECKS).format(partition=sql.Identifier(partition))).fetchone()
    assert row is not None
    return bool(row[0])
