"""The limit itself, by size of batch."""

from collections.abc import Iterator

from tests.bench.bench import Bench
from tests.bench.limit import BATCHES, Limit
from tests.bench.measuring.figures import Row


def run(bench: Bench, limit: Limit) -> Iterator[Row]:
    """One row a size of batch."""
    for batch in (10_000,) if bench.quick else BATCHES:
        yield Row("limit", f"batches of {batch:,}", limit.figures(batch))
