"""For each rule of sql/quality: bills that are legal, and bills that it must name. Their names say what happened."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from tests.integration.sql.quality.bill import NOON, Bill, another_than_the_restaurant, in_currency, sell

Change = Callable[[Bill], object]
ZERO = {"subtotal": Decimal(0), "tax": Decimal(0), "tip": Decimal(0), "total": Decimal(0)}


@dataclass(frozen=True)
class Pair:
    """`rows`: how many rows fail for the impossible bills, where it is not one per bill."""

    legal: dict[str, Change]
    impossible: dict[str, Change]
    rows: int | None = None


def comped(bill: Bill) -> None:
    """Everything is on the house: the order is closed with a payment of 0."""
    bill.set("payments", amount=Decimal(0), **ZERO)
    bill.set("orders", **ZERO)


def tip_adjusted(bill: Bill) -> None:
    """The till publishes the payment again when the tip is known."""
    bill.set("payments", amount=Decimal(12), tip=Decimal(3), total=Decimal(12))


def refunded_to_one_card(bill: Bill) -> None:
    first = bill.payment
    bill.pay(auth_code="B2")
    bill.refund(20, first)


def tip_in_cash_refunded(bill: Bill) -> None:
    bill.set("payments", amount=Decimal(9))
    bill.refund(10)


def each_states_the_whole_bill(bill: Bill) -> None:
    """Two tenders of 5 for one bill of 10: the sales would be 20."""
    bill.set("payments", amount=Decimal(5))
    bill.pay(amount=Decimal(5), auth_code="B2")


def payment_lost(bill: Bill) -> None:
    bill.delete("payments")
    bill.set("orders", total=None)


def history_without_payments(bill: Bill) -> None:
    """No source sends the payments of this restaurant."""
    payment_lost(bill)
    bill.set("orders", location_code="LOC-HISTORY")


def unknown_order(bill: Bill) -> None:
    bill.books.payment(uuid4(), **ZERO, amount=Decimal(1))


def weeks(bill: Bill, location: str, this_week: int) -> None:
    """At noon of the newest day that the rule checks, and of its weekday in the weeks before."""
    checked_until = datetime.now(UTC) - timedelta(hours=1)
    noon = checked_until.replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    for ago, orders in enumerate((this_week, 12, 12, 12, 12)):
        sell(bill.owner, noon - timedelta(weeks=ago), orders, location)
    sell(bill.owner, noon - timedelta(weeks=5), 1, location)


def drift(bill: Bill, event_type: str, name: str | None) -> None:
    bill.owner.execute(
        "INSERT INTO analytics.schema_drift VALUES"
        " ('s', %s, %s, 'object', gen_random_uuid(), now() - interval '1 minute')",
        [event_type, name],
    )


def committed(bill: Bill, days_ago: int) -> None:
    bill.owner.execute(
        "INSERT INTO raw_data.stream_checkpoints (stream, event_offset, committed_at)"
        " VALUES ('restaurant', 1, now() - %s * interval '1 day')"
        " ON CONFLICT (stream, shard) DO UPDATE SET committed_at = excluded.committed_at",
        [days_ago],
    )


PAIRS: dict[str, Pair] = {
    "amounts_are_positive": Pair(
        {
            "a free modifier": lambda b: b.books.item(
                b.order, "No onions", 1, Decimal(0), unit_price=Decimal(0)
            ),
            "fully comped": comped,
            "a price that is not known": lambda b: b.books.item(b.order, "Tea", 1, None),
            "refunded with its tip": lambda b: b.refund(10),
        },
        {
            "a negative tip": lambda b: b.set("payments", tip=Decimal(-1), tax=Decimal(3)),
            "an amount that is no number": lambda b: b.set("payments", amount=Decimal("NaN")),
            "a total that is no number": lambda b: b.set("payments", total=Decimal("NaN")),
            "an infinite refund": lambda b: b.refund("Infinity"),
            "a negative price": lambda b: b.books.item(b.order, "Tea", 1, Decimal(-1), unit_price=Decimal(1)),
            "an infinite quantity": lambda b: b.books.item(b.order, "Tea", Decimal("Infinity"), Decimal(1)),
        },
    ),
    "payments_add_up": Pair(
        {
            "cash rounded by 2 cents": lambda b: b.set("payments", method="cash", amount=Decimal("9.98")),
            "cash rounded in the total": lambda b: b.set(
                "payments", method="cash", amount=Decimal("9.98"), total=Decimal("9.98")
            ),
            "rounded to the whole crown": lambda b: b.set(
                "payments", method="cash", tax=Decimal("1.50"), amount=Decimal(10)
            ),
            "change was given": lambda b: b.set("payments", method="cash", amount=Decimal(50)),
            "tip adjusted": tip_adjusted,
            "a tip that the bill does not state": lambda b: b.set("payments", amount=Decimal(13)),
            "the tip paid by other means": lambda b: b.set("payments", amount=Decimal(9)),
            "fully comped": comped,
            "split between cash and cards": lambda b: b.split(("card", 4), ("cash", 3), ("card", 3)),
            "a gift card and the rest in cash": lambda b: b.split(("gift_card", 8), ("cash", 2)),
        },
        {
            "parts that are not the total": lambda b: b.set("payments", tip=Decimal(2)),
            "a total without its tax": lambda b: b.set("payments", total=Decimal(9), amount=Decimal(9)),
            "a card captured ten times": lambda b: b.set("payments", amount=Decimal(100)),
            "half of the bill captured": lambda b: b.set("payments", amount=Decimal(5)),
            "each tender states the whole bill": each_states_the_whole_bill,
            "a total that is no number": lambda b: b.set("payments", total=Decimal("NaN")),
        },
    ),
    "refunds_are_covered": Pair(
        {
            "refunded with its tip": lambda b: b.refund(10),
            "refunded in parts": lambda b: (b.refund(4), b.refund(6)),
            "refunded in cash, rounded up": lambda b: b.refund("10.02"),
            "a split bill to one card": refunded_to_one_card,
            "with the tip that was paid in cash": tip_in_cash_refunded,
        },
        {
            "refunded twice": lambda b: (b.refund(10), b.refund(10)),
            "more than was paid": lambda b: b.refund(11),
        },
    ),
    "payments_are_captured_once": Pair(
        {
            "two guests, two cards": lambda b: b.pay(auth_code="B2"),
            "twice the same in cash": lambda b: (b.pay(method="cash"), b.pay(method="cash")),
            "two cards while the till was offline": lambda b: (
                b.pay(auth_code="OFFLINE"),
                b.pay(auth_code="OFFLINE"),
                b.pay(auth_code="000000"),
                b.pay(auth_code="000000"),
            ),
            "sent twice and given back": lambda b: b.refund(10, b.pay(auth_code="A1")),
        },
        {"one authorisation with two ids": lambda b: b.pay(auth_code="A1")},
        rows=2,
    ),
    "orders_follow_their_events": Pair(
        {"as it was paid": lambda _: None},
        {
            "another status": lambda b: b.set("orders", status="ready"),
            "other money": lambda b: b.set("orders", total=Decimal(11)),
        },
    ),
    "raw_events_are_typed": Pair(
        {"as it came": lambda _: None},
        {"its payment is gone": lambda b: b.delete("payments")},
    ),
    "payments_are_usual": Pair(
        {
            "cash rounded by 2 cents": lambda b: b.set("payments", method="cash", amount=Decimal("9.98")),
            "tip adjusted": tip_adjusted,
            "fully comped": comped,
            "split between cash and cards": lambda b: b.split(("card", 4), ("cash", 3), ("card", 3)),
        },
        {
            "change was given": lambda b: b.set("payments", method="cash", amount=Decimal(50)),
            "a tip that the bill does not state": lambda b: b.set("payments", amount=Decimal(13)),
            "the tip paid by other means": lambda b: b.set("payments", amount=Decimal(9)),
            "rounded to the whole crown": lambda b: b.set(
                "payments", tax=Decimal("1.50"), amount=Decimal(10)
            ),
        },
    ),
    "refunds_stay_with_their_payment": Pair(
        {"refunded with its tip": lambda b: b.refund(10), "in cash, rounded": lambda b: b.refund("10.02")},
        {"a split bill to one card": refunded_to_one_card},
    ),
    "snapshots_have_all_money": Pair(
        {
            "all of it": lambda b: b.snapshot(),
            "a tender that a newer snapshot dropped": lambda b: b.snapshot(is_replaced=True),
        },
        {"a payment after it, without a version": lambda b: b.snapshot(is_replaced=True, snapshot_ts=None)},
    ),
    "currencies_agree": Pair(
        {
            "no currency": lambda _: None,
            "the default": in_currency("CAD", "orders"),
            "of a restaurant that is not entered": in_currency("JPY", "orders"),
            "the same everywhere": in_currency("USD", "orders", "payments"),
        },
        {
            "paid in another currency": in_currency("JPY", "payments"),
            "a line in another currency": in_currency("EUR", "order_items"),
            "another one than the restaurant": another_than_the_restaurant,
        },
        4,
    ),
    "amounts_fit_their_currency": Pair(
        {
            "whole yen": in_currency("JPY", "orders"),
            "cents": lambda b: b.books.item(b.order, "Tea", 1, Decimal("1.25")),
            "of unknown price": lambda b: b.books.item(b.order, "Tea", 1, None),
        },
        {
            "cents in yen": lambda b: b.books.item(b.order, "Tea", 1, Decimal("1.25"), currency="JPY"),
            "tenths of a cent": lambda b: b.books.item(b.order, "Tea", 1, Decimal("1.255")),
        },
    ),
    "lines_add_up": Pair(
        {
            "as it was ordered": lambda _: None,
            "rounded by 2 cents": lambda b: b.set("orders", subtotal=Decimal("8.02")),
            "of unknown price": lambda b: b.books.item(b.order, "Tea", 1, None),
        },
        {
            "a line is missing": lambda b: b.set("orders", subtotal=Decimal(9)),
            "a line too many": lambda b: b.books.item(b.order, "Tea", 1, Decimal(1)),
        },
    ),
    "lines_are_priced": Pair(
        {
            "free": lambda b: b.books.item(
                b.order, "Ice", 1, Decimal(0), unit_price=Decimal(0), category="Extras"
            )
        },
        {"no price": lambda b: b.set("order_items", unit_price=None)},
        rows=2,
    ),
    "completed_orders_are_paid": Pair(
        {"paid": lambda _: None, "fully comped": comped, "no payment is known": history_without_payments},
        {"no payment": payment_lost},
    ),
    "orders_have_items": Pair(
        {"one free line": lambda b: b.set("order_items", extended_price=Decimal(0))},
        {"no line": lambda b: b.delete("order_items")},
    ),
    "events_have_their_order": Pair(
        {"a refund": lambda b: b.refund(4), "a guest without an order": lambda b: b.books.feedback(5, 9)},
        {"a payment for nothing": unknown_order},
    ),
    "events_are_reported_once": Pair(
        {"two refunds": lambda b: (b.refund(4), b.refund(5))},
        {"a refund with two ids": lambda b: (b.refund(4), b.refund(4))},
        rows=2,
    ),
    "events_follow_their_order": Pair(
        {"clocks differ": lambda b: b.set("payments", processed_at=NOON - timedelta(seconds=60))},
        {"paid an hour before": lambda b: b.set("payments", processed_at=NOON - timedelta(hours=1))},
    ),
    "events_are_of_the_past": Pair(
        {"a clock ahead": lambda b: b.arrive(NOON - timedelta(seconds=300))},
        {"tomorrow's": lambda b: b.arrive(NOON - timedelta(days=1))},
        rows=5,
    ),
    "payment_methods_are_known": Pair(
        {
            name: lambda b, name=name: b.set("payments", method=name)  # type: ignore[misc]
            for name in ("card", "cash", "wallet", "gift_card", "voucher", "account")
        },
        {"misspelt": lambda b: b.set("payments", method="Card")},
    ),
    "locations_are_known": Pair(
        {"entered": lambda _: None},
        {"not entered": lambda b: b.set("orders", location_code="LOC-X")},
    ),
    "event_types_are_known": Pair(
        {"a new field": lambda b: drift(b, "order_created", "mood")},
        {"a new type": lambda b: drift(b, "order_eaten", None)},
    ),
    "ingestion_is_fresh": Pair(
        {"committed now": lambda b: committed(b, 0)},
        {"committed yesterday": lambda b: committed(b, 1)},
    ),
    "volume_is_usual": Pair(
        {"as last week": lambda b: weeks(b, "LOC-ON-001", 12)},
        {"closed without notice": lambda b: weeks(b, "LOC-ON-002", 0)},
        rows=2,  # The hour and its day.
    ),
}
