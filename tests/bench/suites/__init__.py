"""The suites, in the order in which they run. Each is a function that yields rows."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from tests.bench.measuring.bench import Bench
from tests.bench.measuring.figures import Row
from tests.bench.processes.limit import Limit
from tests.bench.suites import (
    anomalies,
    backfill,
    end_to_end,
    growth,
    latency,
    limit,
    memory,
    peers,
    publish,
    store,
    transport,
    warehouse,
)

Suite: TypeAlias = Callable[[Bench, Limit], Iterator[Row]]

SUITES: dict[str, Suite] = {
    "limit": limit.run,
    "store": store.run,
    "growth": growth.run,
    "end_to_end": end_to_end.run,
    "latency": latency.run,
    "transport": transport.run,
    "publish": publish.run,
    "memory": memory.run,
    "peers": peers.run,
    "warehouse": warehouse.run,
    "backfill": backfill.run,
    "anomalies": anomalies.run,
}
