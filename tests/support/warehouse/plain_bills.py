"""The sums of bills as plain aggregates of the tables: see plain.py."""

from typing import LiteralString

_SUMS: LiteralString = """
    sum(gross_sales), sum(discounts), sum(comps), sum(included_tax), sum(net_sales), sum(voids), sum(gift_cards),
    sum(service_charges), sum(rounding), sum(total_collected), sum(guest_count),
    round(sum(net_sales) FILTER (WHERE guest_count > 0)
        / nullif(sum(guest_count) FILTER (WHERE net_sales IS NOT NULL), 0), analytics.decimals(currency)),
    coalesce(sum(unpriced_items), 0)
"""
_NAMES: LiteralString = (
    " gross_sales, discounts, comps, included_tax, net_sales, voids, gift_cards, service_charges, rounding,"
    " total_collected, guests, sales_per_guest, unpriced_items"
)
_BILLS: LiteralString = """
FROM (
    SELECT b.*,
        ((b.business_ts AT TIME ZONE coalesce(l.time_zone, 'UTC')) - coalesce(l.close_out, '00:00')::interval)::date
            AS day,
        CASE width_bucket(
            extract(hour FROM b.business_ts AT TIME ZONE coalesce(l.time_zone, 'UTC')), ARRAY[5, 11, 16, 22])
            WHEN 1 THEN 'breakfast' WHEN 2 THEN 'lunch' WHEN 3 THEN 'dinner' ELSE 'late' END AS daypart,
        date_trunc('hour', b.business_ts, 'UTC') AS hour
    FROM analytics.bills AS b
    LEFT JOIN analytics.locations AS l USING (location_code)
    WHERE b.status <> 'cancelled'
) AS placed
"""


def _pair(
    view: LiteralString, keys: LiteralString, sold: LiteralString
) -> tuple[LiteralString, LiteralString]:
    """The query of a view, and the same query of the bills."""
    query = f"SELECT {keys}, {_NAMES} FROM analytics.{view} WHERE {sold} > 0"
    return query, f"SELECT {keys}, {_SUMS} {_BILLS} GROUP BY {keys}"


BILLS: dict[LiteralString, LiteralString] = dict(
    [
        _pair("daily_sales", "day, location_code, currency", "order_count"),
        _pair("daypart_sales", "day, location_code, daypart, currency", "order_count"),
        _pair("hourly_sales", "hour, location_code, service_type, currency", "order_count"),
        _pair("store_performance", "location_code, currency", "orders"),
        (
            "SELECT day, location_code, tax, tips, refunds, currency FROM analytics.daily_sales WHERE order_count > 0",
            "SELECT day, location_code, sum(tax), sum(tips), sum(refunds), currency"
            + _BILLS
            + "GROUP BY day, location_code, currency",
        ),
    ]
)
"""The query of a view, and the same query of the bills, which are read from the tables."""
