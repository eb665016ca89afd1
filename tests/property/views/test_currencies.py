"""Amounts in different currencies are never added: a warehouse of several shows what warehouses of one each show."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from local.cards import definition
from restaurant_warehouse.rollups import refresh
from sql.tool import repeatables
from sse_ingest.events import Event
from sse_ingest.store.store import Store
from tests.property.views.currency_rules import MUTATIONS
from tests.support.events import EPOCH, frame, moment, parsed, payload
from tests.support.examples import examples
from tests.support.warehouse.bills import Bill, bills
from tests.support.warehouse.clock import Clock
from tests.support.warehouse.deliveries import TABLES, writing

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]
NOW = EPOCH + timedelta(hours=6)
PLACES = {"LOC-ON-001": None, "LOC-QC-001": "CAD", "LOC-JP-001": "JPY"}
"""The currency of each restaurant that is entered."""
WITHOUT_AMOUNTS = {
    *("current_order_status", "customers", "data_quality_blocking", "data_quality_trend", "deducted_orders"),
    *(
        "freshness",
        "late_events",
        "order_status_distribution",
        "satisfaction_summary",
        "stuck_orders",
        "typed_rows",
    ),
}
"""Views that add no amounts, or have none."""
OF_THE_CLOCK = {"live_metrics", "sales_per_minute"}
"""They depend on when events came: their figures of sales are among the queries below."""
AS_STATED = {"captured_payments", "order_lines"}
"""Row by row, with the currency that the event states."""
COUNTING_CARDS = {
    *("blocked", "by_minute", "completeness", "data_quality", "dead_letters", "guests_today", "health"),
    *(
        "ingest_latency",
        "lag",
        "late_events",
        "live",
        "live_orders",
        "orders",
        "orders_by_hour",
        "orders_today",
    ),
    *("peak_hours", "rating", "recommendation", "returning_guests", "status_line", "unknown"),
}
"""Cards of counts, and those of the clock."""
BESIDE = {
    "card average_bill_today": "average_bill",
    "card net_sales": "net_sales",
    "card net_sales_today": "net_sales",
    "card refunds_today": "refunds",
    "card tips_today": "tips",
}
"""Cards with one figure, and the other currencies beside it."""
Group = tuple[str, list[Event]]


@st.composite
def groups(draw: st.DrawFn) -> list[Group]:
    """Bills of two or three currencies, each with its restaurants. All have an order in the last hour."""
    offset, order = 1, 1
    drawn: list[Group] = []
    for currency in draw(st.sampled_from((("CAD", "JPY"), ("JPY", "USD", "CAD"), ("USD", "CAD")))):
        events: list[Event] = []
        for number in range(draw(st.integers(1, 2))):
            bill, order = draw(bills(order)), order + 1
            at = draw(st.integers(0, 5)) if number else 5
            for kind, body in _placed(bill, currency, draw(st.booleans()), 3600 * at):
                events.append(parsed(frame(offset, kind, body, seconds=3600 * at + order)))
                offset += 1
        drawn.append((currency, events))
    return drawn


def _placed(bill: Bill, currency: str, stated: bool, seconds: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Sent by a restaurant with this currency, or in an order that states it."""
    native = [place for place, own in PLACES.items() if (own or "CAD") == currency]
    place = native[bill.order % len(native)] if native and not stated else "LOC-ON-001"
    for kind, body in bill.events:
        changed = {"order_ts": moment(seconds), "location_code": place} if kind == "order_created" else {}
        if kind == "order_created" and (stated or not native):
            changed["currency"] = currency
        yield kind, {**body, **changed}
    yield (
        "payment_refunded",
        payload("payment_refunded", bill.order, amount="1.00", refunded_ts=moment(seconds + 60)),
    )


