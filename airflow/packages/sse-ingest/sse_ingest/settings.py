"""What a run of the core is told: where events come from, where they go, and how long to go on."""

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from psycopg import Cursor

from sse_ingest.errors import ConfigurationError
from sse_ingest.events import Event

Processor: TypeAlias = Callable[[Cursor[Any], Event, dict[str, Any]], None]


def _default_writer() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One run. Times are in seconds; None means without limit."""

    source_url: str
    database_url: str = field(repr=False)
    stream: str = "restaurant"
    shard: int = 0
    mode: Literal["stream", "poll"] = "stream"
    path: str | None = None
    token: str | None = field(default=None, repr=False)
    raw: bool = False
    """Take any SSE stream of JSON into raw_data only, without the restaurant contract."""
    processors: Mapping[str, Processor] = field(default_factory=dict)
    """Custom processors by event type: fn(cursor, event, payload)."""
    writer: str = field(default_factory=_default_writer)
    """Who commits: kept with every raw event and shown as the holder of the lease."""
    max_batch: int = 5000
    """Events in one transaction, at most. Small batches need no setting: what has arrived is committed."""
    pace: int | None = None
    """Events a second, at most: for a backfill, which leaves the database to the live streams in between."""
    deadline_seconds: float | None = None
    standby_seconds: float | None = None
    """Hand over once a successor has waited this long; None: never."""
    lease_seconds: float = 1.5
    """A holder that has not renewed its lease (every 0.5 s) for this long is replaced."""
    patience_seconds: float = 60.0
    """A connection to the database that owes us an answer for this long is cut and made anew."""
    give_up_seconds: float = 300.0
    """Raise the transient error after this long without a commit or a quiet, healthy connection."""

    def __post_init__(self) -> None:
        if self.max_batch < 1:
            raise ConfigurationError(f"max_batch must be at least 1, not {self.max_batch}.")
        if self.pace is not None and self.pace < self.max_batch:
            raise ConfigurationError(
                f"pace must be at least max_batch ({self.max_batch}), not {self.pace}: no batch rests for more than "
                "a second."
            )
        if not self.source_url.startswith(("http://", "https://")):
            raise ConfigurationError(
                f"source_url must begin with http:// or https://, not {self.source_url!r}."
            )

    @classmethod
    def from_environment(cls, **overrides: Any) -> "Settings":
        """Read the INGEST_* variables. Raises ConfigurationError naming the one that is missing."""
        database_url = os.environ.get("INGEST_DATABASE_URL")
        if not database_url:
            raise ConfigurationError(
                "INGEST_DATABASE_URL is not set: give the warehouse as "
                "postgresql://airflow_user:…@host:port/restaurant_analytics."
            )
        given = {
            "source_url": os.environ.get("INGEST_SOURCE_URL", "http://127.0.0.1:8000"),
            "database_url": database_url,
            "stream": os.environ.get("INGEST_STREAM", "restaurant"),
            "token": os.environ.get("EVENT_STREAM_TOKEN") or None,
        }
        return cls(**{**given, **overrides})


def owner_url() -> str:
    """The warehouse as its owner: for what people do to it, which ingestion may not."""
    url = os.environ.get("INGEST_OWNER_URL")
    if not url:
        raise ConfigurationError(
            "INGEST_OWNER_URL is not set: give the warehouse as "
            "postgresql://restaurant_user:…@host:port/restaurant_analytics."
        )
    return url


def archive_folder(chosen: Path | None = None) -> Path | None:
    """Where archived months lie: as it was chosen, else as INGEST_ARCHIVE_DIR says."""
    named = os.environ.get("INGEST_ARCHIVE_DIR")
    return chosen or (Path(named) if named else None)
