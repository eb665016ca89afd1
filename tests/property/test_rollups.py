"""Rollups: at any moment, whatever came in whatever order, each view equals the aggregate of the tables."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, LiteralString, TypeAlias

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from psycopg import IsolationLevel

from sse_ingest.events import Event
from sse_ingest.store.store import Store
from tests.support.events import EPOCH, frame, moment, parsed, payload, uid
from tests.support.examples import examples
from tests.support.laws.snapshots import lists
from tests.support.warehouse.clock import Clock
from tests.support.warehouse.deliveries import TABLES, writing
from tests.support.warehouse.plain import assert_exact, rows_of

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]
HOUR = 3600
PLACES = ("LOC-ON-001", "LOC-IN-001")
ZONES = ("UTC", "America/Toronto", "Asia/Kolkata")
CURRENCIES = (None, None, "CAD", "JPY")
WHAT = (
    *("batch", "batch", "refresh", "refresh beside a batch", "refresh beside a clock", "clock", "by hand"),
    *("block", "pass", "time", "time"),
)
PARTS = ("amount", "subtotal", "discount", "tax", "service_charge", "tip", "rounding", "total")
ROUNDED = dict(zip(PARTS, ("9.48", "10.50", "3.00", "1.00", "1.00", "0", "-0.02", "9.48"), strict=True))
KINDS = (
    *("order_created", "order_item_added", "order_status_changed", "payment_captured", "payment_refunded"),
    *(
        "feedback_submitted",
        "order_item_voided",
        "payment_voided",
        "discount_applied",
        "service_charge_added",
    ),
    *("order_snapshot", "order_snapshot"),
)
END = 48
"""Hours after the epoch: nothing of the tests is dated later."""
FREE = dict.fromkeys(("subtotal", "tax", "tip", "total"), "0")
BY_HAND: tuple[LiteralString, ...] = (
    "WITH gone AS (DELETE FROM analytics.payments RETURNING *) INSERT INTO kept SELECT * FROM gone",
    "WITH back AS (DELETE FROM kept RETURNING *)"
    " INSERT INTO analytics.payments SELECT * FROM back ON CONFLICT DO NOTHING",
)
"""Payments are lost, and restored as a rebuild does: their orders' money stays as it was."""
COLUMNS: LiteralString = (
    "day, location_code, order_count, total_revenue, avg_order_value, total_tips, avg_tip, unpaid_orders,"
    " cancelled_orders, total_refunds, currency"
)
FAILED: tuple[LiteralString, ...] = (
    "INSERT INTO analytics.data_quality_results (rule, dimension, severity, owner, window_since, window_until, checked,"
    " failed, status, sample) VALUES ('any', 'integrity', 'critical', 'me', now(), now(), 1, 1, 'failed', '[1]')",
    "INSERT INTO analytics.data_quality_failures SELECT max(result_id), %s, %s::date + %s, 1, '[1]',"
    " gen_random_uuid(), now(), now() FROM analytics.data_quality_results",
)
BLOCKED: tuple[LiteralString, ...] = (
    "SELECT r.* FROM analytics.rollup_sales_days AS r JOIN analytics.data_quality_blocking AS b"
    " USING (location_code, business_date)",
    "SELECT r.* FROM analytics.rollup_payment_days AS r JOIN analytics.data_quality_blocking AS b"
    " USING (location_code, business_date)",
)
"""What is published of a blocked day: no refresh changes it."""
Rows: TypeAlias = list[tuple[Any, ...]]
Step: TypeAlias = Callable[["Bench"], None]


