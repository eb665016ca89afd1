"""Real order histories through `./stack replay`, the service and the real Airflow DAG, to the last cent."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.support.stack import RunningStack

pytestmark = [pytest.mark.stack, pytest.mark.shared, pytest.mark.timeout(600)]

ORDERS = "SELECT count(*) FROM analytics.orders WHERE location_code = 'LOC-REPLAY-001'"
ITEMS = """
    SELECT count(*), sum(qty), sum(extended_price)
    FROM analytics.order_items JOIN analytics.orders USING (order_id)
    WHERE location_code = 'LOC-REPLAY-001'
"""
MENU = (
    "SELECT sum(times_ordered), sum(total_quantity_sold), sum(total_revenue) FROM analytics.menu_performance"
)


def replayed(stack: RunningStack, file: Path) -> None:
    done = stack.cli("replay", str(file))
    assert done.returncode == 0, done.stdout + done.stderr


def test_chipotle_lands_to_the_cent_and_only_once(
    stack: RunningStack, shared_data: Path, all_arrived: Callable[[], None]
) -> None:
    for _ in range(2):
        replayed(stack, shared_data / "chipotle.tsv")
        all_arrived()

        assert stack.value(ORDERS) == 1834
        assert stack.query(ITEMS) == [(4622, Decimal(4972), Decimal("34500.16"))]
        assert stack.query(MENU, "analytics_reader") == [(4622, Decimal(4972), Decimal("34500.16"))]
    best = "SELECT item_name, total_quantity_sold FROM analytics.menu_performance ORDER BY 2 DESC LIMIT 1"
    assert stack.query(best, "analytics_reader") == [("Chicken Bowl", Decimal(761))]


def test_breadbasket_keeps_the_unknown_unknown(
    stack: RunningStack, shared_data: Path, all_arrived: Callable[[], None]
) -> None:
    before = stack.value(ORDERS), stack.query(ITEMS)[0][0]
    for _ in range(2):
        replayed(stack, shared_data / "breadbasket.csv")
        all_arrived()

        assert stack.value(ORDERS) - before[0] == 9531
        assert stack.query(ITEMS)[0][0] - before[1] == 21293
    unpriced = """
        SELECT count(*), count(unit_price), count(extended_price), count(category) FROM analytics.order_items
        JOIN analytics.orders USING (order_id) WHERE order_ts < '2018-01-01'
    """
    assert stack.query(unpriced) == [(21293, 0, 0, 0)]
    none = """
        SELECT times_ordered, total_revenue, unpriced_items FROM analytics.menu_performance WHERE item_name = 'NONE'
    """
    assert stack.query(none, "analytics_reader") == [(786, None, 786)]
