"""A warehouse with weeks of payments, some of them frauds."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from restaurant_warehouse.contract import CONTRACT
from sse_ingest.pipeline import run as ingest
from sse_ingest.settings import Settings
from tests.bench.workload import frauds, order_events
from tests.bench.workload.memory_source import MemorySource

Fill = Callable[..., frauds.History]


@pytest.fixture
def fill(warehouse: Any) -> Fill:
    """Ingests the simulator's history of a seed."""

    def filled(seed: int = 5, days: int = 12, orders: int = 250) -> frauds.History:
        history = frauds.history(seed, days, orders)
        settings = Settings(
            contract=CONTRACT,
            stream="restaurant",
            source_url="http://127.0.0.1:1",
            database_url=warehouse.url("airflow_user"),
            writer="test",
        )
        ingest.run(settings, source=lambda: MemorySource(b"".join(order_events.encode(history.drafts))))
        return history

    return filled


@pytest.fixture
def owner(warehouse: Any) -> Iterator[psycopg.Connection[Any]]:
    with warehouse.connect("restaurant_user", autocommit=True) as connection:
        yield connection