@st.composite
def event(draw: st.DrawFn, offset: int) -> Event:
    """Of three orders, around the hours at which days end somewhere; restated, moved, cancelled, given back."""
    kind, order, part = draw(st.tuples(st.sampled_from(KINDS), st.integers(1, 3), st.integers(0, 1)))
    when = moment(draw(st.integers(0, 14)) * HOUR + draw(st.sampled_from((0, 1, 1799, 1800, 3599.999999))))
    fields: dict[str, dict[str, Any]] = {
        "order_created": {
            "order_ts": when,
            "location_code": draw(st.sampled_from(PLACES)),
            "city": draw(st.sampled_from(("Toronto", None))),
            "guest_count": draw(st.sampled_from((None, 0, 3))),
            "currency": draw(st.sampled_from(CURRENCIES)),
            **draw(scheduled(when)),
        },
        "order_status_changed": {
            "status": draw(st.sampled_from(("preparing", "completed", "cancelled"))),
            "changed_ts": when,
        },
        "order_item_added": {
            "item_name": draw(st.sampled_from(("Soup", "Tea"))),
            "category": draw(st.sampled_from(("Mains", None))),
            "unit_price": draw(st.sampled_from(("5.25", None))),
            "extended_price": draw(st.sampled_from(("5.25", "10.1", None))),
            "tax_included": draw(st.sampled_from((True, None))),
            "kind": draw(st.sampled_from(("gift_card", None, None))),
            "parent_item_id": draw(st.sampled_from((None, str(uid("item", order, 1))))),
            "currency": draw(st.sampled_from(("USD", None, None))),
        },
        "payment_captured": {
            "tip": draw(st.sampled_from(("0", "1.00", "2.5"))),
            "method": draw(st.sampled_from(("card", "cash"))),
            "provider": draw(st.sampled_from(("stripe", None))),
            "location_code": draw(st.sampled_from((*PLACES, None))),
            **draw(st.sampled_from(({}, {"total": "500"}, FREE, ROUNDED))),
            "currency": draw(st.sampled_from(("USD", None, None))),
        },
        "discount_applied": {
            "kind": draw(st.sampled_from(("discount", "comp"))),
            "order_item_id": draw(st.sampled_from((None, str(uid("item", order, 1))))),
        },
        "payment_refunded": {"amount": draw(st.sampled_from(("2.00", "0.5"))), "refunded_ts": when},
        "feedback_submitted": {
            "rating": draw(st.integers(1, 5)),
            "nps": draw(st.sampled_from((None, 3, 9))),
            "created_ts": when,
        },
    }
    if kind == "order_snapshot":
        fields[kind] = fields["order_created"] | draw(lists(order, fields))
        if fields[kind]["currency"] == "JPY":  # the amounts of its elements have decimals
            fields[kind]["currency"] = "SEK"
    body = payload(kind, order, part, nonce=offset, **fields.get(kind, {}))
    return parsed(frame(offset, kind, body, seconds=draw(st.integers(0, 14)) * HOUR))


@st.composite
def scheduled(draw: st.DrawFn, placed: str) -> dict[str, str]:
    """For now, or for later."""
    hours = draw(st.sampled_from((None, None, 0, 1, 5, 24)))
    if hours is None:
        return {}
    return {"scheduled_for": (datetime.fromisoformat(placed) + timedelta(hours=hours)).isoformat()}


@st.composite
def clock(draw: st.DrawFn) -> Step:
    values = draw(st.tuples(*map(st.sampled_from, (PLACES, ZONES, CURRENCIES))))
    return lambda bench: bench.set_clock(*values)


@st.composite
def block(draw: st.DrawFn) -> Step:
    if draw(st.booleans()):
        return Bench.unblock
    place, days = draw(st.sampled_from((*PLACES, None))), draw(st.integers(-1, 1))
    return partial(Bench.block, place=place, days=days)


@st.composite
def batch(draw: st.DrawFn, first: int) -> Step:
    events = [draw(event(first + number)) for number in range(draw(st.integers(1, 5)))]
    return partial(Bench.commit, batch=events)


@st.composite
def step(draw: st.DrawFn, first: int) -> Step:
    hours = draw(st.integers(0, 16))
    meanwhile: Step | None
    match draw(st.sampled_from(WHAT)):
        case "batch" | "clock" | "block" as what:
            return draw({"batch": batch(first), "clock": clock(), "block": block()}[what])
        case "time":
            return partial(Bench.let_pass, hours=draw(st.integers(1, 12)))
        case "by hand":
            return partial(Bench.by_hand, statement=draw(st.sampled_from(BY_HAND)))
        case "refresh beside a batch":
            meanwhile = draw(batch(first))
        case "refresh beside a clock":
            meanwhile = draw(clock())
        case _:
            meanwhile = None
    return partial(Bench.refresh, hours=hours, meanwhile=meanwhile)


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    """Everything has happened, or some of it is still in the future."""
    begin = partial(Bench.let_pass, hours=draw(st.sampled_from((END, 0, 4, 9))))
    return [begin] + [draw(step(10 * number)) for number in range(1, draw(st.integers(3, 9)))]


