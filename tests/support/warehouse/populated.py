"""Rows of a warehouse at an old revision, and whether they are still there later."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

TABLES: LiteralString = """
SELECT c.oid::regclass::text, array_agg(quote_ident(a.attname) ORDER BY a.attnum)
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace IN ('raw_data'::regnamespace, 'analytics'::regnamespace) AND c.relkind IN ('r', 'p')
    AND NOT c.relispartition AND c.relname NOT IN ('alembic_version', 'sse_ingest_version', 'repeatables')
GROUP BY c.oid
"""
ACCOUNT: LiteralString = """
INSERT INTO raw_data.duplicates (stream, stream_id, event_offset, event_id, seen_at)
SELECT 'restaurant', stream_id, max(event_offset) OVER () + 1, event_id, ts FROM raw_data.events_raw LIMIT 1;
INSERT INTO raw_data.dead_letters
    (stream, stream_id, event_offset, reason_code, detail, received, first_seen, last_seen)
SELECT stream, stream_id, event_offset + 1, 'bad_json', 'not JSON', '{', seen_at, seen_at FROM raw_data.duplicates;
INSERT INTO raw_data.stream_gaps (stream, kind, requested, detected_at, acknowledged_at)
VALUES ('restaurant', 'retention', 'log-1', '2024-03-05', '2024-03-05');
INSERT INTO raw_data.stream_checkpoints (stream, stream_id, event_offset, last_event_id, committed_at)
SELECT stream, stream_id, event_offset, 'log-' || event_offset, first_seen FROM raw_data.dead_letters;
DO $$
BEGIN
    IF to_regclass('raw_data.committed_ranges') IS NOT NULL THEN
        INSERT INTO raw_data.committed_ranges (stream, stream_id, first_offset, last_offset, committed_at)
        SELECT stream, stream_id, 1, event_offset, committed_at FROM raw_data.stream_checkpoints;
    END IF;
END
$$;
"""

INVALID: LiteralString = """
SELECT conname::text FROM pg_constraint WHERE NOT convalidated
UNION ALL
SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid
"""
PRIVILEGES: LiteralString = """
SELECT oid::regclass::text, relacl::text FROM pg_class
WHERE relnamespace IN ('raw_data'::regnamespace, 'analytics'::regnamespace) AND relkind IN ('r', 'p', 'v', 'S')
    AND relname !~ '^events_raw_[0-9]'
UNION ALL
SELECT format('%s.%s', attrelid::regclass, attname), attacl::text FROM pg_attribute WHERE attacl IS NOT NULL
    AND attrelid > 16384
UNION ALL
SELECT oid::regprocedure::text, proacl::text FROM pg_proc
WHERE pronamespace IN ('raw_data'::regnamespace, 'analytics'::regnamespace)
"""


@dataclass(frozen=True)
class Contents:
    """The rows of every table, with its columns at that revision."""

    columns: Mapping[str, list[str]]
    rows: Mapping[str, Counter[str]]


NEW_DEFAULTS = ("anomaly_weekday_weeks",)
"""The thresholds whose default a migration changes."""


def contents(owner: psycopg.Connection[Any], columns: Mapping[str, list[str]] | None = None) -> Contents:
    """The contents of every table, or of these tables and columns only."""
    columns = dict(owner.execute(TABLES).fetchall()) if columns is None else columns
    rows = {
        table: Counter(
            row[0]
            for row in owner.execute(
                f"SELECT t::text FROM (SELECT {', '.join(names)} FROM {table}) AS t".encode()
            )
        )
        for table, names in columns.items()
    }
    return Contents(columns, rows)


def assert_kept(owner: psycopg.Connection[Any], before: Contents) -> None:
    """No row is lost or changed. Migrations may add rows to empty tables, thresholds and event types only.

    A default of a threshold may change. Rollups are sums of other tables: a migration may empty them. The rows of event
    types are definitions: a migration may change them.
    """
    after = contents(owner, before.columns)
    for table, rows in before.rows.items():
        if table.startswith("analytics.rollup_") or table == "analytics.event_types":
            continue
        lost = [row for row in rows - after.rows[table] if not any(text in row for text in NEW_DEFAULTS)]
        assert lost == [], f"{table} lost rows"
        if rows and table not in ("analytics.thresholds", "analytics.event_types"):
            assert after.rows[table] == rows, f"{table} has rows that nobody wrote"
