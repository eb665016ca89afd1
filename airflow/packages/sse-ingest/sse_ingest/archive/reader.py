"""Finds the archives of the months that events_raw no longer holds completely. A rebuild needs all of them."""

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
    """The verified files of all months that events_raw does not hold completely. Raises RebuildRefused."""
    incomplete = connection.execute(_SQL["missing_months"]).fetchall()
    lost = [
        (month, total - raw - archived, total)
        for month, total, raw, archived in incomplete
        if total > raw + archived
    ]
    if lost:
        months_lost = ", ".join(f"{month} ({missing} of {total} events)" for month, missing, total in lost)
        raise RebuildRefused(
            f"Neither events_raw nor an archive holds all events of {months_lost}: they were deleted. "
            "Restore them first; nothing was changed."
        )
    for month, total, raw, archived in incomplete:
        if total < raw + archived:
            raise RebuildRefused(
                f"The counts of {month} do not add up: {total} events were taken, of which events_raw "
                f"holds {raw} and the table archives counts {archived}. Nothing was changed."
            )
    months = [row[0] for row in incomplete]
    return [_verified(folder, *row) for row in connection.execute(_SQL["archives_of"], {"months": months})]


def events(path: Path) -> Iterator[list[Event]]:
    """The events of a file, one list per page. Their content_hash is empty: event_ids keeps it."""
    for page in pages(path):
        yield [_event(row) for row in page]


def _verified(folder: Path | None, month: str, name: str, rows: int, sha256: str) -> Path:
    what = f"The events of {month} are archived in {name}"
    if folder is None:
        raise RebuildRefused(
            f"{what}: name the folder of the archive with INGEST_ARCHIVE_DIR or --folder. Nothing was changed."
        )
    path = folder / name
    try:
        actual = checksum(path)
    except FileNotFoundError:
        raise RebuildRefused(
            f"{what}, which is not in {folder}: put it back, or name its folder with --folder. "
            "Nothing was changed."
        ) from None
    except OSError as error:
        raise RebuildRefused(
            f"{what}, which cannot be read in {folder}: {error}. Nothing was changed."
        ) from error
    if actual != sha256:
        raise RebuildRefused(
            f"{what}, but the file of that name in {folder} is another file or damaged: its SHA-256 is not the one in "
            "the table archives. Restore it from a copy; nothing was changed."
        )
    if (actual_rows := count(path)) != rows:
        raise RebuildRefused(
            f"{what}, which holds {actual_rows} of them in {folder}, while the table archives counts {rows}. "
            "Nothing was changed."
        )
    return path


def _event(row: tuple[Any, ...]) -> Event:
    offset, event_id, event_type, ts, key, text, _ingested_at, _ingested_by, stream_id, version = row
    at, payload, place = moment(ts), text.encode(), f"{stream_id}-{offset}"
    return Event(
        stream_id, offset, UUID(event_id), event_type, at, key, payload, b"", place, payload, version=version
    )
