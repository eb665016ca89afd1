"""Order and duplication: the analytics tables are a function of the set of events."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sse_ingest import database
from sse_ingest.contract import Event
from sse_ingest.lease import Lease
from sse_ingest.settings import Settings
from sse_ingest.store import Store
from tests.support.events import frame, parsed, payload

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]
TABLES = {
    "orders": "order_id",
    "order_items": "order_item_id",
    "order_status_history": "event_id",
    "payments": "payment_id",
    "refunds": "refund_id",
    "feedback": "feedback_id",
}
TYPES = [
    "order_created",
    "order_item_added",
    "order_status_changed",
    "payment_captured",
    "payment_refunded",
    "feedback_submitted",
]


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    """A few orders with many claims on the same keys: restated orders, payments that move to another order."""
    made = []
    for offset in range(1, draw(st.integers(2, 14)) + 1):
        kind = draw(st.sampled_from(TYPES))
        order, part = draw(st.integers(1, 2)), draw(st.integers(0, 1))
        fields: dict[str, Any] = {"nonce": offset}
        if kind == "payment_captured":
            fields["payment_id"] = payload(kind, 9, part)["payment_id"]
            fields["tip"] = draw(st.sampled_from(["0.00", "1.00", "2.5"]))
        made.append(
            parsed(frame(offset, kind, payload(kind, order, part, **fields), seconds=draw(st.integers(0, 3))))
        )
    return made


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Event], list[list[Event]]]:
    """The events in order, and the same ones permuted, repeated and cut into batches."""
    straight = draw(events())
    repeated = draw(st.lists(st.sampled_from(straight), max_size=6))
    shuffled = draw(st.permutations([*straight, *repeated]))
    batches: list[list[Event]] = [[]]
    for event in shuffled:
        if event in batches[-1] or draw(st.booleans()):
            batches.append([])
        batches[-1].append(event)
    return straight, [batch for batch in batches if batch]


class Bench:
    """Commits batches to emptied tables and reads them back."""

    def __init__(self, warehouse: Any, store: Store) -> None:
        self._owner = warehouse.connect("restaurant_user", autocommit=True)
        self._store = store

    def tables(self, batches: list[list[Event]]) -> dict[str, list[tuple[Any, ...]]]:
        names = ", ".join(f"analytics.{table}" for table in TABLES)
        self._owner.execute(f"TRUNCATE raw_data.events_raw, raw_data.event_ids, {names}")
        for batch in batches:
            self._store.commit(batch)
        return {
            table: self._owner.execute(
                f"SELECT t::text FROM analytics.{table} AS t ORDER BY {key}"
            ).fetchall()
            for table, key in TABLES.items()
        }

    def close(self) -> None:
        self._owner.close()


@pytest.fixture
def bench(warehouse: Any) -> Any:
    chosen = Settings(
        source_url="http://127.0.0.1:1", database_url=warehouse.url("airflow_user"), writer="test"
    )
    with (
        database.connect(chosen.database_url, "writer") as connection,
        Lease(chosen, connection.info.backend_pid, lambda: None) as lease,
    ):
        position = lease.take(wait=False, stop=lambda: False)
        assert position is not None
        made = Bench(warehouse, Store(connection, chosen, position.fence))
        yield made
        made.close()


@hypothesis_settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(delivery=deliveries())
def test_any_order_duplication_and_cut_gives_the_same_tables(
    bench: Bench, delivery: tuple[list[Event], list[list[Event]]]
) -> None:
    straight, batches = delivery

    assert bench.tables(batches) == bench.tables([straight])
