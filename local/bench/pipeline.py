"""Service, ingest and PostgreSQL as three processes, and a watch beside them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from local.bench.bench import Bench
from local.bench.checkpoint import Watch
from local.bench.processes import EventService, Ingest
from local.scratch import WRITER

DATABASE = "bench_pipeline"


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


@contextmanager
def running(bench: Bench, service: EventService) -> Iterator[Pipeline]:
    """The service, with what its log holds, and ingest into a fresh warehouse, which has only begun to start."""
    url = bench.cluster.url(WRITER, bench.cluster.clone(DATABASE))
    with service, Watch(url) as watch, Ingest(service.log.parent, url, service.url) as ingest:
        yield Pipeline(service, ingest, watch, bench.postmaster)
    bench.cluster.drop(DATABASE)
