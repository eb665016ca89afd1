"""Events as rows of COPY, formatted before the transaction begins.

The two raw tables, into which every event goes, are binary: PostgreSQL takes that for two thirds of the work, and a row
of theirs is cheap to pack. The typed tables are CSV, and C code writes it: a row of JSON without its brackets is a row
of CSV whose escape is the backslash. https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import compress
from operator import attrgetter
from struct import Struct
from typing import Any

import msgspec
from msgspec.structs import astuple

from restaurant_warehouse.typed.order_totals import Late
from restaurant_warehouse.typed.tables import ORDERS, TABLES
from sse_ingest.events import Event

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # PostgreSQL's
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_FIVE, _EIGHT = b"\0\x05", b"\0\x08"  # columns in a row
_PLACE = Struct(">i16siqiq")  # event_id, ts, event_offset, each with its length before it
_LENGTH = Struct(">i")
_JSONB = Struct(">iB")  # its length, and the version of its format
_HASH = _LENGTH.pack(16)
_MOST_LABELS = 10_000
_write_json = msgspec.json.Encoder(enc_hook=attrgetter("text"))
Row = tuple[Any, ...]


class Rows:
    """The rows of a batch. `typed` says whether there are more than the raw ones."""

    def __init__(self, writer: str, *, typed: bool) -> None:
        self.late = Late()
        self._writer = _text(writer.encode())
        self._ids: list[bytes] = []
        self._raw: list[bytes] = []
        self._labels: dict[tuple[str, str, str], tuple[bytes, bytes]] = {}
        self._tables: dict[str, list[Row]] = {name: [] for name in TABLES} if typed else {}
        self._awkward: dict[str, list[Row]] = {name: [] for name in self._tables}

    def extend(self, events: Sequence[Event]) -> None:
        """Format events."""
        ids, raw = self._ids.append, self._raw.append
        for event in events:
            payload = event.payload
            since = event.ts - _EPOCH
            micros = since.days * 86_400_000_000 + since.seconds * 1_000_000 + since.microseconds
            place = _PLACE.pack(16, event.event_id.int.to_bytes(16, "big"), 8, micros, 8, event.offset)
            key = (event.stream_id, event.event_type, event.partition_key)
            stream, label = self._labels.get(key) or self._label(key)
            ids(b"".join((_FIVE, place, _HASH, event.content_hash, stream)))
            raw(b"".join((_EIGHT, place, label, _JSONB.pack(len(payload) + 1, 1), payload)))
            if event.record is not None and event.event_type in self._tables:
                self._add_typed(event, event.record)

    def _add_typed(self, event: Event, record: msgspec.Struct) -> None:
        # A text with control characters has escapes in JSON that CSV does not know.
        tables = self._awkward if b"\\" in event.payload else self._tables
        times = (event.ts,) * TABLES[event.event_type].times
        tables[event.event_type].append((*astuple(record), *times, event.event_id))
        self.late.notice(event)

    def of(self, events: Sequence[Event], fresh: Sequence[Event]) -> "Rows":
        """The rows of `fresh`, a part of the `events` that were added and in their order, not formatted again."""
        rest = iter(fresh)
        wanted = next(rest, None)
        keep = []
        for event in events:
            keep.append(event is wanted)
            if event is wanted:
                wanted = next(rest, None)
        made = Rows("", typed=False)
        made._ids, made._raw = list(compress(self._ids, keep)), list(compress(self._raw, keep))
        kept = {id(event.event_id) for event in fresh}
        made._tables = {name: [r for r in rows if id(r[-1]) in kept] for name, rows in self._tables.items()}
        made._awkward = {name: [r for r in rows if id(r[-1]) in kept] for name, rows in self._awkward.items()}
        if self._tables:
            for event in fresh:
                made.late.notice(event)
        return made

    def ids(self) -> bytes:
        """For `copy_ids` in claims.sql."""
        return b"".join((_HEADER, *self._ids, _TRAILER))

    def raw(self) -> bytes:
        """For `copy_raw` in queries.sql."""
        return b"".join((_HEADER, *self._raw, _TRAILER))

    def tables(self) -> Iterator[tuple[str, bytes]]:
        """Event types, and their rows for `Table.copy`."""
        for event_type in self._tables:
            both = [self._tables[event_type], self._awkward[event_type]]
            plain, awkward = map(self.late.complete, both) if event_type == ORDERS else both
            if plain or awkward:
                yield event_type, _csv(plain) + b"".join(map(_escaped, awkward))

    def _label(self, key: tuple[str, str, str]) -> tuple[bytes, bytes]:
        """The texts that recur, each with its length: stream_id, and with it the others of a raw row."""
        stream_id, event_type, partition_key = (_text(part.encode()) for part in key)
        made = stream_id, event_type + partition_key + stream_id + self._writer
        if len(self._labels) >= _MOST_LABELS:
            self._labels.clear()
        self._labels[key] = made
        return made


def _text(value: bytes) -> bytes:
    return _LENGTH.pack(len(value)) + value


def _csv(rows: list[Row]) -> bytes:
    """No text holds a control character, so that only brackets lie at the ends of lines."""
    return _write_json.encode_lines(rows)[1:-2].replace(b"]\n[", b"\n") + b"\n" if rows else b""


def _escaped(row: Row) -> bytes:
    """One row, field by field: only the quote and the escape itself are escaped."""
    return b",".join(map(_field, row)) + b"\n"


def _field(value: Any) -> bytes:
    if value is None:
        return b"null"
    if not isinstance(value, str):
        return _write_json.encode(value)
    return b'"%s"' % value.encode().replace(b"\\", b"\\\\").replace(b'"', b'\\"')
