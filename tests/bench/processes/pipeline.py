"""Service, ingest and PostgreSQL as three processes, and a watch beside them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from local.settings import WRITER
from tests.bench.bench import Bench
from tests.bench.measuring.checkpoint import Watch
from tests.bench.processes.process import EventService, Ingest

DATABASE = "bench_pipeline"
_START_SECONDS = 60


@dataclass(frozen=True)
class Pipeline:
    """All three run."""

    service: EventService
    ingest: Ingest
    watch: Watch
    postmaster: int

    def families(self) -> dict[str, int]:
        """The processes, for a CpuMeter."""
        return {"service": self.service.pid, "ingest": self.ingest.pid, "PostgreSQL": self.postmaster}

    def check(self) -> None:
        """RuntimeError when one has ended."""
        self.service.check()
        self.ingest.check()

    def started(self) -> None:
        """Return when ingest has the lease; RuntimeError when it does not within 60 s."""
        deadline = time.monotonic() + _START_SECONDS
        while not self.watch.holder():
            self.check()
            if time.monotonic() > deadline:
                raise RuntimeError(f"ingest did not start within {_START_SECONDS} s")
            time.sleep(0.02)


@contextmanager
def running(bench: Bench, service: EventService) -> Iterator[Pipeline]:
    """The service, with what its log holds, and ingest into a fresh warehouse, which has only begun to start."""
    url = bench.cluster.url(WRITER, bench.cluster.clone(DATABASE))
    with service, Watch(url) as watch, Ingest(service.log.parent, url, service.url) as ingest:
        yield Pipeline(service, ingest, watch, bench.postmaster)
    bench.cluster.drop(DATABASE)
