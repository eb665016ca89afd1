"""Bills that use everything together: each sum is what its equation says, whatever came in whatever order."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any, LiteralString

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from restaurant_warehouse.rollups import refresh
from sse_ingest.events import Event
from sse_ingest.store.store import Store
from tests.support.events import EPOCH
from tests.support.examples import examples
from tests.support.warehouse.bills import Bill, bills, events_of
from tests.support.warehouse.deliveries import TABLES, writing
from tests.support.warehouse.plain import assert_exact

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

SUMS: LiteralString = (
    "gross_sales, discounts, comps, included_tax, net_sales, voids, gift_cards, tax, service_charges, tips, rounding,"
    " total_collected"
)
NAMES = SUMS.split(", ")
Delivery = tuple[list[Bill], list[list[Event]], list[int | None]]


@st.composite
def deliveries(draw: st.DrawFn) -> Delivery:
    """Bills, their events in any order and in batches, and up to which hour each batch is followed by a refresh."""
    drawn_bills = [draw(bills(order)) for order in range(1, draw(st.integers(1, 2)) + 1)]
    events = [
        event for number, bill in enumerate(drawn_bills) for event in events_of(bill, 100 * number + 1, draw)
    ]
    shuffled = draw(st.permutations(events))
    cuts = sorted(draw(st.lists(st.integers(1, len(shuffled)), max_size=4)))
    batches = [
        shuffled[start:end]
        for start, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)
        if start < end
    ]
    hours = draw(st.lists(st.none() | st.integers(0, 8), min_size=len(batches), max_size=len(batches)))
    return drawn_bills, batches, hours


class Bench:
    """A warehouse, its writer, and who refreshes."""

    def __init__(self, warehouse: Any, store: Store) -> None:
        self.owner: psycopg.Connection[Any] = warehouse.connect("restaurant_user", autocommit=True)
        self.url: str = warehouse.url("airflow_user")
        self.store = store

    def take(self, batches: list[list[Event]], hours: list[int | None]) -> None:
        names = ", ".join(f"analytics.{table}" for table in TABLES)
        self.owner.execute(f"TRUNCATE raw_data.events_raw, raw_data.event_ids, {names}".encode())
        for batch, hour in zip(batches, hours, strict=True):
            self.store.commit(batch)
            if hour is not None:
                refresh(self.url, EPOCH + timedelta(hours=hour))

    def one(self, query: LiteralString) -> dict[str, Any]:
        cursor = self.owner.execute(query)
        (row,) = cursor.fetchall()
        return dict(zip([column.name for column in cursor.description or ()], row, strict=True))


@pytest.fixture
def bench(warehouse: Any) -> Iterator[Bench]:
    with writing(warehouse) as store:
        new_bench = Bench(warehouse, store)
        with new_bench.owner:
            yield new_bench


def expected(drawn_bills: list[Bill]) -> dict[str, Any]:
    named = [bill.sums.named() for bill in drawn_bills]
    return {name: sum((one[name] for one in named), Decimal(0)) for name in (*NAMES, "guests")}


@hypothesis_settings(
    max_examples=examples(80),
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(delivery=deliveries())
def test_every_sum_is_what_its_equation_says(bench: Bench, delivery: Delivery) -> None:
    drawn_bills, batches, hours = delivery
    bench.take(batches, hours)
    sums = expected(drawn_bills)

    day = bench.one(f"SELECT {SUMS}, guests FROM analytics.daily_sales")
    assert day == sums
    assert day["gross_sales"] - day["discounts"] - day["comps"] - day["included_tax"] == day["net_sales"]
    extras = day["tax"] + day["service_charges"] + day["tips"] + day["rounding"]
    assert day["net_sales"] + day["gift_cards"] + extras == day["total_collected"]
    assert bench.one(f"SELECT {SUMS}, guests FROM analytics.store_performance") == sums
    tenders = bench.one("SELECT sum(amount) AS paid, sum(payments) FROM analytics.payment_mix")
    assert tenders["paid"] == sums["total_collected"]
    menu = bench.one(
        "SELECT coalesce(sum(net_sales), 0) AS net, coalesce(sum(total_revenue), 0) AS gross"
        " FROM analytics.menu_performance"
    )
    assert menu == {"net": sums["net_sales"], "gross": sums["gross_sales"]}
    for bill in bench.owner.execute("SELECT total_due, total_collected FROM analytics.bills"):
        assert bill[0] == bill[1]
    cash = bench.one("SELECT differing_orders, difference FROM analytics.cash_up")
    assert cash == {"differing_orders": 0, "difference": 0}
    assert bench.owner.execute("SELECT check_name FROM analytics.money_violations()").fetchall() == []
    assert_exact(bench.owner)
