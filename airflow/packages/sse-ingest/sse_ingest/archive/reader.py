"""The months that raw no longer holds whole, found in their archives for a rebuild: every file, or a refusal."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from sse_ingest.archive.files import checksum, count, moment, pages
from sse_ingest.database.named_queries import load
from sse_ingest.errors import RebuildRefused
from sse_ingest.events import Event

_SQL = load("reader.sql", __package__)


def files(connection: psycopg.Connection[Any], folder: Path | None) -> list[Path]:
    """The files of all months that raw does not hold whole, each as it was archived. Raises RebuildRefused."""
    short = connection.execute(_SQL["missing_months"]).fetchall()
    lost = [(month, taken - held - kept, taken) for month, taken, held, kept in short if taken > held + kept]
    if lost:
        told = ", ".join(f"{month} ({missing} of {taken} events)" for month, missing, taken in lost)
        raise RebuildRefused(
            f"Neither events_raw nor an archive holds all events of {told}: they were deleted. "
            "Restore them first; nothing was changed."
        )
    for month, taken, held, kept in short:
        if taken < held + kept:
            raise RebuildRefused(
                f"The counts of {month} do not add up: {taken} events were taken, of which events_raw "
                f"holds {held} and the table archives counts {kept}. Nothing was changed."
            )
    months = [row[0] for row in short]
    return [_whole(folder, *row) for row in connection.execute(_SQL["archives_of"], {"months": months})]


def events(path: Path) -> Iterator[list[Event]]:
    """The events of a file, page by page. Their hashes stay in event_ids."""
    for page in pages(path):
        yield [_event(row) for row in page]


def _whole(folder: Path | None, month: str, name: str, rows: int, sha256: str) -> Path:
    said = f"The events of {month} are archived in {name}"
    if folder is None:
        raise RebuildRefused(
            f"{said}: name the folder of the archive with INGEST_ARCHIVE_DIR or --folder. Nothing was changed."
        )
    path = folder / name
    try:
        found = checksum(path)
    except FileNotFoundError:
        raise RebuildRefused(
            f"{said}, which is not in {folder}: put it back, or name its folder with --folder. "
            "Nothing was changed."
        ) from None
    except OSError as error:
        raise RebuildRefused(
            f"{said}, which cannot be read in {folder}: {error}. Nothing was changed."
        ) from error
    if found != sha256:
        raise RebuildRefused(
            f"{said}, but what bears that name in {folder} is another file or damaged: its SHA-256 is not the one in "
            "the table archives. Restore it from a copy; nothing was changed."
        )
    if (held := count(path)) != rows:
        raise RebuildRefused(
            f"{said}, which holds {held} of them in {folder}, while the table archives counts {rows}. "
            "Nothing was changed."
        )
    return path


def _event(row: tuple[Any, ...]) -> Event:
    offset, event_id, event_type, ts, partition_key, text, _ingested_at, _ingested_by, stream_id = row
    at, payload, place = moment(ts), text.encode(), f"{stream_id}-{offset}"
    return Event(
        stream_id, offset, UUID(event_id), event_type, at, partition_key, payload, b"", place, payload
    )
