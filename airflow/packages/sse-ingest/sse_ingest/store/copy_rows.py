"""Formats events as rows for COPY, before the transaction begins.

Every event goes into the two raw tables. Their rows are binary: PostgreSQL reads them with two thirds of the work that
text needs, and they are cheap to format. https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import compress
from struct import Struct

from sse_ingest.events import Event

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # PostgreSQL's
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_FIVE, _NINE = b"\0\x05", b"\0\x09"  # columns in a row
_PLACE = Struct(">i16siqiq")  # event_id, ts, event_offset, each with its length before it
_LENGTH = Struct(">i")
_BIGINT = Struct(">iq")
_NULL = _LENGTH.pack(-1)
_JSONB = Struct(">iB")  # its length, and the version of its format
_HASH = _LENGTH.pack(16)
_MOST_LABELS = 10_000


class RawRows:
    """The raw rows of a batch."""

    def __init__(self, writer: str) -> None:
        self._writer = _text(writer.encode())
        self._ids: list[bytes] = []
        self._raw: list[bytes] = []
        self._labels: dict[tuple[str, str, str], tuple[bytes, bytes]] = {}

    def extend(self, events: Sequence[Event]) -> None:
        """Format events and add their rows."""
        ids, raw = self._ids.append, self._raw.append
        for event in events:
            payload = event.payload
            since = event.ts - _EPOCH
            micros = since.days * 86_400_000_000 + since.seconds * 1_000_000 + since.microseconds
            place = _PLACE.pack(16, event.event_id.int.to_bytes(16, "big"), 8, micros, 8, event.offset)
            key = (event.stream_id, event.event_type, event.partition_key)
            stream, label = self._labels.get(key) or self._label(key)
            ids(b"".join((_FIVE, place, _HASH, event.content_hash, stream)))
            version = _NULL if event.version is None else _BIGINT.pack(8, event.version)
            raw(b"".join((_NINE, place, label, version, _JSONB.pack(len(payload) + 1, 1), payload)))

    def only(self, keep: Sequence[bool]) -> "RawRows":
        """The rows of the events for which `keep` is true; they are not formatted again."""
        rows = RawRows("")
        rows._ids, rows._raw = list(compress(self._ids, keep)), list(compress(self._raw, keep))
        return rows

    def ids(self) -> bytes:
        """The bytes for `copy_ids` in deduplication.sql."""
        return b"".join((_HEADER, *self._ids, _TRAILER))

    def raw(self) -> bytes:
        """The bytes for `copy_raw` in store.sql."""
        return b"".join((_HEADER, *self._raw, _TRAILER))

    def _label(self, key: tuple[str, str, str]) -> tuple[bytes, bytes]:
        """The texts that recur, each with its length: the stream_id, and all texts of a raw row together."""
        stream_id, event_type, partition_key = (_text(part.encode()) for part in key)
        label = stream_id, event_type + partition_key + stream_id + self._writer
        if len(self._labels) >= _MOST_LABELS:
            self._labels.clear()
        self._labels[key] = label
        return label


def _text(value: bytes) -> bytes:
    return _LENGTH.pack(len(value)) + value
