"""Windows: late_events is what the definition says, sales_per_minute the aggregate, whatever came in whatever order."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, LiteralString

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from restaurant_warehouse.contract import CONTRACT
from sse_ingest.database.connection import connect
from sse_ingest.events import Event
from sse_ingest.lease.lease import Lease
from sse_ingest.settings import Settings
from sse_ingest.store.store import Store
from tests.support.core import SCHEMAS
from tests.support.events import EPOCH, frame, moment, parsed, payload
from tests.support.examples import examples
from tests.support.warehouse.plain import rows_of
from tests.support.warehouse.plain_answers import DUE

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]
MINUTE = timedelta(minutes=1)
STREAMS = ("one", "two")
FAR_AHEAD = 100 * 365 * 1440  # minutes
PLAIN: LiteralString = (
    DUE
    + """
SELECT date_trunc('minute', at, 'UTC'), location_code,
    count(*) FILTER (WHERE status <> 'cancelled'),
    sum(total) FILTER (WHERE status <> 'cancelled'),
    round(avg(total) FILTER (WHERE status <> 'cancelled'), 2),
    count(DISTINCT customer_id) FILTER (WHERE status <> 'cancelled'),
    count(*) FILTER (WHERE status <> 'cancelled' AND total IS NULL),
    count(*) FILTER (WHERE status = 'cancelled'),
    sum(refunded) FILTER (WHERE status <> 'cancelled')
FROM due LEFT JOIN refunded USING (order_id)
GROUP BY 1, 2
"""
)
SHOWN: LiteralString = """
SELECT window_start, location_code, order_count, total_revenue, avg_order_value, distinct_customers, unpaid_orders,
    cancelled_orders, total_refunds
FROM analytics.sales_per_minute
"""
BY_HOUR: LiteralString = """
SELECT date_trunc('hour', window_start, 'UTC'), location_code, sum(order_count), sum(total_revenue), sum(unpaid_orders),
    sum(cancelled_orders)
