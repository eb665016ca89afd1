"""No set of future-dated events changes any figure of today or earlier. When their time comes, they count."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from local.cards import definition
from restaurant_warehouse.rollups import refresh
from sql.tool import repeatables
from sse_ingest.events import Event
from sse_ingest.store.store import Store
from tests.property.views.future_rules import MUTATIONS
from tests.support.events import EPOCH, frame, parsed, payload, uid
from tests.support.examples import examples
from tests.support.warehouse.clock import Clock
from tests.support.warehouse.deliveries import writing
from tests.support.warehouse.plain import PLAIN, assert_exact, rows_of

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]
NOW = EPOCH + timedelta(days=3, minutes=20)
EXISTING = 8
"""Orders of the days and hours before."""
MOVEMENTS = {"cash_movements", "daily_cash", "SELECT * FROM analytics.daily_cash", "card daily_cash"}
"""Figures of money that moved. Money that was paid before for an order of the future has moved."""
NO_FIGURES = {
    *("captured_payments", "deducted_orders", "freshness", "order_lines", "orders_now", "typed_rows"),
    "upcoming_orders",
}
"""Views of ingestion, of rows, and of the future."""
OF_THE_CLOCK = {"live_metrics", "late_events", "sales_per_minute"}
MINUTES: LiteralString = (
    "SELECT window_start, location_code, order_count, total_revenue FROM analytics.sales_per_minute"
)
KINDS = (
    *("order_created", "order_created", "scheduled", "order_item_added", "order_status_changed"),
    *("payment_captured", "payment_refunded", "feedback_submitted", "order_item_voided", "payment_voided"),
    *("discount_applied", "service_charge_added"),
)
OF_BILLS = ("discount_applied", "service_charge_added", "order_item_voided", "payment_voided")


def dated(
    kind: str, order: int, at: datetime, part: int = 0, ts: datetime | None = None, **more: Any
) -> Event:
    """An event with all its times at one instant; its `ts` may be another."""
    fields: dict[str, dict[str, Any]] = {
        "order_created": {"order_ts": at.isoformat()},
        "order_status_changed": {"changed_ts": at.isoformat()},
        "payment_refunded": {"refunded_ts": at.isoformat()},
        "feedback_submitted": {"created_ts": at.isoformat()},
        "order_item_voided": {"voided_ts": at.isoformat()},
        "payment_voided": {"voided_ts": at.isoformat()},
    }
    offset = next(OFFSETS)
    body = payload(kind, order, part, **{**fields.get(kind, {}), **more})
    seconds = ((ts or at) - EPOCH).total_seconds()
    return parsed(frame(offset, kind, body, event_id=uuid4(), seconds=seconds))


OFFSETS = iter(range(1, 10**9))


def whole(order: int, at: datetime) -> list[Event]:
    """An order with everything that follows it."""
    kinds = (
        "order_created",
        "order_item_added",
        "payment_captured",
        "payment_refunded",
        "feedback_submitted",
    )
    events = [dated(kind, order, at) for kind in kinds]
    return [*events, dated("order_status_changed", order, at, status="completed")]


def existing() -> list[Event]:
    """Orders of the past, with one event of each kind. Order 5 has a second line."""
    ages = [timedelta(hours=hours) for hours in (48, 24, 5, 0.5, 4, 7, 9, 11)]
    events = [event for order, age in enumerate(ages, 1) for event in whole(order, NOW - age)]
    events.append(dated("order_item_added", 5, NOW - ages[4], part=1, item_name="Tea"))
    # Refunds whose payments are not known yet.
    then = NOW - timedelta(hours=5)
    for part in (1, 7):
        payment = str(uid("payment", 1, part))
        events.append(dated("payment_refunded", 1, then, part=20 + part, payment_id=payment))
    return events


def scheduled(order: int, at: datetime, then: datetime) -> list[Event]:
    """An order that was placed and paid long ago, for a time of the future."""
    for_time = min(at, NOW + timedelta(days=600)).isoformat()
    return [
        dated("order_created", order, then, scheduled_for=for_time),
        *(dated(one, order, then) for one in ("order_item_added", "payment_captured")),
    ]


@st.composite
def future(draw: st.DrawFn) -> list[Event]:
    """New orders of the future, prepaid or not, and future-dated events of them and of the orders that exist."""
    events = []
    orders = [*range(1, EXISTING + 1)]
    for number in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(KINDS))
        at = NOW + draw(st.sampled_from((timedelta(seconds=1), timedelta(hours=30), timedelta(days=26_000))))
        new = 100 + number
        match kind:
            case "order_created":
                events += [dated(kind, new, at, ts=draw(st.sampled_from((NOW, at))))]
                orders.append(new)
            case "scheduled":
                events += scheduled(new, at, NOW - timedelta(hours=draw(st.sampled_from((1, 20)))))
            case "order_status_changed":
                events += [
                    dated(
                        kind,
                        draw(st.sampled_from(orders)),
                        at,
                        status="cancelled",
                        ts=draw(st.sampled_from((NOW, at))),
                    )
                ]
            case "order_item_voided" | "payment_voided":
                # Of the line and the payment that exist.
                events += [
                    dated(kind, draw(st.sampled_from(orders)), at, ts=draw(st.sampled_from((NOW, at))))
                ]
            case _:
                events += [dated(kind, draw(st.sampled_from(orders)), at, part=number + 1)]
    return draw(st.permutations(events))


class Bench:
    """A warehouse whose present is the test's, and its writer."""

    def __init__(self, warehouse: Any, store: Store) -> None:
        self.owner: psycopg.Connection[Any] = warehouse.connect("restaurant_user", autocommit=True)
        self.airflow: str = warehouse.url("airflow_user")
        self.store = store
        self.clock = Clock(self.owner, NOW)

    def begin(self) -> None:
        self.owner.execute(
            "TRUNCATE raw_data.events_raw, raw_data.event_ids, analytics.orders, analytics.order_items,"
            " analytics.order_status_history, analytics.payments, analytics.refunds, analytics.feedback,"
            " analytics.order_item_voids, analytics.payment_voids, analytics.order_discounts,"
            " analytics.service_charges, analytics.future_events"
        )
        self.clock.set(NOW)
        self.store.commit(existing())

    def refresh(self) -> None:
        """Further than the clock has come, which a refresh does not follow."""
        refresh(self.airflow, self.clock.now + timedelta(hours=2))

    def figures(self) -> dict[str, list[Any]]:
        """All that the views, the cards and the functions say at present."""
        names = self.owner.execute(
            "SELECT viewname FROM pg_views WHERE schemaname = 'analytics' ORDER BY 1"
        ).fetchall()
        queries: dict[str, str] = {
            name: f"SELECT * FROM analytics.{name}"
            for (name,) in names
            if name not in NO_FIGURES | OF_THE_CLOCK
        }
        queries |= {"sales_per_minute": MINUTES, **{query: query for query in PLAIN}}
        queries |= {f"card {name}": card.sql for name, card in CARDS.items()}
        queries |= {
            f"order {order}": f"SELECT * FROM analytics.calculate_order_metrics('{event.record.order_id}')"  # type: ignore[union-attr]
            for order, event in enumerate(existing()[: 6 * EXISTING : 6], 1)
        }
        queries["known"] = "SELECT * FROM analytics.daily_sales_as_known_at('infinity')"
        queries["last hour"] = "SELECT * FROM analytics.last_hour_of_sales(analytics.present())"
        queries["today"] = "SELECT * FROM analytics.expected_today(analytics.present())"
        queries["newest"] = "SELECT analytics.newest_moment(), analytics.newest_business_date()"
        return {
            name: sorted(map(repr, self.owner.execute(query.encode()))) for name, query in queries.items()
        }


