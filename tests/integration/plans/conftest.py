"""A warehouse with a year in it, summed up to its last day, for all tests of a file; and its writer."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from restaurant_warehouse.contract import CONTRACT
from restaurant_warehouse.rollups import refresh
from sse_ingest.database.connection import connect
from sse_ingest.events import Event, Rejected
from sse_ingest.lease.lease import Lease
from sse_ingest.settings import Settings
from sse_ingest.store.store import Store
from tests.support.core import SCHEMAS
from tests.support.warehouse.reads import Meter, Reads

ROOT = Path(__file__).parents[3]
YEAR = (ROOT / "tests" / "support" / "warehouse" / "year.sql").read_bytes()
SUMMED = datetime.fromisoformat("2025-06-30T00:00:00Z")


class Year:
    """The warehouse, asked and written to in sessions whose reading is counted."""

    def __init__(self, warehouse: Any, stack: ExitStack) -> None:
        self.warehouse = warehouse
        self.owner = stack.enter_context(warehouse.connect("restaurant_user", autocommit=True))
        self.owner.execute(YEAR)
        refresh(warehouse.url("airflow_user"), SUMMED)
        self.owner.execute("VACUUM (ANALYZE)")
        settings = Settings(
            contract=CONTRACT,
            stream="restaurant",
            source_url="http://127.0.0.1:1",
            database_url=warehouse.url("airflow_user"),
        )
        self._writing = stack.enter_context(connect(settings.database_url, "writer", SCHEMAS))
        lease = stack.enter_context(Lease(settings, self._writing.info.backend_pid, lambda: None))
        position = lease.take(wait=False, stop=lambda: False)
        assert position is not None
        self._store = Store(self._writing, settings, position.fence)
        self.offsets = count(1)

    def reads_of_query(self, query: str, role: str = "analytics_reader") -> Reads:
        """What it takes to answer this."""
        with self.warehouse.connect(role, autocommit=True) as session:
            meter = Meter(self.owner, session)
            session.execute(query.encode()).fetchall()
            return meter.reads()

    def reads_of_commit(self, items: list[Event | Rejected]) -> Reads:
        """What it takes to commit these in one batch."""
        meter = Meter(self.owner, self._writing)
        self._store.commit(items)
        return meter.reads()

    def invalidations(self) -> int:
        """How often an hour was logged that changed after it was summed."""
        row = self.owner.execute("SELECT count(*) FROM analytics.rollup_invalidations").fetchone()
        return int(row[0])

    @contextmanager
    def without(self, index: str) -> Iterator[None]:
        """As if this index had been forgotten."""
        row = self.owner.execute("SELECT pg_get_indexdef(%s::regclass)", [index]).fetchone()
        assert row is not None
        self.owner.execute(f"DROP INDEX {index}".encode())
        yield
        self.owner.execute(row[0])


@pytest.fixture(scope="module")
def year(fresh_warehouse: Callable[[], AbstractContextManager[Any]]) -> Iterator[Year]:
    with fresh_warehouse() as warehouse, ExitStack() as stack:
        yield Year(warehouse, stack)
