"""One archived month on disk: a Parquet file and its manifest. A file gets its final name when it is complete."""

import hashlib
import io
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from sse_ingest.errors import ArchiveRefused

FORMAT = 2
"""Format 1 has no column `version`: its events have none."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BLOCK = 2**20


@dataclass(frozen=True)
class Manifest:
    """Describes the Parquet file beside it. `warehouse` identifies the database that wrote it, `schema_version` the
    migration of its raw tables. Times are ISO 8601 texts.
    """

    month: str
    part: int
    file: str
    rows: int
    bytes: int
    first_ts: str
    last_ts: str
    sha256: str
    created_at: str
    schema_version: str
    warehouse: str
    format: int = FORMAT


@dataclass(frozen=True)
class WrittenFile:
    """What was written to the disk. `sha256` is computed before the disk: a later read shows whether it kept them."""

    rows: int
    bytes: int
    first_ts: datetime
    last_ts: datetime
    sha256: str


def name_of(partition: str, part: int) -> str:
    """The file name of a part. The first part has the name of the partition; further parts have a number."""
    return f"{partition}.parquet" if part == 1 else f"{partition}.{part}.parquet"


def manifest_of(path: Path) -> Path:
    return path.with_name(f"{path.name.removesuffix('.parquet')}.json")


def part_of(path: Path) -> Path:
    """The temporary name of a file until it is complete."""
    return path.with_name(f"{path.name}.part")


def moment(microseconds: int) -> datetime:
    """The time of a number of microseconds since 1970, as the files hold it."""
    return _EPOCH + timedelta(microseconds=microseconds)


def write(part: Path, rows: Iterable[tuple[Any, ...]], ts: int) -> WrittenFile:
    """Write all rows and make them durable. `ts` is the index of the column with the time of a row."""
    from sse_ingest.archive import parquet  # noqa: PLC0415 - see there

    span: list[int] = []
    number = 0

    def counted() -> Iterator[tuple[Any, ...]]:
        nonlocal number, span
        for row in rows:
            number += 1
            span = [min(span[0], row[ts]), max(span[1], row[ts])] if span else [row[ts], row[ts]]
            yield row

    with part.open("wb") as file:
        sink = _Hashing(file)
        parquet.write(sink, counted())
        _sync(file)
    first, last = map(moment, span)
    return WrittenFile(number, part.stat().st_size, first, last, sink.digest.hexdigest())


def pages(path: Path) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a file, as lists of rows."""
    from sse_ingest.archive import parquet  # noqa: PLC0415 - see there

    yield from parquet.pages(path)


def count(path: Path) -> int:
    """The number of rows, from the file's metadata."""
    from sse_ingest.archive import parquet  # noqa: PLC0415 - see there

    return parquet.count(path)


def put_manifest(path: Path, manifest: Manifest) -> None:
    """Write the manifest beside its file, and make it durable."""
    part = part_of(manifest_of(path))
    with part.open("wb") as file:
        file.write(json.dumps(asdict(manifest), indent=2).encode() + b"\n")
        _sync(file)
    rename(part, manifest_of(path))


def rename(part: Path, path: Path) -> None:
    """Give a complete file its final name, and make that durable."""
    part.replace(path)
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True)  # raw events, which not everybody may read
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def checksum(path: Path) -> str:
    """The SHA-256 of the file on the disk, in hex. Its pages in memory are dropped first."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def refuse_foreign(path: Path, warehouse: str) -> None:
    """Raise ArchiveRefused if `path` is an archive of another warehouse. Our own unfinished file may be overwritten."""
    try:
        owner = json.loads(manifest_of(path).read_bytes())["warehouse"]
    except (FileNotFoundError, ValueError, LookupError, TypeError):
        return
    if owner != warehouse:
        raise ArchiveRefused(
            f"{path} is an archive of another warehouse ({owner}): give this one ({warehouse}) a folder of its own."
        )


@contextmanager
def damage_reported(path: Path) -> Iterator[None]:
    """Report a file that cannot be read as ArchiveRefused."""
    from sse_ingest.archive import parquet  # noqa: PLC0415 - see there

    try:
        yield
    except parquet.DAMAGE as error:
        raise ArchiveRefused(f"{path} cannot be read back: {error}. Nothing was dropped.") from error


class _Hashing(io.RawIOBase):
    """Hashes what goes through it."""

    def __init__(self, file: BinaryIO) -> None:
        self.digest = hashlib.sha256()
        self._file = file

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.digest.update(data)
        return self._file.write(data)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
