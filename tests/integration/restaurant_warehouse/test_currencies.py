"""Currencies: the lists, the default, the currency of an amount, thresholds and rules, computed by hand."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any, get_args

import psycopg
import pytest

from api.contract.currencies import DECIMALS
from restaurant_warehouse.currencies import Code, decimals_of
from restaurant_warehouse.quality.rules import load
from restaurant_warehouse.quality.run import RuleResult, run
from restaurant_warehouse.rollups import refresh
from sql.tool.currency import set_default
from sql.tool.errors import UnknownCurrencyError
from sse_ingest.store.store import Store
from tests.support.events import EPOCH, frame, parsed, payload

pytestmark = pytest.mark.integration
Connection = psycopg.Connection[Any]
Send = Callable[..., None]
D = Decimal
FREE = dict.fromkeys(("amount", "subtotal", "tax", "tip", "total"), "0")


@pytest.fixture
def send(store: Store) -> Send:
    """send(event_type, order, part, **fields): one event, committed."""
    offsets = count(1)

    def sent(event_type: str, order: int, part: int = 0, /, **fields: Any) -> None:
        store.commit([parsed(frame(next(offsets), event_type, payload(event_type, order, part, **fields)))])

    return sent


@pytest.fixture
def rows(owner: Connection) -> Callable[[str], list[tuple[Any, ...]]]:
    return lambda query: owner.execute(query.encode()).fetchall()


def enter(owner: Connection, location: str, currency: str | None) -> None:
    owner.execute(
        "INSERT INTO analytics.locations (location_code, currency) VALUES (%s, %s)"
        " ON CONFLICT (location_code) DO UPDATE SET currency = excluded.currency",
        [location, currency],
    )


def sale(send: Send, order: int, amount: str, /, *, location: str = "LOC-ON-001", **fields: Any) -> None:
    """An order of one line, paid in cash."""
    send("order_created", order, location_code=location, **fields)
    send("order_item_added", order, unit_price=amount, extended_price=amount)
    send(
        "payment_captured",
        order,
        **{**FREE, "amount": amount, "subtotal": amount, "total": amount},
        method="cash",
    )


def failed(warehouse: Any, *names: str) -> dict[str, int]:
    """How many rows fail for each of these rules; grace periods are over."""
    rules = [replace(rule, grace=None) for rule in load() if rule.name in names]
    results = list(run(warehouse.url("airflow_user"), rules))
    assert all(isinstance(one, RuleResult) for one in results), results
    return {one.rule.name: one.failed for one in results if isinstance(one, RuleResult)}


def test_the_three_lists_are_the_same(owner: Connection) -> None:
    stored = dict(owner.execute("SELECT currency, decimals FROM analytics.currencies").fetchall())
    assert stored == DECIMALS == {code: decimals_of(code) for code in get_args(Code)}
    functions = owner.execute("SELECT currency, analytics.decimals(currency) FROM analytics.currencies")
    assert dict(functions.fetchall()) == stored
    assert owner.execute("SELECT analytics.decimals(NULL), analytics.decimals('none')").fetchone() == (2, 2)
    assert [stored[code] for code in ("CAD", "JPY", "KWD", "CLF")] == [2, 0, 3, 4]


def test_two_restaurants_in_two_currencies(
    send: Send, owner: Connection, rows: Callable[[str], Any], warehouse: Any
) -> None:
    """20.00 dollars in Toronto, 1200 yen in Tokyo, whatever has been summed."""
    enter(owner, "LOC-JP-001", "JPY")
    sale(send, 1, "20.00")
    sale(send, 2, "1200", location="LOC-JP-001")
    for _ in range(2):
        sales = (
            "SELECT location_code, net_sales, total_revenue, currency FROM analytics.daily_sales ORDER BY 1"
        )
        assert rows(sales) == [("LOC-JP-001", 1200, 1200, "JPY"), ("LOC-ON-001", 20, 20, "CAD")]
        menu = (
            "SELECT item_name, net_sales, total_revenue, currency FROM analytics.menu_performance ORDER BY 4"
        )
        assert rows(menu) == [("Soup", 20, 20, "CAD"), ("Soup", 1200, 1200, "JPY")]
        stores = (
            "SELECT location_code, revenue_rank, revenue_share, currency FROM analytics.store_performance"
        )
        assert sorted(rows(stores)) == [("LOC-JP-001", 1, 100, "JPY"), ("LOC-ON-001", 1, 100, "CAD")]
        drawer = "SELECT location_code, expected_in_drawer, currency FROM analytics.daily_cash ORDER BY 1"
        assert rows(drawer) == [("LOC-JP-001", 1200, "JPY"), ("LOC-ON-001", 20, "CAD")]
        refresh(warehouse.url("airflow_user"))


def test_which_currency_an_amount_has(send: Send, owner: Connection, rows: Callable[[str], Any]) -> None:
    """The event's own, or else that of its order, of its restaurant, and the default."""
    enter(owner, "LOC-2", "EUR")
    enter(owner, "LOC-3", None)
    send("order_created", 1, location_code="LOC-1")
    send("order_created", 2, location_code="LOC-2")
    send("order_created", 3, location_code="LOC-3", currency="JPY")
    for order in (1, 2, 3):
        send("payment_captured", order, 0, **FREE)
    send("payment_captured", 2, 1, **FREE, currency="USD")
    send("payment_captured", 9, 0, **FREE)
    send("payment_captured", 9, 1, **FREE, location_code="LOC-2")
    orders = "SELECT location_code, currency FROM analytics.order_facts ORDER BY 1"
    assert rows(orders) == [("LOC-1", "CAD"), ("LOC-2", "EUR"), ("LOC-3", "JPY")]
    moved = "SELECT location_code, currency FROM analytics.cash_movements ORDER BY 1, 2"
    assert rows(moved) == [
        *(
            ("LOC-1", "CAD"),
            ("LOC-2", "EUR"),
            ("LOC-2", "EUR"),
            ("LOC-2", "USD"),
            ("LOC-3", "JPY"),
            (None, "CAD"),
        ),
    ]


