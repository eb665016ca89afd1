"""Reads the event log's file, beside its writer."""

from pathlib import Path

from api.log.interface import Batch, EventFilter
from api.log.sqlite.file import connect

_SCAN = 20_000  # offsets in one filtered read, so that no read takes long


class Reader:
    """One read-only connection. Use it in one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path, read_only=True)

    def batch(self, after: int, head: int, limit: int, only: EventFilter, max_bytes: int) -> Batch:
        """The events in (after, head], or the gap. One transaction, so that retention cannot interfere."""
        self._connection.execute("BEGIN")
        try:
            oldest = self._oldest()
            if after + 1 < oldest:
                return Batch(after, gap=oldest)
            return self._collect(after, min(head, after + _SCAN), limit, only, max_bytes)
        finally:
            self._connection.execute("COMMIT")

    def _oldest(self) -> int:
        first = self._connection.execute("SELECT min(offset) FROM events").fetchone()[0]
        if first is None:
            first = self._connection.execute("SELECT value FROM meta WHERE name = 'next_offset'").fetchone()[
                0
            ]
        return int(first)

    def _collect(self, after: int, last: int, limit: int, only: EventFilter, max_bytes: int) -> Batch:
        where, values = (
            "offset > ? AND offset <= ?",
            [after, last, *sorted(only.types), *sorted(only.locations)],
        )
        if only.types:
            where += f" AND event_type IN ({','.join('?' * len(only.types))})"
        if only.locations:
            where += f" AND partition_key IN ({','.join('?' * len(only.locations))})"
        rows = self._connection.execute(
            f"SELECT offset, frame FROM events WHERE {where} ORDER BY offset",  # noqa: S608 - placeholders only
            values,
        )
        frames: list[bytes] = []
        for offset, frame in rows:
            max_bytes -= len(frame)
            if frames and (max_bytes < 0 or len(frames) >= limit):
                return Batch(after, tuple(frames))
            frames.append(frame)
            after = offset
        return Batch(last, tuple(frames))

    def locate(self, moment: int, head: int) -> int:
        """The position before the first event appended at the moment (microseconds) or later, by bisection."""
        low, high = self._oldest() - 1, head
        while low < high:
            middle = (low + high + 1) // 2
            row = self._connection.execute(
                "SELECT appended_at FROM events WHERE offset = ?", (middle,)
            ).fetchone()
            if row is None or row[0] < moment:  # None: retention has deleted it
                low = middle
            else:
                high = middle - 1
        return low

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
