"""Rows of events_raw as Parquet: written and read page by page, and nothing more in memory than one page.

A page is a row group. Texts that any reader can take: the payload as jsonb prints it, the event_id in its usual form.
Importing this costs half a second and 40 MB, so only what archives or reads an archive does it, and only then.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

Row: TypeAlias = tuple[Any, ...]
"""The columns of SCHEMA; times are microseconds since 1970."""

DAMAGE = (pa.ArrowException, OSError, KeyError)
"""What reading a file raises that is not as we wrote it."""

_TIME = pa.timestamp("us", tz="UTC")
_TYPES = {
    "event_offset": pa.int64(),
    "event_id": pa.string(),
    "event_type": pa.string(),
    "ts": _TIME,
    "partition_key": pa.string(),
    "payload": pa.string(),
    "ingested_at": _TIME,
    "ingested_by": pa.string(),
    "stream_id": pa.string(),
}
SCHEMA = pa.schema([pa.field(name, kind, nullable=False) for name, kind in _TYPES.items()])
_PAYLOAD = SCHEMA.names.index("payload")
_PAGE_ROWS = 25_000
_PAGE_CHARACTERS = 16 * 2**20


def write(sink: Any, rows: Iterable[Row]) -> None:
    """All rows, in their order, into what has a write()."""
    with pq.ParquetWriter(sink, SCHEMA, compression="zstd", compression_level=3) as writer:
        for page in _cut(rows):
            columns = zip(*page, strict=True)
            arrays = [pa.array(values, field.type) for values, field in zip(columns, SCHEMA, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=SCHEMA), row_group_size=len(page))


def pages(path: Path) -> Iterator[list[Row]]:
    """The rows of a file, page by page."""
    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            table = file.read_row_group(number).select(SCHEMA.names)
            yield list(zip(*map(_values, table.columns), strict=True))


def count(path: Path) -> int:
    """How many rows the file says it holds."""
    with pq.ParquetFile(path) as file:
        return int(file.metadata.num_rows)


def _values(column: Any) -> list[Any]:
    values: list[Any] = (column.cast(pa.int64()) if column.type == _TIME else column).to_pylist()
    return values


def _cut(rows: Iterable[Row]) -> Iterator[list[Row]]:
    page: list[Row] = []
    characters = 0
    for row in rows:
        page.append(row)
        characters += len(row[_PAYLOAD])
        if len(page) >= _PAGE_ROWS or characters >= _PAGE_CHARACTERS:
            yield page
            page, characters = [], 0
    if page:
        yield page
