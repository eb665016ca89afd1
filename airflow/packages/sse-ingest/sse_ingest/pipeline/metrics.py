"""The metrics of a writer for Prometheus: over HTTP, in a file for the textfile collector, or (the default) nowhere.

Only the run that holds the lease exports: a standby would report a stream that it does not write. The library is
`prometheus-client`, of the extra `metrics`.
"""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from sse_ingest.errors import ConfigurationError
from sse_ingest.events import Gap
from sse_ingest.settings import Settings
from sse_ingest.store.batch import Batch
from sse_ingest.store.store import Tally

log = logging.getLogger("sse_ingest")
_SECONDS = 5.0
_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)


class Exporter(Protocol):
    """What a run tells of itself."""

    def committed(self, tally: Tally, batch: Batch) -> None: ...

    def tick(self, head: int | None) -> None: ...

    def close(self) -> None: ...


class NoExport:
    """Nobody asked for metrics."""

    def committed(self, tally: Tally, batch: Batch) -> None: ...

    def tick(self, head: int | None) -> None: ...

    def close(self) -> None: ...


def exporter_of(settings: Settings, offset: int = 0) -> Exporter:
    """The exporter that the settings ask for, of a run that begins after `offset`. Raises ConfigurationError when its
    library is absent.
    """
    if settings.metrics_port is None and settings.metrics_file is None:
        return NoExport()
    try:
        import prometheus_client  # noqa: F401, PLC0415 - of an extra
    except ImportError as error:
        raise ConfigurationError(
            "Metrics need prometheus-client: pip install 'sse-ingest[metrics]', or leave INGEST_METRICS_PORT and "
            "INGEST_METRICS_FILE empty."
        ) from error
    return PrometheusExport(settings.stream, settings.metrics_port, settings.metrics_file, offset)


class PrometheusExport:
    """Counts since the run began. Prometheus adds what follows a restart."""

    def __init__(
        self,
        stream: str,
        port: int | None,
        file: Path | None,
        offset: int = 0,
        now: Callable[[], float] = time.time,
    ) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram  # noqa: PLC0415 - of an extra

        self._port, self._file, self._now = port, file, now
        self._server: Any = None
        self._exported = 0.0
        self._offset = offset
        self.registry = CollectorRegistry()
        of_stream: dict[str, Any] = {"labelnames": ["stream"], "registry": self.registry}

        def counter(name: str, what: str) -> Any:
            return Counter(f"sse_ingest_{name}", what, **of_stream).labels(stream)

        def gauge(name: str, what: str) -> Any:
            return Gauge(f"sse_ingest_{name}", what, **of_stream).labels(stream)

        self._counters = {
            "events": counter("events", "New events committed"),
            "duplicates": counter("duplicates", "Events that were committed before"),
            "rejected": counter("dead_letters", "Events that became dead letters"),
            "gaps": counter("gaps", "Gaps in the offsets"),
            "transactions": counter("transactions", "Transactions committed"),
        }
        self._committed_offset = gauge(
            "committed_offset", "Offset of the newest committed event or dead letter"
        )
        self._lag = gauge("lag_events", "Events that the source has and the warehouse has not")
        self._holds = gauge("holds_lease", "1 while this run writes the stream")
        self._newest = gauge("last_commit_timestamp_seconds", "When the newest transaction was committed")
        self._latency = Histogram(
            "sse_ingest_latency_seconds",
            "From the ts of the newest event of a transaction to its commit",
            buckets=_BUCKETS,
            **of_stream,
        ).labels(stream)
        self._committed_offset.set(offset)
        self._holds.set(1)

    def committed(self, tally: Tally, batch: Batch) -> None:
        """Count a transaction. `tally` is of this one alone."""
        for name, count in vars(tally).items():
            self._counters[name].inc(count)
        self._newest.set(self._now())
        newest = next((item for item in reversed(batch.items) if not isinstance(item, Gap)), None)
        if newest is not None and newest.offset is not None:
            self._offset = newest.offset
            self._committed_offset.set(newest.offset)
        if batch.events:
            self._latency.observe(max(0.0, self._now() - batch.events[-1].ts.timestamp()))

    def tick(self, head: int | None) -> None:
        """Called often: exports every five seconds. `head` is the newest offset of the source, where it reports one."""
        if head is not None:
            self._lag.set(max(0, head - self._offset))
        if self._now() - self._exported >= _SECONDS:
            self._exported = self._now()
            self._export()

    def close(self) -> None:
        """The run no longer writes the stream."""
        self._holds.set(0)
        if self._file is not None:
            with suppress(OSError):
                self._write(self._file)
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _export(self) -> None:
        try:
            if self._file is not None:
                self._write(self._file)
            if self._port is not None and self._server is None:
                self._listen(self._port)
        except OSError as error:  # the run before may still have the port; ingestion goes on
            log.warning("Metrics cannot be exported now: %s. Trying again in %.0f s.", error, _SECONDS)

    def _write(self, file: Path) -> None:
        from prometheus_client import write_to_textfile  # noqa: PLC0415 - of an extra

        write_to_textfile(str(file), self.registry)

    def _listen(self, port: int) -> None:
        from prometheus_client import start_http_server  # noqa: PLC0415 - of an extra

        self._server, _ = start_http_server(port, addr="127.0.0.1", registry=self.registry)
