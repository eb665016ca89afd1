"""The core in this process, for suites that measure it without a network."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from local.settings import WRITER
from restaurant_warehouse.contract import CONTRACT
from sse_ingest.database.connection import connect
from sse_ingest.lease.lease import Lease
from sse_ingest.settings import Settings
from sse_ingest.store.store import Store
from tests.bench.measuring.bench import Bench


@dataclass(frozen=True)
class Writer:
    """A store that holds the lease, and the server process of its connection."""

    store: Store
    settings: Settings
    backend: int


@contextmanager
def writer(bench: Bench, database_name: str, max_batch: int = 10_000) -> Iterator[Writer]:
    """A new clone of the warehouse, and its only writer."""
    bench.cluster.clone(database_name)
    settings = Settings(
        contract=CONTRACT,
        stream="restaurant",
        source_url="http://127.0.0.1:1",
        database_url=bench.cluster.url(WRITER, database_name),
        writer="bench",
        max_batch=max_batch,
    )
    with (
        connect(settings.database_url, "writer", settings.schemas) as connection,
        Lease(settings, connection.info.backend_pid, lambda: None) as lease,
    ):
        position = lease.take(wait=False, stop=lambda: False)
        if position is None:
            raise RuntimeError("another process writes to the database of the bench")
        yield Writer(Store(connection, settings, position.fence), settings, connection.info.backend_pid)
