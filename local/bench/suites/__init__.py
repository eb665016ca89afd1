"""The suites, in the order of running: each is a function from a bench, and the limit, to its rows."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from local.bench.bench import Bench
from local.bench.figures import Row
from local.bench.limit import Limit
from local.bench.suites import (
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
