"""Service, ingest and PostgreSQL as three processes, and a watch on the checkpoint."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from local.settings import WRITER
from tests.bench.measuring.bench import Bench
from tests.bench.measuring.checkpoint import Watch
from tests.bench.processes.process import EventService, Ingest
from tests.support.waiting import wait_until

DATABASE = "bench_pipeline"
_START_SECONDS = 60


@dataclass(frozen=True)
class Pipeline:
    """All three processes run."""

    service: EventService
    ingest: Ingest
    watch: Watch
    postmaster: int

    def families(self) -> dict[str, int]:
        """The processes, for a CpuMeter."""
        return {"service": self.service.pid, "ingest": self.ingest.pid, "PostgreSQL": self.postmaster}

    def check(self) -> None:
        """RuntimeError when a process has ended."""
        self.service.check()
        self.ingest.check()

    def started(self) -> None:
        """Return when ingest has the lease. Raises TimeoutError."""
        wait_until(
            lambda: bool(self.watch.holder()), "ingest holds the lease", _START_SECONDS, check=self.check
        )


@contextmanager
def running(bench: Bench, service: EventService) -> Iterator[Pipeline]:
    """Start the service with its log, and ingest into a new warehouse; does not wait until ingest writes."""
    url = bench.cluster.url(WRITER, bench.cluster.clone(DATABASE))
    with service, Watch(url) as watch, Ingest(service.log.parent, url, service.url) as ingest:
        yield Pipeline(service, ingest, watch, bench.postmaster)
    bench.cluster.drop(DATABASE)
