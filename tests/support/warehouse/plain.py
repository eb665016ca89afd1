"""The views as plain aggregates of the tables. The views must equal these at any moment."""

from typing import Any, LiteralString

import psycopg

from tests.support.warehouse.plain_answers import ANSWERS, DUE
from tests.support.warehouse.plain_bills import BILLS

DAILY: LiteralString = (
    DUE
    + """, placed AS (
    SELECT o.*, r.refunded AS amount,
        ((o.at AT TIME ZONE coalesce(l.time_zone, 'UTC')) - coalesce(l.close_out, '00:00')::interval)::date AS day
    FROM due AS o
    LEFT JOIN refunded AS r USING (order_id)
    LEFT JOIN analytics.locations AS l USING (location_code)
)
SELECT day, location_code,
    count(*) FILTER (WHERE status <> 'cancelled'),
    sum(total) FILTER (WHERE status <> 'cancelled'),
    round(avg(total) FILTER (WHERE status <> 'cancelled'), analytics.decimals(currency)),
    sum(tip) FILTER (WHERE status <> 'cancelled'),
    round(avg(tip) FILTER (WHERE status <> 'cancelled'), analytics.decimals(currency)),
    count(*) FILTER (WHERE status <> 'cancelled' AND total IS NULL),
    count(*) FILTER (WHERE status = 'cancelled'),
    sum(amount) FILTER (WHERE status <> 'cancelled'), currency
FROM placed
GROUP BY day, location_code, currency
"""
)
HOURLY: LiteralString = (
    DUE
    + """
SELECT date_trunc('hour', at, 'UTC'), location_code, service_type,
    count(*) FILTER (WHERE status <> 'cancelled'),
    sum(subtotal) FILTER (WHERE status <> 'cancelled'),
    sum(tax) FILTER (WHERE status <> 'cancelled'),
    sum(tip) FILTER (WHERE status <> 'cancelled'),
    sum(total) FILTER (WHERE status <> 'cancelled'),
    round(avg(total) FILTER (WHERE status <> 'cancelled'), analytics.decimals(currency)),
    count(*) FILTER (WHERE status <> 'cancelled' AND total IS NULL),
    count(*) FILTER (WHERE status = 'cancelled'), currency
FROM due
GROUP BY date_trunc('hour', at, 'UTC'), location_code, service_type, currency
"""
)
MENU: LiteralString = (
    DUE
    + """
SELECT i.category, i.item_name, count(*), sum(i.qty), sum(i.extended_price),
    round(avg(i.unit_price), analytics.decimals(i.currency)),
    round(avg(i.extended_price), analytics.decimals(i.currency)),
    count(*) FILTER (WHERE i.extended_price IS NULL),
    CASE WHEN count(i.extended_price) > 0 THEN sum(i.extended_price) - coalesce(sum(d.deduction), 0) END,
    i.currency
FROM sold AS i
LEFT JOIN LATERAL analytics.line_deductions(i.order_id) AS d USING (order_item_id)
GROUP BY i.category, i.item_name, i.currency
"""
)
SATISFACTION: LiteralString = """
SELECT (created_ts AT TIME ZONE 'UTC')::date, count(*), round(avg(rating), 2), round(avg(nps), 2),
    round(100.0 * count(*) FILTER (WHERE rating >= 4) / count(*), 1),
    round(100.0 * count(*) FILTER (WHERE nps >= 9) / nullif(count(nps), 0), 1),
    round(100.0 * count(*) FILTER (WHERE nps <= 6) / nullif(count(nps), 0), 1),
    count(nps)
FROM analytics.feedback
WHERE created_ts <= analytics.present()
GROUP BY (created_ts AT TIME ZONE 'UTC')::date
"""
PLAIN: dict[LiteralString, LiteralString] = {
    "SELECT day, location_code, order_count, total_revenue, avg_order_value, total_tips, avg_tip, unpaid_orders,"
    " cancelled_orders, total_refunds, currency FROM analytics.daily_sales": DAILY,
    "SELECT hour, location_code, service_type, order_count, subtotal, tax, tip, total, avg_order_value, unpaid_orders,"
    " cancelled_orders, currency FROM analytics.hourly_sales": HOURLY,
    "SELECT category, item_name, times_ordered, total_quantity_sold, total_revenue, avg_unit_price,"
    " avg_extended_price, unpriced_items, net_sales, currency FROM analytics.menu_performance": MENU,
    "SELECT * FROM analytics.satisfaction_summary": SATISFACTION,
    **ANSWERS,
    **BILLS,
}


def rows_of(connection: psycopg.Connection[Any], query: LiteralString) -> list[tuple[Any, ...]]:
    """The rows of a query, in any order."""
    return sorted(connection.execute(query).fetchall(), key=repr_of)


def repr_of(row: tuple[Any, ...]) -> str:
    """Equal numbers as equal texts: 1 and 1.00."""
    return repr([float(value) if hasattr(value, "is_nan") else value for value in row])


def assert_exact(connection: psycopg.Connection[Any]) -> None:
    """Each view equals its plain aggregate."""
    for view, plain in PLAIN.items():
        assert rows_of(connection, view) == rows_of(connection, plain), view
