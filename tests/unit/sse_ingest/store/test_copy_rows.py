"""Raw rows of COPY: the bytes that PostgreSQL documents."""

import struct
from datetime import UTC, datetime

import pytest

from sse_ingest.events import Event
from sse_ingest.store.copy_rows import RawRows
from tests.support.events import LIFECYCLE, frame, parsed, payload


def rows(*events: Event) -> RawRows:
    raw_rows = RawRows("writer")
    raw_rows.extend(events)
    return raw_rows


def columns(data: bytes) -> list[list[bytes | None]]:
    """What is in binary rows; None for null. https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4"""
    assert data.startswith(b"PGCOPY\n\xff\r\n\0" + bytes(8))
    rows_of_table, at = [], 19
    while (count := struct.unpack_from(">h", data, at)[0]) != -1:
        at += 2
        row: list[bytes | None] = []
        for _ in range(count):
            (length,) = struct.unpack_from(">i", data, at)
            row.append(None if length == -1 else data[at + 4 : at + 4 + length])
            at += 4 + max(length, 0)
        rows_of_table.append(row)
    assert at + 2 == len(data)
    return rows_of_table


def test_a_raw_row_and_its_event_id() -> None:
    event = parsed(frame(7, "noted", {"n": 1}))
    raw_rows = rows(event)

    ((event_id, ts, offset, content_hash, stream_id),) = columns(raw_rows.ids())
    assert event_id == event.event_id.bytes
    assert ts is not None
    assert struct.unpack(">q", ts) == ((event.ts - datetime(2000, 1, 1, tzinfo=UTC)).total_seconds() * 1e6,)
    assert offset == struct.pack(">q", 7)
    assert (content_hash, stream_id) == (event.content_hash, b"testlog1")
    raw = columns(raw_rows.raw())[0]
    assert raw[:3] == [event_id, ts, offset]
    assert raw[3:] == [b"noted", b"LOC-ON-001", b"testlog1", b"writer", None, b'\x01{"n": 1}']


@pytest.mark.parametrize("version", [0, 1, 2**63 - 1])
def test_a_version_is_a_bigint(version: int) -> None:
    (row,) = columns(rows(parsed(frame(7, "noted", {"n": 1}, version=version))).raw())
    assert row[-2] == struct.pack(">q", version)


@pytest.mark.parametrize(
    "ts", ["1900-01-01T00:00:00.000001Z", "1999-12-31T23:59:59.999999Z", "2199-12-31T23:59:59Z"]
)
def test_the_edges_of_time(ts: str) -> None:
    original = parsed(frame(1, "noted", {}))
    moment = datetime.fromisoformat(ts)
    event = Event(**{**{name: getattr(original, name) for name in original.__struct_fields__}, "ts": moment})
    (row,) = columns(rows(event).ids())
    micros = (moment - datetime(2000, 1, 1, tzinfo=UTC)) // datetime.resolution
    assert row[1] == struct.pack(">q", micros)


@pytest.mark.parametrize("left_out", [{1}, {2, 3}, {4, 5, 6, 7}, set(range(1, 8)), set()])
def test_a_part_of_the_rows_is_what_formatting_that_part_gives(left_out: set[int]) -> None:
    events = [parsed(frame(n, kind, payload(kind, 1, part))) for n, (kind, part) in enumerate(LIFECYCLE, 1)]
    keep = [event.offset not in left_out for event in events]

    part, again = rows(*events).only(keep), rows(*(event for event in events if event.offset not in left_out))
    assert (part.ids(), part.raw()) == (again.ids(), again.raw())
