"""One run of the bench: what all suites use."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Self

import psycopg
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from local.servers import scratch
from local.servers.scratch import Cluster
from tests.bench.measuring.figures import Figure, Samples

# As an operator sets them for a server with many writes. Durability is the default: fsync and synchronous_commit
# are on.
_POSTGRES = {
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "max_connections": "100",
}


class Bench:
    """A context: it removes the temporary folder and the cluster of the run on exit."""

    def __init__(self, console: Console, *, quick: bool) -> None:
        self.quick = quick
        self.repeats = 1 if quick else 5
        """The number of measurements per figure."""
        self._stack = ExitStack()
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )

    def __enter__(self) -> Self:
        self._stack.enter_context(self._progress)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def size(self, events: int, quick: int) -> int:
        """The size of a workload: `events`, or `quick` in a quick run."""
        return quick if self.quick else events

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Show what is being measured."""
        task = self._progress.add_task(what)
        try:
            yield
        finally:
            self._progress.remove_task(task)

    def times(self, what: str, measure: Callable[[Samples], None]) -> dict[str, Figure]:
        """Measure `repeats` times, after one measurement that does not count, because caches are cold at first."""
        if not self.quick:
            with self.step(f"{what} (to warm up)"):
                measure(Samples())
        samples = Samples()
        for number in range(self.repeats):
            with self.step(f"{what} ({number + 1} of {self.repeats})"):
                measure(samples)
        return samples.figures()

    @cached_property
    def folder(self) -> Path:
        """For the files of this run. The system user that runs PostgreSQL for root can pass through."""
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        folder.chmod(0o711)
        return folder

    @cached_property
    def cluster(self) -> Cluster:
        """The PostgreSQL of this run, as durable as in production."""
        with self.step("starting PostgreSQL"):
            home = Path(tempfile.mkdtemp(prefix="bench-postgres-"))
            return self._stack.enter_context(scratch.cluster(home, _POSTGRES))

    @cached_property
    def postmaster(self) -> int:
        """The process id of PostgreSQL, for a CpuMeter."""
        pid = self.cluster.server.pid()
        if pid is None:
            raise RuntimeError("the PostgreSQL of the bench has ended")
        return pid

    @property
    def postgres_version(self) -> str:
        with psycopg.connect(self.cluster.server.admin_url) as connection:
            return f"{connection.info.server_version // 10_000}.{connection.info.server_version % 10_000}"
