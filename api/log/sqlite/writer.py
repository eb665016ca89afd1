"""Writes the event log's file: SQLite in WAL mode. Synchronous: `api.log.sqlite.log` calls it from its own threads."""

import secrets
import sqlite3
import string
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import chain
from pathlib import Path

import msgspec

from api.log import sse_frames
from api.log.interface import Draft, EventIdConflict, Receipt, Record
from api.log.sqlite.file import connect, lock_exclusively, open_error

_SCHEMA = Path(__file__).with_name("schema.sql")
_INSERT = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)"
_AT_ONCE = 512  # ids in one look-up
_PROBE_BYTES = 64 * 1024
_Row = tuple[int, int, bytes | None, bytes, str, str, bytes]


@dataclass(slots=True)
class Commit:
    """The result of one group commit: an answer per request, and the new records for the readers."""

    answers: list[list[Receipt] | EventIdConflict] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)


class _Known(msgspec.Struct, gc=False):
    """An event that has an offset. The frame is None until it is needed, when it is in the file."""

    offset: int
    digest: bytes
    frame: bytes | None = None


@dataclass(slots=True)
class _Group:
    """A group commit in preparation. The file has nothing of it until `rows` are inserted."""

    next_offset: int
    now: int
    known: dict[bytes, _Known]
    rows: list[_Row] = field(default_factory=list)


class Store:
    """The one writer of a log file. Appends are durable when they return."""

    def __init__(self, path: Path, stream_name: str = "") -> None:
        self.path = path
        self._lock = lock_exclusively(path)
        self.connection = connect(path, read_only=False)
        try:
            self._prepare(f"{stream_name}_" if stream_name else "")
        except sqlite3.Error as error:
            self.close()
            raise open_error(error, path) from error

    def _prepare(self, prefix: str) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "journal_size_limit=67108864",
            "cache_size=-32768",
        ):
            self.connection.execute(f"PRAGMA {pragma}")
        self.connection.executescript(_SCHEMA.read_text())
        name = prefix + "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(12))
        with self._transaction():
            self.connection.executemany(
                "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO NOTHING",
                [("stream_id", name), ("next_offset", 1)],
            )
        self.stream_id = str(self._meta("stream_id"))
        self.reload()

    def reload(self) -> None:
        """Read the positions from the file. After a failure, no other copy is right."""
        self.next_offset = int(str(self._meta("next_offset")))
        first = self.connection.execute("SELECT min(offset) FROM events").fetchone()[0]
        self.oldest = self.next_offset if first is None else int(first)
        row = self.connection.execute(
            "SELECT appended_at FROM events ORDER BY offset DESC LIMIT 1"
        ).fetchone()
        self.appended_at = 0 if row is None else int(row[0])

    def _meta(self, name: str) -> object:
        return self.connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()[0]

    def _set(self, name: str, value: int | bytes) -> None:
        self.connection.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )

    def append(self, requests: Sequence[Sequence[Draft]]) -> Commit:
        """Store all drafts of the requests in one transaction, but none of a request with a conflict."""
        now = max(self.appended_at, int(datetime.now(UTC).timestamp() * 1_000_000))
        with self._transaction():
            group = _Group(
                self.next_offset, now, self._find_known(list(filter(None, map(_key, chain(*requests)))))
            )
            answers = [self._place(drafts, group) for drafts in requests]
            self.connection.executemany(_INSERT, map(_bindable, group.rows))
            self._set("next_offset", group.next_offset)
            if not group.rows:
                # With an append of nothing, /ready tests whether the disk accepts writes. SQLite skips a page that does
                # not change, and a full disk often has one last page. So the value is new and spans several pages.
                self._set("probe", secrets.token_bytes(_PROBE_BYTES))
        self.next_offset, self.appended_at = group.next_offset, now
        records = [Record(offset, kind, place, frame) for offset, _, _, _, kind, place, frame in group.rows]
        return Commit(answers, records)

    def _place(self, drafts: Sequence[Draft], group: _Group) -> list[Receipt] | EventIdConflict:
        """The answer to one request. Its new events join the group only when it has no conflict."""
        receipts: list[Receipt] = []
        rows: list[_Row] = []
        fresh: dict[bytes, _Known] = {}
        offset = group.next_offset
        for index, draft in enumerate(drafts):
            key, digest = _key(draft), _digest(draft)
            known = (fresh.get(key) or group.known.get(key)) if key else None
            if known:
                if (
                    known.digest != digest
                    and draft.event_id
                    and not sse_frames.same_content(self._frame(known), draft)
                ):
                    return EventIdConflict(index, draft.event_id)
                receipts.append(Receipt(known.offset, duplicate=True))
                continue
            frame = sse_frames.encode(self.stream_id, offset, draft)
            rows.append((offset, group.now, key, digest, draft.event_type, draft.partition_key, frame))
            receipts.append(Receipt(offset, duplicate=False))
            if key:
                fresh[key] = _Known(offset, digest, frame)
            offset += 1
        group.next_offset = offset
        group.rows += rows
        group.known |= fresh
        return receipts

    def _find_known(self, keys: list[bytes]) -> dict[bytes, _Known]:
        """The events of these ids that are in the file."""
        known: dict[bytes, _Known] = {}
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            # A power of two, so that there are few different statements. SQLite keeps them prepared.
            size = 1 << (len(some) - 1).bit_length()
            rows = self.connection.execute(
                f"SELECT event_id, offset, digest FROM events WHERE event_id IN ({','.join('?' * size)})",  # noqa: S608
                some + some[-1:] * (size - len(some)),
            )
            known |= {key: _Known(offset, digest) for key, offset, digest in rows}
        return known

    def _frame(self, known: _Known) -> bytes:
        if known.frame is None:
            row = self.connection.execute(
                "SELECT frame FROM events WHERE offset = ?", (known.offset,)
            ).fetchone()
            known.frame = bytes(row[0])
        return known.frame

    def expire(self, before: datetime, keep: int, limit: int) -> int:
        """Delete at most `limit` of the oldest events past retention; return how many."""
        least = self.next_offset - keep
        with self._transaction():
            deleted = self.connection.execute(
                "DELETE FROM events WHERE offset < ? AND (offset < ? OR appended_at < ?)",
                (self.oldest + limit, least, int(before.timestamp() * 1_000_000)),
            ).rowcount
        self.oldest += deleted
        return deleted

    def newest(self, count: int) -> list[Record]:
        """The last records, for the tail at the start."""
        rows = self.connection.execute(
            "SELECT offset, event_type, partition_key, frame FROM events WHERE offset >= ? ORDER BY offset",
            (self.next_offset - count,),
        )
        return [Record(*row) for row in rows]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Close the file, then release the lock."""
        self.connection.close()
        self._lock.close()


def _bindable(row: _Row) -> tuple[object, ...]:
    """The row with bytearrays. For bytes, sqlite3 first looks for an adapter, and this costs a third of the insert."""
    offset, now, key, digest, kind, place, frame = row
    return offset, now, key and bytearray(key), bytearray(digest), kind, place, bytearray(frame)


def _key(draft: Draft) -> bytes | None:
    """The id that identifies a repeat. None when repeats are allowed."""
    return draft.event_id.bytes if draft.event_id is not None and not draft.unchecked else None


def _digest(draft: Draft) -> bytes:
    version = "" if draft.version is None else f"{draft.version}\0"  # without one, as earlier releases did
    text = f"{draft.event_type}\0{draft.ts}\0{draft.partition_key}\0{version}".encode()
    return blake2b(text + draft.payload, digest_size=16).digest()
