"""Formats events as rows of the typed tables, in CSV. The JSON encoder, which is C code, writes them.

A row of JSON without its brackets is a row of CSV whose escape is the backslash.
https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS
"""

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any, TypeAlias

import msgspec
from msgspec.structs import astuple

from restaurant_warehouse.event_types import EVENT_TYPES
from restaurant_warehouse.typed.order_totals import OrderTotals
from sse_ingest.events import Event

_write_json = msgspec.json.Encoder(enc_hook=attrgetter("text"))
_SNAPSHOTS = [name for name, kind in EVENT_TYPES.items() if kind.parts]
Row: TypeAlias = tuple[Any, ...]


class CopyRows:
    """The typed rows of one batch, by event type."""

    def __init__(self) -> None:
        self.totals = OrderTotals()
        self._plain: dict[str, list[Row]] = {name: [] for name in EVENT_TYPES}
        self._escaped: dict[str, list[Row]] = {name: [] for name in EVENT_TYPES}
        self._times = {name: 1 + len(kind.from_ts) for name, kind in EVENT_TYPES.items()}

    def extend(self, events: Sequence[Event]) -> None:
        """Format events, in the order of the stream."""
        notice, times = self.totals.notice, self._times
        for event in events:
            record, event_type = event.record, event.event_type
            if record is not None:
                # JSON escapes control characters in a way that CSV does not support.
                tables = self._escaped if b"\\" in event.payload else self._plain
                tables[event_type].append(
                    (
                        *astuple(record),
                        *(event.ts,) * times[event_type],
                        event.event_id,
                        event.version,
                        event.offset,
                    )
                )
                notice(event)

    @property
    def has_snapshots(self) -> bool:
        """Whether a snapshot of an order is among them: then the rows are not those of all that it states."""
        return any(self._plain[name] or self._escaped[name] for name in _SNAPSHOTS)

    def tables(self) -> Iterator[tuple[str, bytes]]:
        """Each event type with its rows, as bytes for the statement of `statements.copy`."""
        for event_type, kind in EVENT_TYPES.items():
            both = self._plain[event_type], self._escaped[event_type]
            plain, escaped = map(self.totals.complete, both) if kind.derived else both
            if plain or escaped:
                yield event_type, _csv(plain) + b"".join(map(_with_escapes, escaped))


def _csv(rows: list[Row]) -> bytes:
    """Rows without control characters: a bracket next to a line break always belongs to a row."""
    return _write_json.encode_lines(rows)[1:-2].replace(b"]\n[", b"\n") + b"\n" if rows else b""


def _with_escapes(row: Row) -> bytes:
    """One row, field by field: only quotes and backslashes are escaped."""
    return b",".join(map(_field, row)) + b"\n"


def _field(value: Any) -> bytes:
    if value is None:
        return b"null"
    if not isinstance(value, str):
        return _write_json.encode(value)
    return b'"%s"' % value.encode().replace(b"\\", b"\\\\").replace(b'"', b'\\"')
