"""The shadow tables: copies of the typed tables in a separate schema, filled from the raw events by the same merge.

Raw events are read by ranges of blocks, one partition after the other. This needs no sort and no index, and only one
range is in memory. The first pass reads all events. A later pass reads the events that were written since then. It
finds them by the transaction that wrote them, because clocks and offsets can go backwards. An event that is read twice
changes nothing. Archived months come from their files, page by page, and are merged in the same way.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

import psycopg
from psycopg import sql

from sse_ingest.archive import reader
from sse_ingest.contract.protocol import TypedTables
from sse_ingest.database.connection import DATA_FAULTS
from sse_ingest.database.named_queries import load
from sse_ingest.errors import ConfigurationError, RebuildRefused
from sse_ingest.events import Event
from sse_ingest.rebuild.processors import into_shadow
from sse_ingest.rebuild.processors import run as run_processors
from sse_ingest.settings import Processor
from sse_ingest.store import incoming

SQL = load("rebuild.sql", __package__)
_PAGE_BLOCKS = 1024
_CHUNK = 500


class Places(NamedTuple):
    """The schemas that a rebuild reads and writes."""

    live: str
    raw: str
    audit: str

    def compose(self, name: str, **identifiers: sql.Composable) -> sql.Composed:
        """A statement of rebuild.sql with these schemas and identifiers filled in."""
        schemas = {place: sql.Identifier(schema) for place, schema in self._asdict().items()}
        text: LiteralString = SQL[name]
        return sql.SQL(text).format(**schemas, **identifiers)


@dataclass(frozen=True)
class Table:
    """A live table and its shadow table, which has the same name."""

    places: Places
    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]

    def statement(self, name: str) -> sql.Composed:
        """A statement of rebuild.sql for this table."""
        suspects = f"suspects_of_{self.name}"[:63]
        return self.places.compose(
            name,
            table=sql.Identifier(self.name),
            suspects=sql.Identifier("pg_temp", suspects),
            key=_list(self.key),
            first_key=sql.Identifier(self.key[0]),
            columns=_list(self.columns),
            s_columns=_list(self.columns, "s"),
            l_key=sql.SQL("({})").format(_list(self.key, "l")),
            s_key=sql.SQL("({})").format(_list(self.key, "s")),
            x_key=sql.SQL("({})").format(_list(self.key, "x")),
        )


@dataclass
class Shadow:
    """The shadow tables of one rebuild. `refused` has one sentence per event that a processor has refused."""

    connection: psycopg.Connection[Any]
    typed: TypedTables
    places: Places
    tables: Sequence[Table]
    processors: Mapping[str, Processor]
    refused: list[str] = field(default_factory=list)

    @classmethod
    def create(
        cls,
        connection: psycopg.Connection[Any],
        typed: TypedTables,
        raw: str,
        extra: Sequence[str],
        processors: Mapping[str, Processor],
    ) -> "Shadow":
        """Drop the shadow tables of a killed rebuild, and create empty ones. `extra`: tables of the processors."""
        (audit,) = connection.execute(SQL["find_audit_log"]).fetchone() or (raw,)
        places = Places(typed.schema, raw, audit)
        names = dict.fromkeys([*typed.tables, *extra])
        tables = [_describe(connection, places, name) for name in names]
        connection.execute(SQL["drop_shadow"])
        with connection.transaction():
            connection.execute(SQL["create_shadow"])
            for table in tables:
                connection.execute(table.statement("create_table"))
                connection.execute(table.statement("create_suspects"))
            connection.execute(SQL["create_processed"])
            incoming.prepare(connection)
        connection.execute(SQL["enter_shadow"])
        return cls(connection, typed, places, tables, into_shadow(processors, places))

    def statement(self, name: str) -> sql.Composed:
        """A statement of rebuild.sql that needs no table."""
        return self.places.compose(name)

    def take(self, since: str | None = None) -> int:
        """Merge the raw events, or only those written since this horizon. Returns how many were read."""
        return sum(
            self._take_page(partial(self._read_page, partition=name, block=block, since=since), name)
            for name, blocks in self._partitions()
            for block in range(0, blocks, _PAGE_BLOCKS)
        )

    def take_archived(self, path: Path) -> int:
        """Merge the events of an archived month. Returns how many were read."""
        return sum(self._take_page(partial(_stage, events=page), str(path)) for page in reader.events(path))

    @property
    def processor_tables(self) -> list[Table]:
        """The tables that custom processors fill."""
        return [table for table in self.tables if table.name not in self.typed.tables]

    def drop(self) -> None:
        self.connection.execute(SQL["drop_shadow"])

    def _partitions(self) -> Iterator[tuple[str, int]]:
        yield from self.connection.execute(SQL["partitions"], {"raw": self.places.raw}).fetchall()

    def _take_page(self, fill: Callable[[psycopg.Cursor[Any]], int], origin: str) -> int:
        with self.connection.transaction(), self.connection.cursor() as cursor:
            events = fill(cursor)
            if events:
                try:
                    self._process(cursor)
                    cursor.execute(SQL["forget_raw"])
                    self.typed.forget_foreign(cursor)
                    self.typed.merge(cursor, {row[0] for row in cursor.execute(SQL["types_to_merge"])})
                except DATA_FAULTS as error:
                    raise RebuildRefused(
                        f"An event of {origin} no longer fits its table: {str(error).strip()} "
                        "Correct the table's constraint, then rebuild again."
                    ) from error
                cursor.execute(SQL["empty_page"])
        return events

    def _process(self, cursor: psycopg.Cursor[Any]) -> None:
        if not self.processors:
            return
        chosen = cursor.execute(SQL["choose_events"], {"types": list(self.processors)}).fetchall()
        ids: list[UUID] = [row[0] for row in chosen]
        for start in range(0, len(ids), _CHUNK):
            rows = cursor.execute(self.statement("chosen_events"), {"event_ids": ids[start : start + _CHUNK]})
            events = [_event(row) for row in rows]
            self.refused += run_processors(self.connection, self.processors, events)

    def _read_page(self, cursor: psycopg.Cursor[Any], partition: str, block: int, since: str | None) -> int:
        page = {"first": f"({block},0)", "past": f"({block + _PAGE_BLOCKS},0)", "since": since}
        return cursor.execute(
            self.places.compose("read_page", partition=sql.Identifier(partition)), page
        ).rowcount


def _stage(cursor: psycopg.Cursor[Any], events: Sequence[Event]) -> int:
    incoming.stage(cursor, events)
    return len(events)


def _event(row: tuple[Any, ...]) -> Event:
    stream_id, offset, event_id, event_type, ts, key, payload, content_hash, version = row
    received = payload.encode()  # events_raw holds the payload, not the bytes as received
    place = f"{stream_id}-{offset}"
    return Event(
        stream_id,
        offset,
        event_id,
        event_type,
        ts,
        key,
        received,
        content_hash,
        place,
        received,
        version=version,
    )


def _describe(connection: psycopg.Connection[Any], places: Places, name: str) -> Table:
    values = {"schema": places.live, "table": name}
    row = connection.execute(SQL["describe"], values).fetchone()
    if row is None:
        raise ConfigurationError(
            f"There is no table {places.live}.{name}: --table needs the name without a schema."
        )
    key, columns = row
    if not key:
        raise ConfigurationError(
            f"{places.live}.{name} has no primary key, which the comparison of rows needs: add one."
        )
    return Table(places, name, tuple(key), tuple(columns))


def _list(names: Sequence[str], alias: str | None = None) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(*([alias] if alias else []), name) for name in names)