OF_INGESTION = {
    *("by_minute", "completeness", "dead_letters", "health", "ingest_latency", "lag", "late_events", "live"),
    "status_line",
}
"""Cards that depend on when events came."""
CARDS = {name: card for name, card in definition.load().items() if name not in OF_INGESTION}


@pytest.fixture
def bench(warehouse: Any) -> Iterator[Bench]:
    with writing(warehouse) as store:
        opened = Bench(warehouse, store)
        with opened.owner:
            yield opened


@hypothesis_settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(events=future(), refreshed=st.tuples(st.booleans(), st.booleans()))
@example(events=whole(50, NOW + timedelta(days=26_000)), refreshed=(True, True))
def test_no_event_of_the_future_changes_a_figure(
    bench: Bench, events: list[Event], refreshed: tuple[bool, bool]
) -> None:
    holds(bench, events, *refreshed)


def holds(bench: Bench, events: list[Event], before: bool, after: bool) -> None:
    """The law. The rollups are refreshed before and after the events come, or not."""
    bench.begin()
    if before:
        bench.refresh()
    figures = bench.figures()

    bench.store.commit(events)
    if after:
        bench.refresh()

    prepaid = any(event.event_type == "payment_captured" and event.ts <= NOW for event in events)
    same = figures.keys() - (MOVEMENTS if prepaid else set())
    current = bench.figures()
    assert {name: current[name] for name in same} == {name: figures[name] for name in same}
    assert_exact(bench.owner)
    new = {event.record.order_id for event in events if event.event_type == "order_created"}  # type: ignore[union-attr]
    upcoming = {row[0] for row in bench.owner.execute("SELECT order_id FROM analytics.upcoming_orders")}
    assert upcoming == new
    for passed in (timedelta(hours=2), timedelta(days=2), timedelta(days=30_000)):
        bench.clock.set(NOW + passed)
        assert_exact(bench.owner)
        bench.refresh()
        assert_exact(bench.owner)
    assert rows_of(bench.owner, "SELECT order_id FROM analytics.upcoming_orders") == []
    assert rows_of(bench.owner, "SELECT sum(order_count + cancelled_orders) FROM analytics.daily_sales") == [
        (EXISTING + len(new),)
    ]


