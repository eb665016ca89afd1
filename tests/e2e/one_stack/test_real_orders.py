"""Real order histories through `./stack replay`, the service and the real Airflow DAG, to the last cent."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.histories.real_orders import real_orders
from tests.support.stack import RunningStack

pytestmark = [pytest.mark.stack, pytest.mark.long, pytest.mark.shared, pytest.mark.timeout(900)]

ORDERS = "SELECT count(*) FROM analytics.orders"
ITEMS = "SELECT count(*), sum(qty), sum(extended_price) FROM analytics.order_items"
MENU = (
    "SELECT sum(times_ordered), sum(total_quantity_sold), sum(total_revenue) FROM analytics.menu_performance"
)
SALES = (
    "SELECT (SELECT sum(net_sales) FROM analytics.daily_sales),"
    " (SELECT sum(net_sales) FROM analytics.menu_performance), (SELECT sum(net_sales) FROM analytics.store_performance)"
)
FROM_FILE = (
    "FROM analytics.order_items JOIN analytics.orders USING (order_id) WHERE location_code = 'LOC-REPLAY-001'"
)
CHIPOTLE = (4622, Decimal(4972), Decimal("34500.16"))


def replayed(stack: RunningStack, file: Path) -> None:
    result = stack.cli("replay", str(file))
    assert result.returncode == 0, result.stdout + result.stderr


def more(stack: RunningStack, query: str, before: tuple[Any, ...]) -> tuple[Any, ...]:
    """By how much each figure has grown; other tests' orders are in the same tables."""
    return tuple((now or 0) - (then or 0) for now, then in zip(stack.query(query)[0], before, strict=True))


def test_chipotle_lands_to_the_cent_and_only_once(
    stack: RunningStack, all_arrived: Callable[[], None]
) -> None:
    before = {query: stack.query(query)[0] for query in (ORDERS, ITEMS, MENU, SALES)}
    for _ in range(2):
        replayed(stack, real_orders("chipotle.tsv"))
        all_arrived()

        assert more(stack, ORDERS, before[ORDERS]) == (1834,)
        assert more(stack, ITEMS, before[ITEMS]) == CHIPOTLE
        assert more(stack, MENU, before[MENU]) == CHIPOTLE
        assert more(stack, SALES, before[SALES]) == (CHIPOTLE[2],) * 3
    best = f"SELECT item_name, sum(qty) {FROM_FILE} GROUP BY 1 ORDER BY 2 DESC LIMIT 1"
    assert stack.query(best) == [("Chicken Bowl", Decimal(761))]


def test_breadbasket_keeps_the_unknown_unknown(stack: RunningStack, all_arrived: Callable[[], None]) -> None:
    before = {query: stack.query(query)[0] for query in (ORDERS, ITEMS)}
    for _ in range(2):
        replayed(stack, real_orders("breadbasket.csv"))
        all_arrived()

        assert more(stack, ORDERS, before[ORDERS]) == (9531,)
        assert more(stack, ITEMS, before[ITEMS]) == (21293, Decimal(21293), 0)
    unknown = f"""
        SELECT count(*), count(unit_price), count(extended_price), count(category) {FROM_FILE}
        AND order_ts < '2018-01-01'
    """
    assert stack.query(unknown) == [(21293, 0, 0, 0)]
    none = """
        SELECT times_ordered, total_revenue, unpriced_items FROM analytics.menu_performance WHERE item_name = 'NONE'
    """
    assert stack.query(none, "analytics_reader") == [(786, None, 786)]