class Bench:
    """A warehouse whose present is the test's, its writer, and who refreshes."""

    def __init__(self, warehouse: Any, store: Store) -> None:
        self.owner: psycopg.Connection[Any] = warehouse.connect("restaurant_user", autocommit=True)
        self.url: str = warehouse.url("airflow_user")
        self.store = store
        self.clock = Clock(self.owner, NOW)
        for place, currency in PLACES.items():
            self.owner.execute(
                "INSERT INTO analytics.locations (location_code, city, currency) VALUES (%s, 'Town', %s)",
                [place, currency],
            )

    def show(self, events: list[Event], *, refreshed: bool) -> dict[str, list[dict[str, Any]]]:
        """All that the views, the cards and the functions say of these events."""
        names = ", ".join(f"analytics.{table}" for table in TABLES)
        self.owner.execute(f"TRUNCATE raw_data.events_raw, raw_data.event_ids, {names}".encode())
        self.store.commit(events)
        if refreshed:
            refresh(self.url, NOW)
        return {name: self._rows(query) for name, query in self._queries().items()}

    def _queries(self) -> dict[str, str]:
        views = self.owner.execute("SELECT viewname FROM pg_views WHERE schemaname = 'analytics'").fetchall()
        queries = {
            name: f"SELECT * FROM analytics.{name}"
            for (name,) in views
            if name not in WITHOUT_AMOUNTS | OF_THE_CLOCK | AS_STATED
        }
        queries |= {
            f"card {name}": card.sql for name, card in definition.load().items() if name not in COUNTING_CARDS
        }
        queries["known"] = "SELECT * FROM analytics.daily_sales_as_known_at('infinity')"
        queries["minutes"] = (
            "SELECT window_start, location_code, total_revenue, currency FROM analytics.sales_per_minute"
        )
        last_hour = EPOCH + timedelta(hours=5, minutes=30)
        queries["last hour"] = f"SELECT * FROM analytics.last_hour_of_sales('{last_hour}')"
        queries["today"] = f"SELECT * FROM analytics.expected_today('{last_hour}')"
        queries["abnormality"] = f"SELECT * FROM analytics.abnormality_of_hours('{EPOCH}', '{NOW}')"
        return queries

    def _rows(self, query: str) -> list[dict[str, Any]]:
        cursor = self.owner.execute(query.encode())
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor]


def holds(bench: Bench, drawn: list[Group], *, refreshed: bool) -> None:
    """The law: the rows of all currencies together are the rows of each alone."""
    alone = {currency: bench.show(events, refreshed=refreshed) for currency, events in drawn}
    together = bench.show([event for _, events in drawn for event in events], refreshed=refreshed)
    for name, rows in together.items():
        if name in BESIDE:
            figures = {(currency, str(shown[name][0][BESIDE[name]])) for currency, shown in alone.items()}
            assert _figures(rows[0], BESIDE[name]) == figures, name
            continue
        expected = Counter(repr(row) for shown in alone.values() for row in shown[name])
        assert Counter(map(repr, rows)) == expected, name
        for currency, shown in alone.items():
            assert {row["currency"] for row in shown[name]} <= {currency}, name


def _figures(row: dict[str, Any], figure: str) -> set[tuple[str, str]]:
    """The amounts on a card with one figure, each with its currency."""
    beside = [one.split(" ") for one in str(row["other_currencies"]).split(", ")]
    return {(row["currency"], str(row[figure])), *((currency, amount) for amount, currency in beside)}


@pytest.fixture
def bench(warehouse: Any) -> Iterator[Bench]:
    with writing(warehouse) as store:
        new_bench = Bench(warehouse, store)
        with new_bench.owner:
            yield new_bench


@hypothesis_settings(
    max_examples=examples(15),
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(drawn=groups(), refreshed=st.booleans())
def test_no_figure_adds_two_currencies(bench: Bench, drawn: list[Group], refreshed: bool) -> None:
    holds(bench, drawn, refreshed=refreshed)


def one_order_each() -> list[Group]:
    """In each currency an order of two dishes with a discount, paid in cash and refunded. Two of them are of one
    restaurant.
    """
    offset, drawn = 1, []
    for order, currency in enumerate(("CAD", "JPY", "USD"), start=2):
        bill = Bill(order)
        bill.send("order_created")
        price, total = 400 + 100 * order, 700 + 200 * order
        for part, name in enumerate(("Soup", "Tea")):
            bill.send(
                "order_item_added", part, item_name=name, unit_price=str(price), extended_price=str(price)
            )
        bill.send("discount_applied", amount="100")
        amounts = {
            "amount": total,
            "subtotal": total + 100,
            "discount": 100,
            "tax": 0,
            "tip": 0,
            "total": total,
        }
        bill.send("payment_captured", method="cash", **amounts)
        events = []
        for kind, body in _placed(bill, currency, currency == "USD", 5 * 3600):
            events.append(parsed(frame(offset, kind, body, seconds=5 * 3600)))
            offset += 1
        drawn.append((currency, events))
    return drawn


@pytest.mark.long
def test_the_law_fails_without_any_of_its_rules(bench: Bench) -> None:
    texts = {one.name.removeprefix("analytics/"): one.text for one in repeatables.on_disk()}
    holds(bench, one_order_each(), refreshed=True)
    missed = []
    for name, rule, without in MUTATIONS:
        assert rule in texts[name], f"{name} has no {rule}"
        bench.owner.execute(texts[name].replace(rule, without).encode())
        try:
            for refreshed in (True, False):
                holds(bench, one_order_each(), refreshed=refreshed)
            missed.append((name, rule))
        except AssertionError:
            pass
        bench.owner.execute(texts[name].encode())
    assert missed == []
