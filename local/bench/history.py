"""A warehouse with a past: copies of its own events, each some days older than the last, made by PostgreSQL itself.

Every id is moved back with its event: a UUIDv7 begins with its time, so that a copy lies where old events lie.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import LiteralString

import psycopg
from psycopg import sql

_TABLES: tuple[tuple[LiteralString, LiteralString], ...] = (
    ("raw_data", "event_ids"),
    ("raw_data", "events_raw"),
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
_COLUMNS = """
SELECT attname, atttypid::regtype::text FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""


class History:
    """Copies of what a database of ours holds when this is made. `url` is the owner's."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._days = 0
        with psycopg.connect(url) as connection:
            connection.execute(_BASE)
            self._statements = [_prepare(connection, schema, table) for schema, table in _TABLES]
            row = connection.execute("SELECT count(*) FROM past.events_raw").fetchone()
        assert row is not None
        self._events: int = row[0]
        self.events = self._events
        """How many there are by now, the first included."""

    def grow(self, events: int, told: Callable[[int], None] = lambda _events: None) -> None:
        """Until there are so many; then vacuum, as autovacuum would have. Older days are made last."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            missing = max(0, -(-(events - self.events) // self._events))
            for _ in pool.map(self._copy, range(self._days + 1, self._days + missing + 1)):
                self.events += self._events
                told(self.events)
            self._days += missing
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")

    def _copy(self, days: int) -> None:
        with psycopg.connect(self._url) as connection:
            connection.execute("SELECT raw_data.ensure_partitions(min(ts) - %(d)s * interval '1 day', max(ts) "
                               "- %(d)s * interval '1 day') FROM past.events_raw", {"d": days})  # fmt: skip
            connection.commit()  # for the other connection, which may want the same month
            for statement in self._statements:
                connection.execute(statement, {"days": days})


def _prepare(connection: psycopg.Connection[tuple[str, str]], schema: str, table: str) -> sql.Composed:
    """Keep a table's rows as they are now; the statement that adds them, moved back."""
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