FROM analytics.sales_per_minute GROUP BY 1, 2
"""
HOURLY: LiteralString = """
SELECT hour, location_code, sum(order_count), sum(total), sum(unpaid_orders), sum(cancelled_orders)
FROM analytics.hourly_sales GROUP BY 1, 2
"""


@st.composite
def event(draw: st.DrawFn, offset: int) -> Event:
    """Of three orders, within an hour or so; now and then by a clock that is a century ahead."""
    kind = draw(
        st.sampled_from(
            (
                "order_created",
                "order_created",
                "order_item_added",
                "order_status_changed",
                "payment_captured",
                "payment_refunded",
                "feedback_submitted",
                "till_opened",
            )
        )
    )
    minutes = st.one_of(st.integers(0, 70), st.just(FAR_AHEAD))
    ts, when = draw(minutes), draw(minutes)
    fields: dict[str, dict[str, Any]] = {
        "order_created": {
            "order_ts": moment(when * 60 + draw(st.sampled_from((0, 30, 59.999999)))),
            "location_code": draw(st.sampled_from(("LOC-ON-001", "LOC-IN-001"))),
            "customer_id": draw(st.sampled_from((None, "ann", "bob"))),
        },
        "order_status_changed": {
            "status": draw(st.sampled_from(("completed", "cancelled"))),
            "changed_ts": moment(when * 60),
        },
        "payment_captured": {"tip": draw(st.sampled_from(("0", "1.00", "2.5")))},
    }
    order, part = draw(st.integers(1, 3)), draw(st.integers(0, 1))
    body = payload(kind, order, part, nonce=offset, **fields.get(kind, {}))
    return parsed(frame(offset, kind, body, seconds=ts * 60 + draw(st.sampled_from((0, 59.999999)))))


@st.composite
def batches(draw: st.DrawFn) -> list[tuple[str, list[Event]]]:
    """Events of two streams, cut anyhow; some come again."""
    offset = 0
    items: list[tuple[str, list[Event]]] = []
    for _ in range(draw(st.integers(2, 8))):
        batch = []
        for _ in range(draw(st.integers(1, 4))):
            offset += 1
            batch.append(draw(event(offset)))
        again = draw(st.booleans())
        if items and again:
            batch.append(draw(st.sampled_from(items[-1][1])))
        items.append((draw(st.sampled_from(STREAMS)), batch))
    return items


class Model:
    """The definition in plain Python: what is late, and how far each stream has come."""

    def __init__(self) -> None:
        self.latest: dict[str, Any] = {}
        self.late: set[tuple[Any, ...]] = set()
        self._known_ids: set[Any] = set()

    def take(self, stream: str, batch: list[Event]) -> None:
        before = self.latest.get(stream)
        for each in batch:
            if each.event_id in self._known_ids:
                continue
            self._known_ids.add(each.event_id)
            record: Any = each.record
            time = record.order_ts if each.event_type == "order_created" else each.ts
            ends = time.replace(second=0, microsecond=0) + MINUTE
            is_reported = each.event_type in ("order_created", "payment_captured", "payment_refunded") or (
                each.event_type == "order_status_changed" and record.status == "cancelled"
            )
            if is_reported and before is not None and ends <= before - 10 * MINUTE:
                self.late.add((each.event_id, str(record.order_id), time, before - 10 * MINUTE - ends))
            if time < EPOCH + FAR_AHEAD * MINUTE:
                self.latest[stream] = max(self.latest.get(stream, time), time)

    @property
    def watermark(self) -> Any:
        return min(self.latest.values()) - 10 * MINUTE if self.latest else None


@pytest.fixture
def stores(warehouse: Any) -> Iterator[tuple[psycopg.Connection[Any], dict[str, Store]]]:
    by_stream: dict[str, Store] = {}
    url = warehouse.url("airflow_user")
    with (
        warehouse.connect("restaurant_user", autocommit=True) as owner,
        connect(url, "writer", SCHEMAS) as one,
        connect(url, "writer", SCHEMAS) as two,
    ):
        for stream, connection in zip(STREAMS, (one, two), strict=True):
            settings = Settings(
                contract=CONTRACT,
                source_url="http://127.0.0.1:1",
                database_url=url,
                writer="test",
                stream=stream,
            )
            with Lease(settings, connection.info.backend_pid, lambda: None) as lease:
                position = lease.take(wait=False, stop=lambda: False)
                assert position is not None
            by_stream[stream] = Store(connection, settings, position.fence)
        yield owner, by_stream


@hypothesis_settings(
    max_examples=examples(80),
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(batches=batches())
def test_windows_and_late_events_are_what_the_definition_says(
    stores: tuple[psycopg.Connection[Any], dict[str, Store]], batches: list[tuple[str, list[Event]]]
) -> None:
    owner, writers = stores
    empty(owner)
    model = Model()
    for stream, batch in batches:
        writers[stream].commit(batch)
        model.take(stream, batch)
        assert_windows(owner, model)


def empty(owner: psycopg.Connection[Any]) -> None:
    owner.execute(
        "TRUNCATE raw_data.events_raw, raw_data.event_ids, raw_data.late_arrivals, analytics.orders,"
        " analytics.order_items, analytics.order_status_history, analytics.payments, analytics.refunds,"
        " analytics.feedback"
    )
    owner.execute("UPDATE raw_data.stream_checkpoints SET latest_event_time = NULL")


def assert_windows(owner: psycopg.Connection[Any], model: Model) -> None:
    late = owner.execute("SELECT event_id, order_id::text, event_time, late_by FROM analytics.late_events")
    assert set(late.fetchall()) == model.late
    assert rows_of(owner, SHOWN) == rows_of(owner, PLAIN)
    assert rows_of(owner, BY_HOUR) == rows_of(owner, HOURLY)
    assert owner.execute("SELECT analytics.event_watermark()").fetchone() == (model.watermark,)
    known = dict(
        owner.execute("SELECT order_id::text, known_at FROM raw_data.late_arrivals ORDER BY known_at")
    )
    windows = owner.execute(
        "SELECT w.window_start, w.location_code, w.is_final, w.late_events, w.restated_at, array_agg(o.order_id::text)"
        " FROM analytics.sales_per_minute AS w JOIN analytics.orders AS o ON o.location_code = w.location_code"
        " AND date_trunc('minute', o.order_ts, 'UTC') = w.window_start GROUP BY 1, 2, 3, 4, 5"
    ).fetchall()
    for start, _place, final, count, restated_at, orders in windows:
        assert final == (model.watermark is not None and start + MINUTE <= model.watermark)
        assert count == len([one for one in model.late if one[1] in orders])
        assert restated_at == max((known[order] for order in orders if order in known), default=None)