def test_a_line_has_the_currency_of_its_order_from_then_on(
    send: Send, rows: Callable[[str], Any], warehouse: Any
) -> None:
    """The line was summed in the default currency before its order came."""
    menu = "SELECT total_revenue, currency FROM analytics.menu_performance"
    send("order_item_added", 1, unit_price="700", extended_price="700")
    refresh(warehouse.url("airflow_user"))
    assert rows(menu) == [(700, "CAD")]
    send("order_created", 1, currency="JPY")
    assert rows(menu) == [(700, "JPY")]
    refresh(warehouse.url("airflow_user"))
    assert rows(menu) == [(700, "JPY")]


def test_a_restaurant_gets_another_currency(
    send: Send, owner: Connection, rows: Callable[[str], Any], warehouse: Any
) -> None:
    sale(send, 1, "700")
    refresh(warehouse.url("airflow_user"))
    enter(owner, "LOC-ON-001", "JPY")
    for _ in range(2):
        for view in ("daily_sales", "menu_performance", "daily_cash", "cash_up", "payment_mix", "peak_hours"):
            assert rows(f"SELECT DISTINCT currency FROM analytics.{view}") == [("JPY",)], view
        refresh(warehouse.url("airflow_user"))


def test_the_default_currency_changes(
    send: Send, owner: Connection, rows: Callable[[str], Any], warehouse: Any
) -> None:
    """Once: the same again changes nothing, and empties no rollups."""
    sale(send, 1, "700")
    refresh(warehouse.url("airflow_user"))
    assert set_default(owner, "KWD")
    for view in ("daily_sales", "menu_performance", "daily_cash"):
        assert rows(f"SELECT currency FROM analytics.{view}") == [("KWD",)], view
    refresh(warehouse.url("airflow_user"))
    assert not set_default(owner, "KWD")
    assert rows("SELECT currency FROM analytics.rollup_sales") == [("KWD",)]
    assert rows("SELECT details FROM analytics.audit_log WHERE action = 'default_currency_set'") == [
        ({"currency": "KWD"},)
    ]
    with pytest.raises(UnknownCurrencyError, match=r"RESTAURANT_CURRENCY is 'cad'.*ISO 4217"):
        set_default(owner, "cad")


def test_averages_and_shares_have_the_decimals_of_the_currency(
    send: Send, rows: Callable[[str], Any]
) -> None:
    """Three dishes of 100 yen, 100 yen off: 33 or 34 each. Half a fils rounds up: 1.0005 is 1.001 dinars."""
    send("order_created", 1, currency="JPY")
    for part in range(3):
        send("order_item_added", 1, part, unit_price="100", extended_price="100", item_name=f"Dish {part}")
    send("discount_applied", 1, amount="100")
    net = sorted(row[0] for row in rows("SELECT net_sales FROM analytics.menu_performance"))
    assert (sum(net), set(net) <= {D(66), D(67)}) == (200, True)
    for order, total in ((2, "1.000"), (3, "1.001")):
        send("order_created", order, currency="KWD", location_code="LOC-KW-001")
        amounts = {**FREE, "amount": total, "subtotal": total, "total": total}
        send("payment_captured", order, **amounts, currency="KWD")
    average = "SELECT total_revenue, avg_order_value FROM analytics.daily_sales WHERE currency = 'KWD'"
    assert rows(average) == [(D("2.001"), D("1.001"))]


