"""Bills as tills send them, computed by hand."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import psycopg
import pytest

from restaurant_warehouse.rollups import refresh
from sse_ingest.store.store import Store
from tests.support.events import EPOCH, frame, parsed, payload, uid

pytestmark = pytest.mark.integration

Send = Callable[..., None]
Ask = Callable[..., dict[str, Any]]
FREE = dict.fromkeys(("amount", "subtotal", "tax", "tip", "total"), "0")


@pytest.fixture
def send(store: Store) -> Send:
    """send(event_type, order, part, **fields): one event, committed."""
    offsets = count(1)

    def sent(event_type: str, order: int = 1, part: int = 0, /, *, seconds: float = 0, **fields: Any) -> None:
        body = payload(event_type, order, part, **fields)
        store.commit([parsed(frame(next(offsets), event_type, body, seconds=seconds))])

    return sent


@pytest.fixture
def ask(owner: psycopg.Connection[Any]) -> Ask:
    """ask(columns, view): the only row, by name."""

    def query(columns: str, view: str = "daily_sales") -> dict[str, Any]:
        ((*values,),) = owner.execute(f"SELECT {columns} FROM analytics.{view}".encode()).fetchall()
        return dict(zip(columns.split(", "), values, strict=True))

    return query


def line(send: Send, part: int, price: str, /, **fields: Any) -> None:
    send("order_item_added", 1, part, unit_price=price, extended_price=price, **fields)


def paid(send: Send, part: int = 0, /, **amounts: str) -> None:
    send("payment_captured", 1, part, **{**FREE, **amounts})


def amounts(**named: str | None) -> dict[str, Decimal | None]:
    return {name: None if value is None else Decimal(value) for name, value in named.items()}


def test_dinner_for_four_with_everything(send: Send, ask: Ask) -> None:
    """Burger 15.00 with cheese 2.00 and a free sauce, wine 30.00, soup 8.00 voided, gift card 50.00.

    5.00 off the whole, the cheese is on the house. Sales 15 + 2 + 0 + 30 = 47.00, net 47 - 5 - 2 = 40.00. Tax 5.20,
    service 7.20, tip 3.00. 40 + 50 + 5.20 + 7.20 + 3.00 = 105.40, of which 50.00 by card, and 55.40 in cash: 55.40 is
    paid as it is, so rounding is 0.
    """
    send("order_created", guest_count=4, currency="CAD", channel="till 2")
    line(send, 0, "15.00")
    line(send, 1, "2.00", parent_item_id=str(uid("item", 1, 0)), item_name="Cheese")
    line(send, 2, "0", parent_item_id=str(uid("item", 1, 0)), item_name="Sauce")
    line(send, 3, "30.00", item_name="Wine")
    line(send, 4, "8.00", item_name="Soup of the day")
    line(send, 5, "50.00", item_name="Gift card", kind="gift_card")
    send("order_item_voided", 1, 4)
    send("discount_applied", 1, 0, kind="promotion", amount="5.00")
    send("discount_applied", 1, 1, kind="comp", amount="2.00", order_item_id=str(uid("item", 1, 1)))
    send("service_charge_added", 1, 0, amount="7.20", gratuity=True)
    paid(send, 0, amount="50.00", subtotal="50.00", total="50.00", rounding="0")
    paid(send, 1, amount="55.40", subtotal="47.00", discount="7.00", tax="5.20", service_charge="7.20", tip="3.00",
         total="55.40")  # fmt: skip

    sales = "gross_sales, discounts, comps, net_sales, voids, gift_cards"
    money = "tax, service_charges, tips, rounding, total_collected, guests, sales_per_guest"
    for view in ("daily_sales", "store_performance", "hourly_sales", "daypart_sales"):
        assert ask(sales, view) == amounts(
            gross_sales="47", discounts="5", comps="2", net_sales="40", voids="8", gift_cards="50"
        )
    assert ask(money) == amounts(
        tax="5.20", service_charges="7.20", tips="3", rounding="0", total_collected="105.40", guests="4",
        sales_per_guest="10.00")  # fmt: skip
    assert ask("total_due, total_collected, gratuities", "bills") == amounts(
        total_due="105.40", total_collected="105.40", gratuities="7.20"
    )
    assert ask("differing_orders", "cash_up") == {"differing_orders": 0}


def test_the_discount_of_an_order_is_divided_among_its_lines(
    send: Send, owner: psycopg.Connection[Any]
) -> None:
    """10.00 off three lines of 10.00, 10.00 and 10.01: 3.33, 3.33 and 3.34, whichever of them comes first."""
    send("order_created")
    for part, price in enumerate(("10.00", "10.00", "10.01")):
        line(send, part, price, item_name=f"Item {part}")
    send("discount_applied", 1, 0, amount="10.00")
    net = owner.execute("SELECT net_sales FROM analytics.menu_performance ORDER BY 1").fetchall()
    assert sum(row[0] for row in net) == Decimal("20.01")
    assert all(Decimal("6.66") <= row[0] <= Decimal("6.68") for row in net)


def test_prices_that_contain_the_tax(send: Send, ask: Ask) -> None:
    """A meal of 12.00 with 2.00 of tax in it. Before the payment nobody knows how much."""
    send("order_created")
    line(send, 0, "12.00", tax_included=True)
    assert ask("gross_sales, included_tax, net_sales, tax") == amounts(
        gross_sales="12", included_tax="0", net_sales="12", tax=None
    )
    paid(send, amount="12.00", subtotal="10.00", tax="2.00", total="12.00")
    assert ask("gross_sales, included_tax, net_sales, tax, total_collected") == amounts(
        gross_sales="12", included_tax="2", net_sales="10", tax="2", total_collected="12"
    )
    assert ask("total_revenue, net_sales", "menu_performance") == amounts(total_revenue="12", net_sales="10")
    assert ask("differing_orders", "cash_up") == {"differing_orders": 0}


def test_only_some_prices_contain_the_tax(send: Send, ask: Ask) -> None:
    """12.00 with 2.00 in it, and 10.00 to which 2.00 are added: 24.00, of which 20.00 are sales."""
    send("order_created")
    line(send, 0, "12.00", tax_included=True)
    line(send, 1, "10.00")
    paid(send, amount="24.00", subtotal="20.00", tax="4.00", total="24.00")
    assert ask("included_tax, net_sales, tax, total_collected") == amounts(
        included_tax="2", net_sales="20", tax="4", total_collected="24"
    )


def test_cash_is_rounded(send: Send, ask: Ask) -> None:
    """10.02 is paid with 10.00."""
    send("order_created")
    line(send, 0, "10.02")
    paid(send, amount="10.00", subtotal="10.02", rounding="-0.02", total="10.00", method="cash")
    assert ask("net_sales, rounding, total_collected") == amounts(
        net_sales="10.02", rounding="-0.02", total_collected="10"
    )
    assert ask("differing_orders", "cash_up") == {"differing_orders": 0}


def test_a_comped_order_is_closed_and_not_unpaid(send: Send, ask: Ask) -> None:
    send("order_created")
    line(send, 0, "10.00")
    send("discount_applied", 1, 0, kind="comp", amount="10.00", order_item_id=str(uid("item", 1, 0)))
    assert ask("unpaid_orders, total_collected") == {"unpaid_orders": 1, "total_collected": None}
    paid(send)
    assert ask("unpaid_orders, comps, net_sales, total_collected") == {
        "unpaid_orders": 0,
        **amounts(comps="10", net_sales="0", total_collected="0"),
    }
    assert ask("share, avg_amount", "payment_mix") == {"share": None, "avg_amount": Decimal(0)}
    assert ask("parts_gap, refunded_share", "payment_facts") == {"parts_gap": None, "refunded_share": 0}


def test_sales_need_no_payment_and_money_needs_no_line(
    send: Send, ask: Ask, owner: psycopg.Connection[Any]
) -> None:
    send("order_created")
    assert ask("net_sales, discounts, tax, total_collected") == amounts(
        net_sales=None, discounts=None, tax=None, total_collected=None
    )
    line(send, 0, "10.00")
    assert ask("net_sales, tax, service_charges, total_collected") == amounts(
        net_sales="10", tax=None, service_charges=None, total_collected=None
    )
    send("order_created", 2, location_code="LOC-ON-002")
    send("payment_captured", 2)
    other = "SELECT net_sales, total_collected FROM analytics.store_performance WHERE location_code = 'LOC-ON-002'"
    assert owner.execute(other).fetchall() == [(None, Decimal("12.50"))]
    peak = "SELECT revenue_per_day FROM analytics.peak_hours WHERE location_code = 'LOC-ON-001'"
    assert owner.execute(peak).fetchall() == [(None,)]


def test_a_discount_that_only_the_payment_states(send: Send, ask: Ask) -> None:
    send("order_created")
    line(send, 0, "20.00")
    paid(send, amount="18.50", subtotal="20.00", discount="3.00", service_charge="1.50", total="18.50")
    assert ask("discounts, net_sales, service_charges, total_collected") == amounts(
        discounts="3", net_sales="17", service_charges="1.50", total_collected="18.50"
    )
    assert ask("net_sales", "menu_performance") == amounts(net_sales="17")


def test_a_voided_payment_counts_nowhere(send: Send, ask: Ask, owner: psycopg.Connection[Any]) -> None:
    send("order_created")
    paid(send, 0, amount="9.00", subtotal="9.00", total="9.00")
    send("payment_voided", 1, 0, seconds=1)
    assert ask("unpaid_orders, total_revenue, total_collected") == {
        "unpaid_orders": 1,
        "total_revenue": None,
        "total_collected": None,
    }
    assert owner.execute("SELECT * FROM analytics.payment_mix").fetchall() == []
    assert owner.execute("SELECT * FROM analytics.payment_facts").fetchall() == []
    paid(send, 1, amount="10.00", subtotal="10.00", total="10.00")
    assert ask("unpaid_orders, total_revenue, total_collected") == {
        "unpaid_orders": 0,
        **amounts(total_revenue="10", total_collected="10"),
    }
    known = owner.execute("SELECT total_revenue FROM analytics.daily_sales_as_known_at(now())").fetchall()
    assert known == [(Decimal(10),)]


def test_a_void_of_another_order_has_no_effect(send: Send, ask: Ask) -> None:
    send("order_created")
    line(send, 0, "10.00")
    paid(send, amount="10.00", subtotal="10.00", total="10.00")
    send("payment_voided", 2, 0, payment_id=str(uid("payment", 1, 0)))
    send("order_item_voided", 2, 0, order_item_id=str(uid("item", 1, 0)))
    assert ask("net_sales, voids, total_collected") == amounts(
        net_sales="10", voids="0", total_collected="10"
    )


def test_what_changes_later_is_exact_in_summed_hours(send: Send, ask: Ask, warehouse: Any) -> None:
    """Void, discount, charge and voided payment each come after their hour was summed."""
    send("order_created", order_ts="2026-03-14T12:00:01Z")
    line(send, 0, "10.00")
    send("order_item_added", 1, 1, unit_price="6.00", extended_price="6.00", item_name="Tea", seconds=7200)
    paid(send, 0, amount="16.00", subtotal="16.00", total="16.00")

    def sums() -> dict[str, Any]:
        refresh(warehouse.url("airflow_user"), EPOCH + timedelta(hours=6))
        return ask("net_sales, voids, discounts, service_charges, total_collected")

    assert sums() == amounts(
        net_sales="16", voids="0", discounts="0", service_charges="0", total_collected="16"
    )
    send("discount_applied", 1, 0, amount="4.00", seconds=90_000)
    assert ask("net_sales") == amounts(net_sales="12")
    send("order_item_voided", 1, 1, seconds=90_000)
    assert ask("net_sales, voids") == amounts(net_sales="6", voids="6")
    assert ask("total_quantity_sold, net_sales", "menu_performance") == amounts(
        total_quantity_sold="1", net_sales="6"
    )
    send("service_charge_added", 1, 0, amount="1.00", seconds=90_000)
    send("payment_voided", 1, 0, seconds=90_000)
    after = amounts(net_sales="6", voids="6", discounts="4", service_charges="1", total_collected=None)
    assert ask("net_sales, voids, discounts, service_charges, total_collected") == after
    assert sums() == after
    assert ask("net_sales", "menu_performance") == amounts(net_sales="6")


def test_a_void_takes_the_parts_of_a_line_with_it(send: Send, ask: Ask, warehouse: Any) -> None:
    """Burger 15.00 with cheese 2.00, with extra 0.50 of it; tea 3.00 for itself. The burger is voided.

    The parts came hours later, and their hours are summed already.
    """
    send("order_created")
    price = {"unit_price": "1.00"}
    send("order_item_added", 1, 0, extended_price="15.00", item_name="Burger", **price)
    send("order_item_added", 1, 1, extended_price="2.00", item_name="Cheese", **price, seconds=7200,
         parent_item_id=str(uid("item", 1, 0)))  # fmt: skip
    send("order_item_added", 1, 2, extended_price="0.50", item_name="Extra", **price, seconds=14_400,
         parent_item_id=str(uid("item", 1, 1)))  # fmt: skip
    send("order_item_added", 1, 3, extended_price="3.00", item_name="Tea", **price)
    refresh(warehouse.url("airflow_user"), EPOCH + timedelta(hours=8))
    assert ask("gross_sales, voids") == {"gross_sales": Decimal("20.50"), "voids": Decimal(0)}

    send("order_item_voided", 1, 0, seconds=20_000)

    sold = {"item_name": "Tea", "net_sales": Decimal(3)}
    for _ in range(2):
        assert ask("gross_sales, voids") == {"gross_sales": Decimal(3), "voids": Decimal("17.50")}
        assert ask("item_name, net_sales", "menu_performance") == sold
        refresh(warehouse.url("airflow_user"), EPOCH + timedelta(hours=8))


def test_lines_that_name_each_other_end_no_query(send: Send, ask: Ask) -> None:
    send("order_created")
    for part in (0, 1):
        send("order_item_added", 1, part, extended_price="1.00", parent_item_id=str(uid("item", 1, 1 - part)))
    send("order_item_added", 1, 2, extended_price="4.00")
    send("order_item_voided", 1, 0)
    assert ask("gross_sales, voids") == {"gross_sales": Decimal(4), "voids": Decimal(2)}
