"""Bytes of SSE in memory → committed rows, by the whole path of ingestion but the network."""

from collections.abc import Callable

from api.log import Draft
from local.bench import workload

_CHUNK = 64 * 1024  # bytes, about as much as a socket gives at once
Change = Callable[[list[Draft]], list[Draft]]
_CASES: dict[str, Change] = {
    "clean": lambda events: events,
    "1% duplicates": lambda events: workload.with_duplicates(events, 0.01),
    "10% duplicates": lambda events: workload.with_duplicates(events, 0.1),
    "100% duplicates": lambda events: events,
    "payments before orders": workload.payments_first,
    "1% malformed": lambda events: workload.with_malformed(events, 0.01),
}
