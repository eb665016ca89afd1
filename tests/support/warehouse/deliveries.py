"""Events in any order, repeated and cut into batches, and what the warehouse holds after their commit."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from hypothesis import strategies as st

from restaurant_warehouse.contract import CONTRACT
from restaurant_warehouse.event_types import EVENT_TYPES
from sse_ingest.database.connection import connect
from sse_ingest.events import Event
from sse_ingest.lease.lease import Lease
from sse_ingest.settings import Settings
from sse_ingest.store.store import Store
from tests.support.core import SCHEMAS

TABLES = {kind.table: ", ".join(kind.key) for kind in EVENT_TYPES.values()}
"""The typed tables and their keys."""


@st.composite
def deliveries(
    draw: st.DrawFn, events: st.SearchStrategy[list[Event]]
) -> tuple[list[Event], list[list[Event]]]:
    """The events in order, and the same events permuted, repeated and cut into batches."""
    straight = draw(events)
    repeated = draw(st.lists(st.sampled_from(straight), max_size=6))
    shuffled = draw(st.permutations([*straight, *repeated]))
    batches: list[list[Event]] = [[]]
    for event in shuffled:
        if event in batches[-1] or draw(st.booleans()):
            batches.append([])
        batches[-1].append(event)
    return straight, [batch for batch in batches if batch]


class Bench:
    """Commits batches to emptied tables."""

    def __init__(self, owner: psycopg.Connection[Any], store: Store) -> None:
        self._owner = owner
        self._store = store

    def commit(self, batches: Sequence[list[Event]]) -> None:
        names = ", ".join(f"analytics.{table}" for table in TABLES)
        self._owner.execute(f"TRUNCATE raw_data.events_raw, raw_data.event_ids, {names}".encode())
        for batch in batches:
            self._store.commit(batch)

    def tables(self, batches: Sequence[list[Event]]) -> dict[str, list[tuple[Any, ...]]]:
        """The exact contents of every typed table."""
        self.commit(batches)
        return {
            table: self._owner.execute(
                f"SELECT t::text FROM analytics.{table} AS t ORDER BY {key}".encode()
            ).fetchall()
            for table, key in TABLES.items()
        }

    def rows(self, query: LiteralString) -> list[tuple[Any, ...]]:
        return self._owner.execute(query).fetchall()


@contextmanager
def writing(warehouse: Any) -> Iterator[Store]:
    """A store that holds the lease of its stream."""
    chosen = Settings(
        contract=CONTRACT,
        stream="restaurant",
        source_url="http://127.0.0.1:1",
        database_url=warehouse.url("airflow_user"),
        writer="test",
    )
    with (
        connect(chosen.database_url, "writer", SCHEMAS) as connection,
        Lease(chosen, connection.info.backend_pid, lambda: None) as lease,
    ):
        position = lease.take(wait=False, stop=lambda: False)
        assert position is not None
        yield Store(connection, chosen, position.fence)


@contextmanager
def bench(warehouse: Any) -> Iterator[Bench]:
    """A Bench with its writer."""
    with warehouse.connect("restaurant_user", autocommit=True) as owner, writing(warehouse) as store:
        yield Bench(owner, store)
