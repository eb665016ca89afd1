"""The limit itself, by batch size."""

from collections.abc import Iterator

from tests.bench.measuring.bench import Bench
from tests.bench.measuring.figures import Row
from tests.bench.processes.limit import BATCHES, Limit


def run(bench: Bench, limit: Limit) -> Iterator[Row]:
    """One row per batch size."""
    for batch in (10_000,) if bench.quick else BATCHES:
        yield Row("limit", f"batches of {batch:,}", limit.figures(batch))