def test_thresholds_follow_the_currency(send: Send, owner: Connection, rows: Callable[[str], Any]) -> None:
    """Premium from 500 dollars, 50,000 yen, 50 dinars on; then from 60,000 yen on."""
    query = (
        "SELECT analytics.money_threshold('premium_order', c) FROM unnest(ARRAY['CAD', 'JPY', 'KWD']) AS c"
    )
    assert [row[0] for row in rows(query)] == [500, 50000, 50]
    sale(send, 1, "500", currency="CAD")
    sale(send, 2, "50000", currency="JPY")
    sale(send, 3, "49", currency="KWD")
    premium = "SELECT currency, premium_orders, market_share FROM analytics.premium_market_share ORDER BY 1"
    assert rows(premium) == [("CAD", 1, 100), ("JPY", 1, 100), ("KWD", 0, None)]
    facts = "SELECT currency, is_premium FROM analytics.order_facts ORDER BY 1"
    assert rows(facts) == [("CAD", True), ("JPY", True), ("KWD", False)]
    owner.execute("INSERT INTO analytics.currency_thresholds VALUES ('premium_order', 'JPY', 60000)")
    assert rows(premium) == [("CAD", 1, 100), ("JPY", 0, None), ("KWD", 0, None)]


def test_what_the_rules_say(send: Send, owner: Connection, warehouse: Any) -> None:
    """4 yen of rounding are legal, and 4 cents; 40 yen and 40 cents are unusual; 1 dinar is impossible."""
    enter(owner, "LOC-ON-001", "CAD")
    for order, currency, paid in ((1, "JPY", "996"), (2, "JPY", "960"), (3, "KWD", "999")):
        send("order_created", order, currency=currency, location_code="LOC-OTHER")
        bill = {**FREE, "subtotal": "1000", "total": "1000", "amount": paid}
        send("payment_captured", order, **bill, method="cash")
    assert failed(warehouse, "payments_add_up", "payments_are_usual") == {
        "payments_add_up": 1,
        "payments_are_usual": 1,
    }
    assert failed(warehouse, "currencies_agree") == {"currencies_agree": 0}


def test_an_order_in_another_currency_than_its_restaurant_blocks_its_day(
    send: Send, owner: Connection, rows: Callable[[str], Any], warehouse: Any
) -> None:
    enter(owner, "LOC-ON-001", "CAD")
    sale(send, 1, "10.00", currency="USD")
    sale(send, 2, "10.00", currency="CAD")
    sale(send, 3, "10.00", location="LOC-NEW", currency="USD")
    send("service_charge_added", 2, currency="EUR")
    assert failed(warehouse, "currencies_agree") == {"currencies_agree": 2}
    blocking = "SELECT location_code, business_date, failed FROM analytics.data_quality_blocking"
    assert rows(blocking) == [("LOC-ON-001", EPOCH.date(), 2)]
    # They are not added, blocked or not.
    sales = "SELECT location_code, total_revenue, currency FROM analytics.daily_sales ORDER BY 1, 3"
    assert rows(sales) == [("LOC-NEW", 10, "USD"), ("LOC-ON-001", 10, "CAD"), ("LOC-ON-001", 10, "USD")]


def test_hundredths_of_a_yen_are_a_warning(send: Send, owner: Connection, warehouse: Any) -> None:
    enter(owner, "LOC-JP-001", "JPY")
    sale(send, 1, "12.50", location="LOC-JP-001")
    sale(send, 2, "1250", location="LOC-JP-001")
    sale(send, 3, "12.50")
    # Unit and extended price; amount, subtotal and total.
    assert failed(warehouse, "amounts_fit_their_currency") == {"amounts_fit_their_currency": 5}


def test_a_cost_in_another_currency_is_no_cost_of_a_sale(send: Send, rows: Callable[[str], Any]) -> None:
    send("menu_item_changed", 1, cost="2.00")
    sale(send, 1, "10.00")
    send("order_created", 2, currency="JPY", location_code="LOC-JP-001")
    send("order_item_added", 2, unit_price="900", extended_price="900", menu_item_id="MI-1")
    engineering = "SELECT currency, unit_cost, unit_margin FROM analytics.menu_engineering ORDER BY 1"
    assert rows(engineering) == [("CAD", 2, 8), ("JPY", None, None)]
    assert rows(
        "SELECT menu_cost, menu_currency, margin FROM analytics.sold_items WHERE currency = 'JPY'"
    ) == [(2, "CAD", None)]
