"""Writes and reads rows of events_raw as Parquet, page by page. Only one page is in memory at a time.

A page is a row group. Payload and event_id are texts, which every reader supports: the payload as jsonb prints it, the
event_id in its usual form. The import costs half a second and 40 MB, so it happens only when an archive is used.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

Row: TypeAlias = tuple[Any, ...]
"""The columns of SCHEMA; times are microseconds since 1970."""

DAMAGE = (pa.ArrowException, OSError, KeyError)
"""The errors of reading a damaged file."""

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
    "version": pa.int64(),
}
SCHEMA = pa.schema([pa.field(name, kind, nullable=name == "version") for name, kind in _TYPES.items()])
_PAYLOAD = SCHEMA.names.index("payload")
_PAGE_ROWS = 25_000
_PAGE_CHARACTERS = 16 * 2**20


def write(sink: Any, rows: Iterable[Row]) -> None:
    """Write all rows, in their order, to `sink`, a file object."""
    with pq.ParquetWriter(sink, SCHEMA, compression="zstd", compression_level=3) as writer:
        for page in _pages_of(rows):
            columns = zip(*page, strict=True)
            arrays = [pa.array(values, field.type) for values, field in zip(columns, SCHEMA, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=SCHEMA), row_group_size=len(page))


def pages(path: Path) -> Iterator[list[Row]]:
    """The rows of a file, one list per page."""
    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            table = file.read_row_group(number)
            if "version" not in table.column_names:  # a file of format 1
                table = table.append_column("version", pa.nulls(table.num_rows, pa.int64()))
            yield list(zip(*map(_values, table.select(SCHEMA.names).columns), strict=True))


def count(path: Path) -> int:
    """The number of rows, from the file's metadata."""
    with pq.ParquetFile(path) as file:
        return int(file.metadata.num_rows)


def _values(column: Any) -> list[Any]:
    values: list[Any] = (column.cast(pa.int64()) if column.type == _TIME else column).to_pylist()
    return values


def _pages_of(rows: Iterable[Row]) -> Iterator[list[Row]]:
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
