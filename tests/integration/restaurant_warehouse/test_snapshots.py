"""Whole orders as a POS API sends them, computed by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from restaurant_warehouse.quality.rules import load
from restaurant_warehouse.quality.run import RuleResult, run
from restaurant_warehouse.rollups import refresh
from sse_ingest.rebuild.rebuild import Request, rebuild
from sse_ingest.store.store import Store
from tests.support.core import owned
from tests.support.events import EPOCH, element, frame, moment, parsed, payload, uid

pytestmark = pytest.mark.integration

Send = Callable[..., None]
Ask = Callable[..., dict[str, Any]]
DAY = 86_400
SUMS = "gross_sales, discounts, net_sales, voids, service_charges, total_collected, refunds"


@pytest.fixture
def send(store: Store) -> Send:
    """send(event_type, order, part, seconds, version, **fields): one event, committed."""
    offsets = count(1)

    def sent(
        event_type: str,
        order: int = 1,
        part: int = 0,
        /,
        *,
        seconds: float = 0,
        version: int | None = None,
        **fields: Any,
    ) -> None:
        body = payload(event_type, order, part, **fields)
        store.commit([parsed(frame(next(offsets), event_type, body, seconds=seconds, version=version))])

    return sent


@pytest.fixture
def ask(owner: psycopg.Connection[Any]) -> Ask:
    """ask(columns, view): the only row, by name."""

    def query(columns: str = SUMS, view: str = "daily_sales") -> dict[str, Any]:
        ((*values,),) = owner.execute(f"SELECT {columns} FROM analytics.{view}".encode()).fetchall()
        return dict(zip(columns.split(", "), values, strict=True))

    return query


def line(part: int, price: str, **fields: Any) -> dict[str, Any]:
    return element("order_item_added", 1, part, unit_price=price, extended_price=price, **fields)


def paid(part: int, amount: str, **fields: Any) -> dict[str, Any]:
    free = dict.fromkeys(("tax", "tip"), "0")
    whole = {**free, "amount": amount, "subtotal": amount, "total": amount, **fields}
    return element("payment_captured", 1, part, **whole)


def off(part: int, amount: str) -> dict[str, Any]:
    return element("discount_applied", 1, part, amount=amount)


def charge(part: int, amount: str) -> dict[str, Any]:
    return element("service_charge_added", 1, part, amount=amount)


def sums(*values: str | None) -> dict[str, Decimal | None]:
    return {
        name: None if value is None else Decimal(value)
        for name, value in zip(SUMS.split(", "), values, strict=True)
    }


def test_the_newest_snapshot_replaces_the_children_of_older_ones(send: Send, ask: Ask) -> None:
    """First: burger 15.00, soup 8.00, wine 10.00, less 3.00, 2.00 for service, paid 32.00 by card.

    Then the soup is voided. In the second snapshot the wine, the discount and the payment have gone, and 15.00 + 8.00
    + 2.00 are paid in cash: the soup is in it, so it counts again.
    """
    send(
        "order_snapshot", seconds=10, version=1, status="preparing",
        items=[line(0, "15.00"), line(1, "8.00"), line(2, "10.00")], discounts=[off(0, "3.00")],
        service_charges=[charge(0, "2.00")], payments=[paid(0, "32.00", service_charge="2.00", subtotal="30.00")],
    )  # fmt: skip
    assert ask() == sums("33", "3", "30", "0", "2", "32", None)
    send("order_item_voided", 1, 1, seconds=20, version=1)
    assert ask() == sums("25", "3", "22", "8", "2", "32", None)
    send(
        "order_snapshot", seconds=30, version=2, status="completed", items=[line(0, "15.00"), line(1, "8.00")],
        service_charges=[charge(0, "2.00")], payments=[paid(1, "25.00", method="cash")],
    )  # fmt: skip
    assert ask() == sums("23", "0", "23", "10", "2", "25", None)
    assert ask("method, amount", "payment_mix") == {"method": "cash", "amount": Decimal(25)}
    assert ask("status, total", "order_facts") == {"status": "completed", "total": Decimal(25)}
    assert ask("total_due, total_collected", "bills") == {
        "total_due": Decimal(25),
        "total_collected": Decimal(25),
    }


def test_single_events_before_and_after_a_snapshot(send: Send, ask: Ask) -> None:
    """A line from before that the snapshot does not have is void, also when it comes late. A later one counts."""
    send("order_created", seconds=0)
    send("order_item_added", 1, 0, seconds=1, extended_price="1.00")
    send("order_snapshot", seconds=10, items=[line(1, "20.00")], payments=[])
    assert ask("gross_sales, voids") == {"gross_sales": Decimal(20), "voids": Decimal(1)}
    send("order_item_added", 1, 2, seconds=2, extended_price="2.00")
    assert ask("gross_sales, voids") == {"gross_sales": Decimal(20), "voids": Decimal(3)}
    send("order_item_added", 1, 3, seconds=11, extended_price="4.00")
    send("payment_captured", 1, 0, seconds=5)
    send(
        "payment_captured",
        1,
        1,
        seconds=12,
        amount="24.00",
        subtotal="24.00",
        total="24.00",
        tax="0",
        tip="0",
    )
    assert ask("gross_sales, voids, total_collected, total_revenue") == {
        "gross_sales": Decimal(24),
        "voids": Decimal(3),
        "total_collected": Decimal(24),
        "total_revenue": Decimal(24),
    }


def test_an_older_snapshot_that_comes_later_changes_nothing(send: Send, ask: Ask) -> None:
    send("order_snapshot", seconds=20, version=2, items=[line(0, "5.00")], payments=[paid(0, "5.00")])
    after = sums("5", "0", "5", "0", None, "5", None)
    assert ask() == after | {"service_charges": Decimal(0)}
    before = ask()
    send("order_snapshot", seconds=90, version=1, items=[line(1, "7.00")], payments=[paid(1, "7.00")])
    assert ask() == before | {"voids": Decimal(7)}


def test_money_and_lines_keep_their_time_in_later_snapshots(
    send: Send, ask: Ask, owner: psycopg.Connection[Any], warehouse: Any
) -> None:
    """Paid on the 14th, refunded on the 16th by a snapshot that states all again; a third one takes the refund back."""
    order = {
        "items": [line(0, "9.00", added_ts=moment(60))],
        "payments": [paid(0, "9.00", captured_ts=moment(120))],
    }
    back = element("payment_refunded", 1, 0, amount="4.00", refunded_ts=moment(2 * DAY))
    send("order_snapshot", seconds=200, version=1, **order)
    refresh(warehouse.url("airflow_user"), EPOCH + timedelta(days=4))
    send("order_snapshot", seconds=2 * DAY, version=2, **order, refunds=[back])

    cash = "SELECT day::text, captured, refunded FROM analytics.daily_cash ORDER BY day"
    moved = [("2026-03-14", Decimal(9), Decimal(0)), ("2026-03-16", Decimal(0), Decimal(4))]
    for _ in range(2):
        assert owner.execute(cash).fetchall() == moved
        assert ask("total_refunds") == {"total_refunds": Decimal(4)}
        refresh(warehouse.url("airflow_user"), EPOCH + timedelta(days=4))
    send("order_snapshot", seconds=3 * DAY, version=3, **order, nonce=3)
    for _ in range(2):
        assert owner.execute(cash).fetchall() == moved[:1]
        assert ask("total_refunds") == {"total_refunds": None}
        refresh(warehouse.url("airflow_user"), EPOCH + timedelta(days=4))
    known = owner.execute("SELECT total_revenue, total_refunds FROM analytics.daily_sales_as_known_at(now())")
    assert known.fetchall() == [(Decimal(9), None)]
    line_times = owner.execute("SELECT event_ts, snapshot_ts FROM analytics.order_items").fetchall()
    assert line_times == [(EPOCH + timedelta(seconds=60), EPOCH + timedelta(days=3))]


def test_a_part_that_moves_to_another_order_counts_there(send: Send, owner: psycopg.Connection[Any]) -> None:
    """A table that is split: the newest statement of a line says whose it is."""
    send("order_snapshot", 1, seconds=10, items=[line(0, "3.00"), line(1, "4.00")], payments=[])
    send("order_snapshot", 2, seconds=20, items=[line(1, "4.00")], payments=[])
    bills = "SELECT order_id, gross_sales, voids FROM analytics.bills ORDER BY gross_sales"
    expected = [(uid("order", 1), Decimal(3), Decimal(0)), (uid("order", 2), Decimal(4), Decimal(0))]
    assert owner.execute(bills).fetchall() == expected


def test_the_rules_find_no_fault_and_a_rebuild_no_difference(
    send: Send, owner: psycopg.Connection[Any], warehouse: Any
) -> None:
    send("order_created", seconds=0)
    send("payment_captured", 1, 0, seconds=1)
    send(
        "order_snapshot", seconds=10, status="completed",
        items=[line(0, "12.00")], discounts=[off(0, "2.00")], payments=[paid(1, "10.00")],
        refunds=[element("payment_refunded", 1, 1)],
    )  # fmt: skip
    for check in ("raw_violations", "reference_violations", "money_violations", "location_violations"):
        assert owner.execute(f"SELECT * FROM analytics.{check}()".encode()).fetchall() == [], check
    arrived = "SELECT event_type FROM analytics.arrived_events('-infinity', 'infinity', NULL) ORDER BY 1"
    assert [row[0] for row in owner.execute(arrived)] == [
        *("discount_applied", "order_created", "order_created", "order_item_added", "order_snapshot"),
        *("payment_captured", "payment_captured", "payment_refunded"),
    ]
    assert rebuild(owned(warehouse.url("restaurant_user")), Request()).differences == 0


def test_the_rules_of_quality_take_snapshots_as_they_are(send: Send, warehouse: Any) -> None:
    """A status and a refund that each snapshot states again, and a payment of the same card that has gone."""
    again = {"status": "completed", "changed_ts": moment(5), "items": [line(0, "10.00")]}
    back = [element("payment_refunded", 1, 1, amount="10.00")]
    send("order_status_changed", seconds=5, status="completed", changed_ts=moment(5))
    send("order_snapshot", seconds=10, **again, payments=[paid(0, "10.00", auth_code="A1")])
    for seconds in (20, 30):
        send(
            "order_snapshot",
            seconds=seconds,
            **again,
            payments=[paid(1, "10.00", auth_code="A1")],
            refunds=back,
        )
    rules = [replace(rule, grace=None) for rule in load()]
    results = list(run(warehouse.url("airflow_user"), rules))
    failed = {one.rule.name for one in results if not isinstance(one, RuleResult) or one.status == "failed"}
    assert failed - {"locations_are_known"} == set()


def test_a_line_that_a_snapshot_drops_takes_its_parts_with_it(send: Send, ask: Ask) -> None:
    """The cheese, a line of its own event, belongs to the burger of the first snapshot."""
    send("order_snapshot", seconds=10, items=[line(0, "15.00"), line(3, "3.00")], payments=[])
    send("order_snapshot", seconds=20, items=[line(3, "3.00")], payments=[])
    send("order_item_added", 1, 1, seconds=30, extended_price="2.00", parent_item_id=str(uid("item", 1, 0)))
    assert ask("gross_sales, voids") == {"gross_sales": Decimal(3), "voids": Decimal(17)}


def test_a_rebuild_takes_the_snapshots_of_before_that_fit(
    owner: psycopg.Connection[Any], warehouse: Any
) -> None:
    """They came before the contract knew their type. The second has a line twice, the third a price that is none."""
    bodies: list[dict[str, Any]] = [
        {}, {"items": [line(0, "1.00"), line(0, "2.00")]}, {"items": [line(0, "x")]}
    ]  # fmt: skip
    for number, more in enumerate(bodies, 1):
        event_id = uid("old", number)
        owner.execute(
            "INSERT INTO raw_data.event_ids VALUES (%s, '2026-03-01', 'testlog1', %s, %s)",
            [event_id, number, b"x" * 16],
        )
        owner.execute(
            "INSERT INTO raw_data.events_raw (event_offset, event_id, event_type, ts, partition_key, payload,"
            " ingested_at, ingested_by, stream_id)"
            " VALUES (%s, %s, 'order_snapshot', '2026-03-01', 'LOC-ON-001', %s, now(), 'w', 'testlog1')",
            [number, event_id, Jsonb(payload("order_snapshot", number, **more))],
        )

    rebuild(owned(warehouse.url("restaurant_user")), Request(apply=True))

    orders = "SELECT order_id FROM analytics.order_snapshots JOIN analytics.orders USING (order_id)"
    assert owner.execute(orders).fetchall() == [(uid("order", 1),)]
    assert owner.execute("SELECT check_name FROM analytics.raw_violations()").fetchall() == []
    assert rebuild(owned(warehouse.url("restaurant_user")), Request()).differences == 0
