"""A warehouse with old events: PostgreSQL copies the events that it holds, each copy a day older than the one before.

The ids become older with their events: a UUIDv7 begins with its time, so that the copies are where old events are in
an index.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import LiteralString

import psycopg
from psycopg import sql

_RAW: tuple[tuple[LiteralString, LiteralString], ...] = (
    ("raw_data", "event_ids"),
    ("raw_data", "events_raw"),
)
_TYPED: tuple[tuple[LiteralString, LiteralString], ...] = (
    ("analytics", "orders"),
    ("analytics", "order_items"),
    ("analytics", "order_status_history"),
    ("analytics", "payments"),
    ("analytics", "refunds"),
    ("analytics", "feedback"),
)
_AT_ONCE = 2
_BASE = """
CREATE SCHEMA past;
CREATE FUNCTION past.earlier(id uuid, days integer) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex(('x' || substr(h, 1, 12))::bit(48)::bigint - days * 86400000::bigint), 12, '0')
        || substr(h, 13))::uuid
    FROM replace(id::text, '-', '') AS h
$$
"""
_PARTITIONS = """
SELECT raw_data.ensure_partitions(
    min(ts) - %(days)s * interval '1 day', max(ts) - %(days)s * interval '1 day'
) FROM past.events_raw
"""
_COLUMNS = """
SELECT attname, atttypid::regtype::text FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""


class History:
    """Copies of the rows that a database holds when this object is created. `url` is the owner's.

    Sizes are in events. Without `raw` only the typed tables are copied, and sizes are in orders.
    """

    def __init__(self, url: str, *, raw: bool = True) -> None:
        self._url = url
        self._raw = raw
        self._days = 0
        with psycopg.connect(url) as connection:
            connection.execute(_BASE)
            tables = _RAW + _TYPED if raw else _TYPED
            self._statements = [_prepare(connection, schema, table) for schema, table in tables]
            counted: LiteralString = "past.events_raw" if raw else "past.orders"
            row = connection.execute(f"SELECT count(*) FROM {counted}").fetchone()
        assert row is not None
        self._first: int = row[0]
        self.size = self._first
        """How many there are by now, the first included."""

    def grow(self, size: int) -> None:
        """Copy until there are `size`; then vacuum, as autovacuum does."""
        missing = max(0, -(-(size - self.size) // self._first))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for _ in pool.map(self._copy, range(self._days + 1, self._days + missing + 1)):
                self.size += self._first
        self._days += missing
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")

    def _copy(self, days: int) -> None:
        with psycopg.connect(self._url) as connection:
            if self._raw:
                connection.execute(_PARTITIONS, {"days": days})
                connection.commit()  # for the other connection, which can need the same month
            for statement in self._statements:
                connection.execute(statement, {"days": days})


def _prepare(connection: psycopg.Connection[tuple[str, str]], schema: str, table: str) -> sql.Composed:
    """Save the rows of a table; return the statement that adds a copy of them, some days older."""
    names = {"source": sql.Identifier("past", table), "table": sql.Identifier(schema, table)}
    connection.execute(sql.SQL("CREATE TABLE {source} AS SELECT * FROM {table}").format(**names))
    columns = connection.execute(_COLUMNS, [f"{schema}.{table}"]).fetchall()
    moved = [_moved(name, kind) for name, kind in columns]
    return sql.SQL("INSERT INTO {table} ({columns}) SELECT {moved} FROM {source}").format(
        columns=sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns),
        moved=sql.SQL(", ").join(moved),
        **names,
    )


def _moved(name: str, kind: str) -> sql.Composed:
    forms: dict[str, LiteralString] = {
        "uuid": "past.earlier({column}, %(days)s)",
        "timestamp with time zone": "{column} - %(days)s * interval '1 day'",
    }
    form = "{column} || '-' || %(days)s" if name == "stream_id" else forms.get(kind, "{column}")
    return sql.SQL(form).format(column=sql.Identifier(name))