def of_every_kind() -> list[Event]:
    """Orders of the future, and what the future brings to the orders that exist."""
    later = NOW + timedelta(hours=30)
    events = [
        *whole(50, NOW + timedelta(days=26_000)),
        *whole(51, later),
        *whole(53, NOW + timedelta(minutes=50)),
    ]
    # A wrong clock dated the order, and not its line and its payment.
    events += [dated("order_created", 52, later), dated("order_item_added", 52, NOW - timedelta(hours=3))]
    events += [dated("payment_captured", 52, NOW - timedelta(hours=3))]
    for order, kind in enumerate(("payment_captured", "payment_refunded", "order_item_added"), 1):
        events += [dated(kind, order, later, part=7)]
    of_line: dict[str, Any] = {"order_item_id": str(uid("item", 5, 0))}
    for order, kind in enumerate(OF_BILLS, 5):
        events += [dated(kind, order, later, **(of_line if kind == "discount_applied" else {}))]
    return [*events, dated("order_status_changed", 4, later, status="cancelled", ts=NOW)]


@pytest.mark.long
def test_the_law_fails_without_any_of_its_rules(bench: Bench) -> None:
    texts = {one.name.removeprefix("analytics/"): one.text for one in repeatables.on_disk()}
    holds(bench, of_every_kind(), True, True)
    missed = []
    for name, rule, without in MUTATIONS:
        assert rule in texts[name], f"{name} has no {rule}"
        bench.owner.execute(texts[name].replace(rule, without).encode())
        try:
            holds(bench, of_every_kind(), True, True)
            missed.append((name, rule))
        except AssertionError:
            pass
        bench.owner.execute(texts[name].encode())
    assert missed == []
