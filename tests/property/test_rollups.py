"""Rollups: at any moment, whatever came in whatever order, each view equals the aggregate of the tables."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any, LiteralString, TypeAlias

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from psycopg import IsolationLevel

from sse_ingest.contract import Event
from sse_ingest.store import Store
from tests.support.deliveries import writing
from tests.support.events import EPOCH, frame, moment, parsed, payload
from tests.support.plain import assert_exact, rows_of

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]
HOUR = 3600
PLACES = ("LOC-ON-001", "LOC-IN-001")
ZONES = ("UTC", "America/Toronto", "Asia/Kolkata")
FREE = dict.fromkeys(("subtotal", "tax", "tip", "total"), "0")
SAID: LiteralString = (
    "day, location_code, order_count, total_revenue, avg_order_value, total_tips, avg_tip, unpaid_orders,"
    " cancelled_orders, total_refunds"
)
Rows: TypeAlias = list[tuple[Any, ...]]
Step: TypeAlias = Callable[["Bench"], None]


@st.composite
def event(draw: st.DrawFn, offset: int) -> Event:
    """Of three orders, around the hours at which days end somewhere; restated, moved, cancelled, given back."""
    kind, order, part = draw(
        st.tuples(
            st.sampled_from(
                (
                    "order_created",
                    "order_item_added",
                    "order_status_changed",
                    "payment_captured",
                    "payment_refunded",
                    "feedback_submitted",
                )
            ),
            st.integers(1, 3),
            st.integers(0, 1),
        )
    )
    when = moment(draw(st.integers(0, 14)) * HOUR + draw(st.sampled_from((0, 1, 1799, 1800, 3599.999999))))
    fields: dict[str, dict[str, Any]] = {
        "order_created": {
            "order_ts": when,
            "location_code": draw(st.sampled_from(PLACES)),
            "city": draw(st.sampled_from(("Toronto", None))),
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
        },
        "payment_captured": {
            "tip": draw(st.sampled_from(("0", "1.00", "2.5"))),
            "method": draw(st.sampled_from(("card", "cash"))),
            "provider": draw(st.sampled_from(("stripe", None))),
            **draw(st.sampled_from(({}, {"total": "500"}, FREE))),
        },
        "payment_refunded": {"amount": draw(st.sampled_from(("2.00", "0.5")))},
        "feedback_submitted": {
            "rating": draw(st.integers(1, 5)),
            "nps": draw(st.sampled_from((None, 3, 9))),
            "created_ts": when,
        },
    }
    body = payload(kind, order, part, nonce=offset, **fields[kind])
    return parsed(frame(offset, kind, body, seconds=draw(st.integers(0, 14)) * HOUR))


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    made: list[Step] = []
    offset = 0
    for _ in range(draw(st.integers(2, 8))):
        what = draw(st.sampled_from(("batch", "batch", "refresh", "refresh beside a batch", "clock")))
        batch = []
        if "batch" in what:
            for _ in range(draw(st.integers(1, 5))):
                offset += 1
                batch.append(draw(event(offset)))
        hours = draw(st.integers(0, 16))
        match what:
            case "batch":
                made.append(partial(Bench.commit, batch=batch))
            case "refresh":
                made.append(partial(Bench.refresh, hours=hours))
            case "refresh beside a batch":
                made.append(partial(Bench.refresh, hours=hours, meanwhile=batch))
            case "clock":
                place, zone = draw(st.sampled_from(PLACES)), draw(st.sampled_from(ZONES))
                made.append(partial(Bench.set_clock, place=place, zone=zone))
    return made


class Bench:
    """A warehouse, its writer, and who refreshes."""

    def __init__(self, warehouse: Any, store: Store) -> None:
        self.owner: psycopg.Connection[Any] = warehouse.connect("restaurant_user", autocommit=True)
        self.refresher: psycopg.Connection[Any] = warehouse.connect("airflow_user")
        self.refresher.isolation_level = IsolationLevel.REPEATABLE_READ
        self.store = store
        self.known: list[tuple[datetime, Rows]] = []

    def empty(self) -> None:
        self.owner.execute(
            "TRUNCATE raw_data.events_raw, raw_data.event_ids, analytics.orders, analytics.order_items,"
            " analytics.order_status_history, analytics.payments, analytics.refunds, analytics.feedback"
        )
        self.known.clear()
        self.owner.execute("DELETE FROM analytics.locations")
        self.owner.execute(
            "INSERT INTO analytics.menu_item_changes (menu_item_id, name, cost, changed_ts, event_ts, event_id)"
            " VALUES ('soup', 'Soup', 1.5, '-infinity', now(), gen_random_uuid()) ON CONFLICT DO NOTHING"
        )

    def commit(self, batch: list[Event]) -> None:
        self.store.commit(batch)

    def note(self) -> None:
        """What daily_sales says now."""
        ((now,),) = self.owner.execute("SELECT clock_timestamp()").fetchall()
        self.known.append((now, rows_of(self.owner, f"SELECT {SAID} FROM analytics.daily_sales")))

    def said(self, at: datetime) -> Rows:
        """What it is said to have said."""
        query = f"SELECT {SAID} FROM analytics.daily_sales_as_known_at('{at.isoformat()}')"
        return rows_of(self.owner, query)

    def refresh(self, hours: int, meanwhile: list[Event] | None = None) -> None:
        """Up to so many hours; `meanwhile` is committed after the refresh has taken its snapshot."""
        with self.refresher.transaction():
            self.refresher.execute(
                "SELECT analytics.open_refresh(%s + %s * interval '1 hour')", [EPOCH, hours]
            )
        with self.refresher.transaction():
            self.refresher.execute("SELECT FROM analytics.thresholds")
            if meanwhile:
                self.store.commit(meanwhile)
            self.refresher.execute("SELECT analytics.refresh_rollups()")

    def set_clock(self, place: str, zone: str) -> None:
        self.owner.execute(
            "INSERT INTO analytics.locations (location_code, time_zone, close_out) VALUES (%s, %s, '04:00')"
            " ON CONFLICT (location_code) DO UPDATE SET time_zone = excluded.time_zone",
            [place, zone],
        )
        self.known.clear()


@pytest.fixture
def bench(warehouse: Any) -> Iterator[Bench]:
    with writing(warehouse) as store:
        made = Bench(warehouse, store)
        with made.owner, made.refresher:
            yield made


@hypothesis_settings(
    max_examples=80,
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
    for then, rows in bench.known:
        assert bench.said(then) == rows
