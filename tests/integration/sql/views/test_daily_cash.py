"""daily_cash: money on the day on which it moves, on cases small enough to be worked out by hand."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from restaurant_warehouse.rollups import refresh
from sse_ingest.store.store import Store
from tests.support.events import EPOCH, frame, moment, parsed, payload, uid
from tests.support.warehouse.deliveries import writing

pytestmark = pytest.mark.integration
D = Decimal
DAY = 86_400
SATURDAY, NEXT_SATURDAY = date(2026, 3, 14), date(2026, 3, 21)
Send = Callable[..., None]
Rows = list[tuple[Any, ...]]


@pytest.fixture
def send(warehouse: Any) -> Iterator[Send]:
    """Commit one event of order 1, `days` after the first Saturday noon."""
    offsets = iter(range(1, 100))
    with writing(warehouse) as store:
        yield lambda kind, part=0, days=0, **fields: _commit(store, next(offsets), kind, part, days, fields)


def _commit(store: Store, offset: int, kind: str, part: int, days: int, fields: dict[str, Any]) -> None:
    body = payload(kind, 1, part, **fields)
    store.commit([parsed(frame(offset, kind, body, seconds=days * DAY + offset))])


def movements(warehouse: Any) -> Rows:
    """As an analyst reads it."""
    with warehouse.connect("analytics_reader") as reader:
        rows: Rows = reader.execute(
            "SELECT day, location_code, method, captured, tips, refunded, expected_in_drawer"
            " FROM analytics.daily_cash ORDER BY day, location_code, method"
        ).fetchall()
        return rows


def test_a_refund_of_last_weeks_order_is_in_todays_drawer(warehouse: Any, send: Send) -> None:
    send("order_created")
    send("payment_captured", method="cash")
    send("payment_refunded", days=7, refunded_ts=moment(7 * DAY))

    assert movements(warehouse) == [
        (SATURDAY, "LOC-ON-001", "cash", D("12.50"), D("1.00"), 0, D("12.50")),
        (NEXT_SATURDAY, "LOC-ON-001", "cash", 0, 0, D("2.00"), D("-2.00")),
    ]


def test_a_late_payment_is_on_its_own_day_by_its_own_tender(warehouse: Any, send: Send) -> None:
    send("order_created")
    send("payment_captured", 0, method="card")
    send("payment_captured", 1, days=7, method="cash")

    assert movements(warehouse) == [
        (SATURDAY, "LOC-ON-001", "card", D("12.50"), D("1.00"), 0, None),
        (NEXT_SATURDAY, "LOC-ON-001", "cash", D("12.50"), D("1.00"), 0, D("12.50")),
    ]


def test_a_cancelled_order_moves_its_money_all_the_same(warehouse: Any, send: Send) -> None:
    send("order_created")
    send("payment_captured", method="cash")
    send("order_status_changed", status="cancelled")

    assert movements(warehouse) == [(SATURDAY, "LOC-ON-001", "cash", D("12.50"), D("1.00"), 0, D("12.50"))]


def test_money_of_the_future_has_not_moved(warehouse: Any, send: Send) -> None:
    send("order_created")
    send("payment_captured", days=20_000, method="cash")
    send("payment_refunded", days=20_000, refunded_ts=moment(20_000 * DAY))
    refresh(warehouse.url("airflow_user"), EPOCH + timedelta(days=1))

    assert movements(warehouse) == []


def test_money_for_an_order_for_later_moves_on_the_day_on_which_it_is_paid(
    warehouse: Any, send: Send
) -> None:
    send("order_created", scheduled_for=moment(600 * DAY))
    send("payment_captured", method="cash")

    assert movements(warehouse) == [(SATURDAY, "LOC-ON-001", "cash", D("12.50"), D("1.00"), 0, D("12.50"))]


def test_the_restaurant_and_the_tender_may_become_known_later(warehouse: Any, send: Send) -> None:
    send("payment_refunded", payment_id=str(uid("payment", 1, 0)))
    assert movements(warehouse) == [(SATURDAY, None, None, 0, 0, D("2.00"), None)]
    refresh(warehouse.url("airflow_user"), EPOCH + timedelta(days=1))

    send("payment_captured", method="cash")
    assert movements(warehouse) == [(SATURDAY, None, "cash", D("12.50"), D("1.00"), D("2.00"), D("10.50"))]
    refresh(warehouse.url("airflow_user"), EPOCH + timedelta(days=1))

    send("order_created")
    assert movements(warehouse) == [
        (SATURDAY, "LOC-ON-001", "cash", D("12.50"), D("1.00"), D("2.00"), D("10.50"))
    ]


def test_the_day_ends_when_the_restaurant_closes(owner: Any, warehouse: Any, send: Send) -> None:
    send("order_created")
    send("payment_captured", days=1, method="card")  # Sunday noon UTC
    refresh(warehouse.url("airflow_user"), EPOCH + timedelta(days=2))
    owner.execute(
        "INSERT INTO analytics.locations (location_code, time_zone, close_out)"
        " VALUES ('LOC-ON-001', 'America/Toronto', '09:00')"
    )

    assert [row[0] for row in movements(warehouse)] == [SATURDAY]


def test_what_is_summed_is_not_read_again(owner: Any, warehouse: Any, send: Send) -> None:
    send("order_created")
    send("payment_captured", method="cash")
    refresh(warehouse.url("airflow_user"), EPOCH + timedelta(days=1))
    # Behind the rollups' back: triggers do not see what a session without them changes.
    owner.execute("ALTER TABLE analytics.payments DISABLE TRIGGER USER")
    owner.execute("UPDATE analytics.payments SET amount = 99")

    assert [row[3] for row in movements(warehouse)] == [D("12.50")]
