"""Records which offsets of a stream are committed, as ranges that grow with each batch."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from sse_ingest.database.named_queries import load
from sse_ingest.events import Event, Gap, Rejected

_SQL = load("offset_ranges.sql", __package__)
_LARGEST_OFFSET = 2**63 - 1  # the largest bigint: one more would be an error and stop the stream


@dataclass
class Range:
    """Consecutive offsets of one log, both ends included."""

    stream_id: str
    first: int
    last: int
    last_ts: datetime | None


def ranges(items: Iterable[Event | Rejected | Gap]) -> Iterator[Range]:
    """The ranges of offsets in a batch. Dead letters are included; items without a position are not."""
    run: Range | None = None
    for item in items:
        if (
            isinstance(item, Event)
            and run
            and item.offset == run.last + 1
            and item.stream_id == run.stream_id
        ):
            run.last, run.last_ts = item.offset, item.ts  # the usual case
            continue
        if isinstance(item, Gap) or item.stream_id is None or item.offset is None:
            continue
        ts = item.ts if isinstance(item, Event) else None
        if run is not None and run.stream_id == item.stream_id and run.first <= item.offset <= run.last + 1:
            run.last, run.last_ts = max(run.last, item.offset), ts or run.last_ts
            continue
        if run is not None:
            yield run
        run = Range(item.stream_id, item.offset, item.offset, ts)
    if run is not None:
        yield run


def record_ranges(cursor: psycopg.Cursor[Any], stream: str, items: Iterable[Event | Rejected | Gap]) -> None:
    """Record the offsets of a batch in committed_ranges, in the batch's transaction."""
    for run in ranges(items):
        neighbours = {"before": run.first - 1, "after": min(run.last + 1, _LARGEST_OFFSET)}
        values = {"stream": stream, **vars(run), **neighbours}
        if cursor.execute(_SQL["extend_range"], values).rowcount == 0:
            cursor.execute(_SQL["join_ranges"], values)
