"""Updates that touch no index (HOT): an order's late columns, the checkpoint, the ranges, and the sums of the hours."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from restaurant_warehouse.contract import restaurant_parser
from restaurant_warehouse.rollups import refresh
from sse_ingest.database.connection import connect
from sse_ingest.events import Event
from sse_ingest.lease.lease import Lease
from sse_ingest.settings import Settings
from sse_ingest.sources.sse_decoder import Decoder
from sse_ingest.store.store import Store
from tests.bench.workload import order_events
from tests.support.core import SCHEMAS

pytestmark = pytest.mark.integration
Owner = psycopg.Connection[Any]
EVENTS = 4_000
STREAM = ("raw_data.stream_checkpoints", "raw_data.committed_ranges")
AT_ONCE = 10
"""As live batches are: orders last minutes, so that each comes in several."""


@pytest.fixture(scope="module")
def events() -> list[Event]:
    """The simulator's orders, about a hundred of them at a time."""
    contract = restaurant_parser()
    frames = Decoder("").decode(b"".join(order_events.encode(order_events.drafts(EVENTS))))
    return [item for frame in frames if isinstance(item := contract.parse(frame), Event)]


@pytest.fixture
def hot(owner: Owner) -> Callable[[str], float]:
    """The share of a table's updates that were HOT."""

    def share(table: str) -> float:
        updated, hot = owner.execute(
            "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relid = %s::regclass", [table]
        ).fetchone() or (0, 0)
        assert updated > 0, f"no row of {table} was updated"
        return float(hot / updated)

    return share


def commit(settings: Settings, events: list[Event]) -> None:
    """In small batches, as they come while nothing has piled up."""
    with (
        connect(settings.database_url, "writer", SCHEMAS) as connection,
        Lease(settings, connection.info.backend_pid, lambda: None) as lease,
    ):
        position = lease.take(wait=False, stop=lambda: False)
        assert position is not None
        store = Store(connection, settings, position.fence)
        for start in range(0, len(events), AT_ONCE):
            store.commit(events[start : start + AT_ONCE])
        connection.execute("SELECT pg_stat_force_next_flush()")


def test_late_columns_and_checkpoints(
    settings: Settings,
    events: list[Event],
    hot: Callable[[str], float],
    record_property: Callable[[str, object], None],
) -> None:
    commit(settings, events)
    record_property("share of HOT updates of orders", hot("analytics.orders"))
    assert hot("analytics.orders") > 0.97
    assert [table for table in STREAM if hot(table) < 0.97] == []


@pytest.mark.parametrize(
    "change",
    [
        "CREATE INDEX careless ON analytics.orders (status)",
        "ALTER TABLE analytics.orders SET (fillfactor = 100)",
    ],
)
def test_an_index_on_a_late_column_would_show(
    settings: Settings, events: list[Event], owner: Owner, hot: Callable[[str], float], change: str
) -> None:
    """So would a table without room."""
    owner.execute(change.encode())
    commit(settings, events)
    assert hot("analytics.orders") < 0.97


def test_sums_of_hours(
    settings: Settings, events: list[Event], owner: Owner, warehouse: Any, hot: Callable[[str], float]
) -> None:
    """Late events change hours that are summed: as often as they are summed again."""
    ahead = datetime.fromisoformat("2026-10-01T00:00:00Z")
    for number in range(4):
        commit(settings, events[number * 1_000 : number * 1_000 + 1_000])
        refresh(warehouse.url("airflow_user"), ahead + timedelta(hours=number))
    tables = (
        "rollup_sales_hours",
        "rollup_sales_days",
        "rollup_menu_hours",
        "rollup_menu",
        "rollup_watermark",
    )
    await_statistics(owner, tables)
    assert [table for table in tables if hot(f"analytics.{table}") < 0.97] == []


def await_statistics(owner: Owner, tables: tuple[str, ...]) -> None:
    """Return when the sessions that have ended have reported what they did."""
    for _ in range(100):
        counted = owner.execute(
            "SELECT count(*) FROM pg_stat_user_tables WHERE relname = ANY(%s) AND n_tup_upd > 0",
            [list(tables)],
        ).fetchone()
        if counted == (len(tables),):
            return
        owner.execute("SELECT pg_sleep(0.05)")