class Bench:
    """A warehouse, its writer, and who refreshes."""

    def __init__(self, warehouse: Any, store: Store) -> None:
        self.owner: psycopg.Connection[Any] = warehouse.connect("restaurant_user", autocommit=True)
        self.refresher: psycopg.Connection[Any] = warehouse.connect("airflow_user")
        self.refresher.isolation_level = IsolationLevel.REPEATABLE_READ
        self.store = store
        self.known: list[tuple[datetime, Rows]] = []
        self.by_events = True
        self.owner.execute("CREATE TEMPORARY TABLE kept (LIKE analytics.payments)")
        self.clock = Clock(self.owner, EPOCH)

    def empty(self) -> None:
        names = ", ".join(f"analytics.{table}" for table in TABLES)
        self.owner.execute(f"TRUNCATE raw_data.events_raw, raw_data.event_ids, {names}".encode())
        self.known.clear()
        self.by_events = True
        self.clock.set(EPOCH)
        self.owner.execute("DELETE FROM analytics.future_events")
        self.owner.execute("DELETE FROM analytics.locations")
        self.owner.execute("DELETE FROM kept")
        self.unblock()
        self.owner.execute(
            "INSERT INTO analytics.menu_item_changes (menu_item_id, name, cost, changed_ts, event_ts, event_id)"
            " VALUES ('soup', 'Soup', 1.5, '-infinity', now(), gen_random_uuid()) ON CONFLICT DO NOTHING"
        )

    def commit(self, batch: list[Event]) -> None:
        self.store.commit(batch)

    def note(self) -> None:
        """What daily_sales says now."""
        ((now,),) = self.owner.execute("SELECT clock_timestamp()").fetchall()
        self.known.append((now, rows_of(self.owner, f"SELECT {COLUMNS} FROM analytics.daily_sales")))

    def as_known_at(self, at: datetime) -> Rows:
        """What daily_sales reported then, as the warehouse computes it now."""
        query = f"SELECT {COLUMNS} FROM analytics.daily_sales_as_known_at('{at.isoformat()}')"
        return rows_of(self.owner, query)

    def by_hand(self, statement: LiteralString) -> None:
        """What no event does, and raw does not know of."""
        self.let_pass(END)  # no event in the future can be lost
        self.owner.execute(statement)
        self.by_events = False

    def block(self, place: str | None, days: int) -> None:
        """A critical rule fails for a business day of a restaurant, or of none."""
        self.owner.execute(FAILED[0])
        self.owner.execute(FAILED[1], [place, EPOCH, days])

    def unblock(self) -> None:
        self.owner.execute("DELETE FROM analytics.data_quality_results")

    def refresh(self, hours: int, meanwhile: Step | None = None) -> None:
        """Up to so many hours; `meanwhile` is done after the refresh has taken its snapshot."""
        published = [rows_of(self.owner, query) for query in BLOCKED]
        with self.refresher.transaction():
            self.refresher.execute(
                "SELECT analytics.open_refresh(%s + %s * interval '1 hour')", [EPOCH, hours]
            )
        with self.refresher.transaction():
            self.refresher.execute("SELECT FROM analytics.thresholds")
            if meanwhile:
                meanwhile(self)
            self.refresher.execute("SELECT analytics.refresh_rollups()")
        assert [rows_of(self.owner, query) for query in BLOCKED] == published

    def let_pass(self, hours: int) -> None:
        """What daily_sales says changes with the time alone."""
        self.clock.set(min(self.clock.now + timedelta(hours=hours), EPOCH + timedelta(hours=END)))
        self.known.clear()

    def set_clock(self, place: str, zone: str, currency: str | None) -> None:
        self.owner.execute(
            "INSERT INTO analytics.locations (location_code, time_zone, close_out, currency)"
            " VALUES (%s, %s, '04:00', %s) ON CONFLICT (location_code)"
            " DO UPDATE SET time_zone = excluded.time_zone, currency = excluded.currency",
            [place, zone, currency],
        )
        self.known.clear()


@pytest.fixture
def bench(warehouse: Any) -> Iterator[Bench]:
    with writing(warehouse) as store:
        new_bench = Bench(warehouse, store)
        with new_bench.owner, new_bench.refresher:
            yield new_bench


@hypothesis_settings(
    max_examples=examples(80),
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(steps=steps())
def test_each_view_equals_the_aggregate_of_the_tables(bench: Bench, steps: list[Step]) -> None:
    bench.empty()
    for step in steps:
        step(bench)
        assert_exact(bench.owner)
        bench.note()
    for then, rows in bench.known if bench.by_events else ():
        assert bench.as_known_at(then) == rows
