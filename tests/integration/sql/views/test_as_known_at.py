"""daily_sales as it was at an earlier time."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

pytestmark = pytest.mark.integration
DAY = date(2024, 3, 5)
NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
ORDER = "0190a1b2-0000-7000-8000-000000000001"
PAYMENT = "0190a1b2-0000-7000-8000-000000000002"


@pytest.fixture
def history(books: Any) -> None:
    """An order at noon, paid a minute later, given back the next day and restated the day after; each known at once."""
    books.event(
        "order_created", NOON, NOON, order_id=ORDER, order_ts=NOON.isoformat(), location_code="LOC-ON-001"
    )
    later = NOON + timedelta(minutes=1)
    books.event(
        "payment_captured",
        later,
        later,
        order_id=ORDER,
        payment_id=PAYMENT,
        total="20.00",
        tip=2.5,
        amount=20,
    )
    later = NOON + timedelta(days=1)
    books.event(
        "payment_refunded",
        later,
        later,
        order_id=ORDER,
        refund_id=PAYMENT,
        amount="5",
        refunded_ts=later.isoformat(),
    )
    later = NOON + timedelta(days=2)
    books.event(
        "payment_captured", later, later, order_id=ORDER, payment_id=PAYMENT, total="19.00", tip=1, amount=19
    )
    later = NOON + timedelta(days=3)
    books.event(
        "order_status_changed", later, later, order_id=ORDER, status="cancelled", changed_ts=later.isoformat()
    )


def known(warehouse: Any, at: datetime) -> list[tuple[Any, ...]]:
    with warehouse.connect("analytics_reader") as reader:
        rows: list[tuple[Any, ...]] = reader.execute(
            "SELECT day, order_count, total_revenue, total_tips, unpaid_orders, cancelled_orders, total_refunds,"
            " is_exact FROM analytics.daily_sales_as_known_at(%s)",
            [at],
        ).fetchall()
    return rows


@pytest.mark.usefixtures("history")
def test_the_report_as_it_was(warehouse: Any) -> None:
    assert known(warehouse, NOON - timedelta(seconds=1)) == []
    assert known(warehouse, NOON) == [(DAY, 1, None, None, 1, 0, None, True)]
    first = (DAY, 1, Decimal(20), Decimal("2.5"), 0, 0)
    assert known(warehouse, NOON + timedelta(minutes=2)) == [(*first, None, True)]
    assert known(warehouse, NOON + timedelta(days=1)) == [(*first, Decimal(5), True)]
    restated = (DAY, 1, Decimal(19), Decimal(1), 0, 0, Decimal(5), True)
    assert known(warehouse, NOON + timedelta(days=2)) == [restated]
    assert known(warehouse, NOON + timedelta(days=9)) == [(DAY, 0, None, None, 0, 1, None, True)]


@pytest.mark.usefixtures("history")
def test_where_raw_is_no_longer_held_it_says_so(warehouse: Any, owner: Any, books: Any) -> None:
    archived = datetime(2024, 2, 10, 12, tzinfo=UTC)
    books.order(archived)
    owner.execute("DELETE FROM raw_data.events_raw WHERE ts = %s", [archived])
    owner.execute(
        "INSERT INTO raw_data.archives (month, part, file, rows, bytes, first_ts, last_ts, sha256)"
        " VALUES ('2024-02-01', 1, 'february', 1, 1, %(at)s, %(at)s, repeat('a', 64))",
        {"at": archived},
    )
    owner.execute("DELETE FROM raw_data.events_raw WHERE payload ->> 'order_id' <> %s", [ORDER])
    assert known(warehouse, NOON) == [
        (DAY, 1, None, None, 1, 0, None, True),
        (archived.date(), None, None, None, None, None, None, False),
    ]
    owner.execute("UPDATE raw_data.archives SET month = '2024-03-01'")
    assert [row[-1] for row in known(warehouse, NOON)] == [False, False]
