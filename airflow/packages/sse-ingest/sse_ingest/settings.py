"""The settings of a run: where events come from, where they go, and when the run ends."""

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from psycopg import Cursor

from sse_ingest.contract.protocol import Contract
from sse_ingest.contract.raw import RAW
from sse_ingest.database.connection import check_schema
from sse_ingest.errors import ConfigurationError
from sse_ingest.events import Event
from sse_ingest.named_objects import load_object
from sse_ingest.sources.registry import SOURCES, is_known

_LAST_PORT = 65_535
Processor: TypeAlias = Callable[[Cursor[Any], Event, dict[str, Any]], None]


def default_writer() -> str:
    """The name of a writer that has none: its host and process."""
    return f"{socket.gethostname()}:{os.getpid()}"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one run. Times are in seconds; None means no limit."""

    source_url: str
    database_url: str = field(repr=False)
    stream: str = "default"
    """The name of the stream, under which its checkpoint is kept."""
    shard: int = 0
    mode: Literal["stream", "poll"] = "stream"
    path: str | None = None
    token: str | None = field(default=None, repr=False)
    contract: Contract = RAW
    """How the stream is read, and which typed tables it fills."""
    schema: str = "raw_data"
    """The schema of the tables that `init-db` makes."""
    processors: Mapping[str, Processor] = field(default_factory=dict)
    """Custom processors by event type: fn(cursor, event, payload)."""
    writer: str = field(default_factory=default_writer)
    """The name of this writer: stored with every raw event and shown as the holder of the lease."""
    max_batch: int = 5000
    """The largest number of events in one transaction. A batch is committed before it is full when no more arrive."""
    pace: int | None = None
    """The largest number of events per second. A backfill sets it, to leave time for the live streams."""
    deadline_seconds: float | None = None
    standby_seconds: float | None = None
    """Hand over once a successor has waited this long; None: never."""
    lease_seconds: float = 1.5
    """A holder that has not renewed its lease (every 0.5 s) for this long is replaced."""
    query_timeout_seconds: float = 60.0
    """A database connection that has not answered for this long is closed, and a new one is opened."""
    give_up_seconds: float = 300.0
    """Raise the transient error after this long without a commit and without a healthy connection that is idle."""

    metrics_port: int | None = None
    """Port of 127.0.0.1 on which Prometheus reads the metrics of the run; None: none."""
    metrics_file: Path | None = None
    """File for the textfile collector of Prometheus's node exporter; its name ends in .prom."""

    def __post_init__(self) -> None:
        check_schema(self.schema)
        if self.max_batch < 1:
            raise ConfigurationError(f"max_batch must be at least 1, not {self.max_batch}.")
        if self.pace is not None and self.pace < self.max_batch:
            raise ConfigurationError(
                f"pace must be at least max_batch ({self.max_batch}), not {self.pace}: the pause after a batch is "
                "a second at most."
            )
        if not is_known(self.source_url):
            schemes = " or ".join(f"{scheme}://" for scheme in SOURCES)
            raise ConfigurationError(f"source_url must begin with {schemes}, not {self.source_url!r}.")

    @property
    def schemas(self) -> tuple[str, ...]:
        """The search_path: the schemas of the typed tables, then that of the raw tables."""
        return (*self.contract.schemas, self.schema)

    @classmethod
    def from_environment(cls, **overrides: Any) -> "Settings":
        """Read the INGEST_* variables. Raises ConfigurationError, which names the missing one."""
        database_url = os.environ.get("INGEST_DATABASE_URL")
        if not database_url:
            raise ConfigurationError(
                "INGEST_DATABASE_URL is not set: give the warehouse as "
                "postgresql://WRITER:…@host:port/database."
            )
        values = {
            **_common(overrides.get("contract")),
            "source_url": os.environ.get("INGEST_SOURCE_URL", "http://127.0.0.1:8000"),
            "database_url": database_url,
            "stream": os.environ.get("INGEST_STREAM") or "default",
            "token": os.environ.get("EVENT_STREAM_TOKEN") or None,
            **metrics_from_environment(),
        }
        return cls(**{**values, **overrides})


@dataclass(frozen=True, kw_only=True)
class Warehouse:
    """A warehouse with its owner's login, for commands that the writer's login may not run."""

    url: str = field(repr=False)
    contract: Contract = RAW
    schema: str = "raw_data"

    @property
    def schemas(self) -> tuple[str, ...]:
        """The search_path: the schemas of the typed tables, then that of the raw tables."""
        return (*self.contract.schemas, self.schema)

    @classmethod
    def from_environment(cls) -> "Warehouse":
        """Read the INGEST_* variables. Raises ConfigurationError, which names the missing one."""
        url = os.environ.get("INGEST_OWNER_URL")
        if not url:
            raise ConfigurationError(
                "INGEST_OWNER_URL is not set: give the warehouse as postgresql://OWNER:…@host:port/database."
            )
        return cls(url=url, **_common())


def metrics_from_environment() -> dict[str, Any]:
    """`metrics_port` and `metrics_file` of INGEST_METRICS_PORT and _FILE. Raises ConfigurationError."""
    port, file = os.environ.get("INGEST_METRICS_PORT", ""), os.environ.get("INGEST_METRICS_FILE", "")
    if port and (not port.isdecimal() or not 1 <= int(port) <= _LAST_PORT):
        raise ConfigurationError(f"INGEST_METRICS_PORT is {port!r}: set it to a port from 1 to {_LAST_PORT}.")
    if file and not file.endswith(".prom"):
        raise ConfigurationError(
            f"INGEST_METRICS_FILE is {file!r}: Prometheus reads files that end in .prom."
        )
    return {"metrics_port": int(port) if port else None, "metrics_file": Path(file) if file else None}


def _common(contract: Contract | None = None) -> dict[str, Any]:
    return {
        "contract": contract or _contract(),
        "schema": os.environ.get("INGEST_SCHEMA") or "raw_data",
    }


def _contract() -> Contract:
    name = os.environ.get("INGEST_CONTRACT")
    if not name:
        raise ConfigurationError(
            "INGEST_CONTRACT is not set: name the contract of the stream as module:attribute, or `raw` for any "
            "stream of JSON."
        )
    if name == RAW.name:
        return RAW
    contract = load_object("INGEST_CONTRACT", name)
    if not isinstance(contract, Contract):
        raise ConfigurationError(f"INGEST_CONTRACT={name} is a {type(contract).__name__}, not a Contract.")
    return contract


def archive_folder(chosen: Path | None = None) -> Path | None:
    """The folder of archived months: `chosen`, else INGEST_ARCHIVE_DIR; None when neither is set."""
    default = os.environ.get("INGEST_ARCHIVE_DIR")
    return chosen or (Path(default) if default else None)
