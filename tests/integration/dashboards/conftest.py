"""The warehouse with a small restaurant's data in it."""

from collections.abc import Callable
from typing import Any, LiteralString

import pytest

from tests.support.warehouse import restaurant

FAILED: LiteralString = """
WITH result AS (
    INSERT INTO analytics.data_quality_results (rule, dimension, severity, owner, window_since, window_until, checked,
        failed, status, sample, remedy)
    VALUES ('payments_add_up', 'integrity', 'critical', 'finance', now(), now(), 1, 1, 'failed', '[1]', 'Correct it.')
    RETURNING result_id
)
INSERT INTO analytics.data_quality_failures
SELECT result_id, 'LOC-ON-001', current_date, 1, '[1]', gen_random_uuid(), now(), now() FROM result
"""

PARTS: tuple[LiteralString, ...] = (
    """
    CREATE TEMPORARY TABLE newest_order ON COMMIT DROP AS
    SELECT o.order_id, i.order_item_id
    FROM analytics.orders AS o JOIN analytics.order_items AS i ON i.order_id = o.order_id
    ORDER BY o.business_ts DESC LIMIT 1
    """,
    """
    INSERT INTO analytics.order_items
        (order_item_id, order_id, category, item_name, qty, extended_price, parent_item_id, event_ts, event_id)
    SELECT gen_random_uuid(), order_id, 'Extras', 'Egg', 1, 0, order_item_id, '2024-03-05T12:00Z', gen_random_uuid()
    FROM newest_order
    """,
    """
    INSERT INTO analytics.order_discounts (discount_id, order_id, kind, amount, event_ts, event_id)
    SELECT gen_random_uuid(), order_id, 'comp', 1, '2024-03-05T12:00Z', gen_random_uuid() FROM newest_order
    """,
)
"""A modifier of the newest order, and what was on the house in it."""


@pytest.fixture
def fill(warehouse: Any) -> Callable[[], None]:
    """Puts a hundred orders into the warehouse, and a day that data quality blocks."""

    def put() -> None:
        with warehouse.connect("restaurant_user") as owner:
            restaurant.fill(owner)
            owner.execute(FAILED)
            for part in PARTS:
                owner.execute(part)

    return put
