"""The suites, in the order of running: each is a function from a bench, and the limit, to its rows."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from local.bench.bench import Bench
from local.bench.figures import Row
from local.bench.limit import Limit
from local.bench.suites import limit

Suite: TypeAlias = Callable[[Bench, Limit], Iterator[Row]]

SUITES: dict[str, Suite] = {
    "limit": limit.run,
}
