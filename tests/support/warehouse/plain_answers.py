"""More views as plain aggregates of the tables: see plain.py."""

from typing import LiteralString

DUE: LiteralString = """
WITH RECURSIVE void AS (
    SELECT order_item_id, order_id FROM analytics.order_item_voids
    WHERE NOT is_replaced AND voided_ts <= analytics.present()
    UNION
    SELECT order_item_id, order_id FROM analytics.order_items WHERE is_replaced
    UNION
    SELECT i.order_item_id, i.order_id
    FROM void AS v JOIN analytics.order_items AS i ON i.parent_item_id = v.order_item_id AND i.order_id = v.order_id
    WHERE i.event_ts <= analytics.present()
), paid_later AS (
    SELECT order_id FROM analytics.payments WHERE processed_at > analytics.present()
    UNION ALL
    SELECT order_id FROM analytics.payment_voids WHERE voided_ts > analytics.present()
), changed_later AS (
    SELECT order_id FROM analytics.order_status_history WHERE changed_ts > analytics.present()
), paid AS (
    SELECT order_id, sum(amount) AS amount, sum(subtotal) AS subtotal, sum(tax) AS tax, sum(tip) AS tip,
        sum(total) AS total
    FROM analytics.payments AS p WHERE processed_at <= analytics.present() AND NOT is_replaced
        AND NOT EXISTS (SELECT FROM analytics.payment_voids AS v
            WHERE v.payment_id = p.payment_id AND v.order_id = p.order_id AND NOT v.is_replaced
                AND v.voided_ts <= analytics.present())
    GROUP BY order_id
), due AS (
    SELECT o.order_id, o.customer_id, o.location_code, o.city, o.service_type,
        coalesce(o.scheduled_for, o.order_ts) AS at,
        CASE WHEN o.order_id NOT IN (TABLE changed_later) THEN o.status ELSE coalesce((
            SELECT h.status FROM analytics.order_status_history AS h
            WHERE h.order_id = o.order_id AND h.changed_ts <= analytics.present()
            ORDER BY coalesce(h.event_version, -1) DESC, h.changed_ts DESC, analytics.status_place(h.status) DESC,
                h.event_offset DESC, h.event_id DESC LIMIT 1), 'pending') END AS status,
        CASE WHEN o.order_id IN (TABLE paid_later) THEN p.subtotal ELSE o.subtotal END AS subtotal,
        CASE WHEN o.order_id IN (TABLE paid_later) THEN p.tax ELSE o.tax END AS tax,
        CASE WHEN o.order_id IN (TABLE paid_later) THEN p.tip ELSE o.tip END AS tip,
        CASE WHEN o.order_id IN (TABLE paid_later) THEN p.total ELSE o.total END AS total,
        coalesce(o.currency, l.currency, c.currency) AS currency
    FROM analytics.orders AS o
    LEFT JOIN paid AS p USING (order_id)
    LEFT JOIN analytics.locations AS l USING (location_code)
    JOIN analytics.currencies AS c ON c.is_default
    WHERE coalesce(o.scheduled_for, o.order_ts) <= analytics.present()
), refunded AS (
    SELECT order_id, sum(amount) AS refunded
    FROM analytics.refunds WHERE refunded_ts <= analytics.present() AND NOT is_replaced GROUP BY order_id
), sold AS (
    SELECT i.order_item_id, i.order_id, i.category, i.item_name, i.unit_price, i.qty, i.extended_price,
        coalesce(o.scheduled_for, i.event_ts) AS at,
        coalesce(i.currency, o.currency, l.currency, c.currency) AS currency
    FROM analytics.order_items AS i
    LEFT JOIN analytics.orders AS o USING (order_id)
    LEFT JOIN analytics.locations AS l USING (location_code)
    JOIN analytics.currencies AS c ON c.is_default
    LEFT JOIN due AS d USING (order_id)
    WHERE i.event_ts <= analytics.present() AND i.kind IS DISTINCT FROM 'gift_card'
        AND NOT EXISTS (SELECT FROM void AS v WHERE v.order_item_id = i.order_item_id AND v.order_id = i.order_id)
        AND (d.order_id IS NULL) = (o.order_id IS NULL)
        AND d.status IS DISTINCT FROM 'cancelled'
)"""
"""The orders that count at present, their refunds, and the lines of the menu."""
_PLACED: LiteralString = (
    DUE
    + """, lines AS (
    SELECT o.order_id, b.unpriced_items > 0 AS unpriced, b.paid_charges, b.paid_discounts, b.rounding,
        CASE WHEN b.priced_lines > 0 THEN b.net_sales + b.gift_cards END AS priced
    FROM due AS o CROSS JOIN LATERAL analytics.bill_of_order(o.order_id) AS b
), placed AS (
    SELECT o.order_id, o.location_code, o.currency, coalesce(o.city, l.city) AS city, o.at, o.status, o.subtotal, o.tax,
        o.tip, o.total, r.refunded, i.priced, coalesce(i.unpriced, false) AS unpriced, p.amount,
        i.paid_charges, i.paid_discounts, i.rounding,
        o.total >= 500 * 10::numeric ^ (2 - m.decimals) AS premium,
        o.status <> 'cancelled' AS counts,
        ((o.at AT TIME ZONE coalesce(l.time_zone, 'UTC')) - coalesce(l.close_out, '00:00')::interval)::date
            AS day,
        o.at AT TIME ZONE coalesce(l.time_zone, 'UTC') AS local,
        date_trunc('hour', o.at, 'UTC') AT TIME ZONE coalesce(l.time_zone, 'UTC') AS local_hour
    FROM due AS o
    LEFT JOIN refunded AS r USING (order_id)
    LEFT JOIN lines AS i USING (order_id)
    LEFT JOIN paid AS p USING (order_id)
    LEFT JOIN analytics.locations AS l USING (location_code)
    JOIN analytics.currencies AS m ON m.currency = o.currency
)"""
)
DAYPARTS: LiteralString = """
SELECT day, location_code,
    CASE width_bucket(extract(hour FROM local), ARRAY[5, 11, 16, 22])
        WHEN 1 THEN 'breakfast' WHEN 2 THEN 'lunch' WHEN 3 THEN 'dinner' ELSE 'late' END,
    count(*) FILTER (WHERE counts),
    sum(total) FILTER (WHERE counts),
    round(avg(total) FILTER (WHERE counts), analytics.decimals(currency)),
    sum(tip) FILTER (WHERE counts),
    count(*) FILTER (WHERE counts AND total IS NULL),
    count(*) FILTER (WHERE NOT counts),
    sum(refunded) FILTER (WHERE counts), currency
FROM placed
GROUP BY 1, 2, 3, currency
"""
STORES: LiteralString = """
SELECT p.location_code, max(l.name),
    count(*) FILTER (WHERE counts),
    sum(total) FILTER (WHERE counts),
    round(avg(total) FILTER (WHERE counts), analytics.decimals(p.currency)),
    sum(total) FILTER (WHERE counts) - coalesce(sum(refunded) FILTER (WHERE counts), 0),
    count(*) FILTER (WHERE NOT counts),
    min(day), max(day), round(count(*) FILTER (WHERE counts)::numeric / count(DISTINCT day), 1),
    count(*) FILTER (WHERE counts AND total IS NULL), p.currency
FROM placed AS p LEFT JOIN analytics.locations AS l USING (location_code)
GROUP BY p.location_code, p.currency
"""
STATUS: LiteralString = """
SELECT location_code, status, count(*), round(100.0 * count(*) / sum(count(*)) OVER (PARTITION BY location_code), 2)
FROM due
GROUP BY location_code, status
"""
PREMIUM: LiteralString = """
SELECT city, count(*), count(*) FILTER (WHERE premium),
    round(100.0 * count(*) FILTER (WHERE premium) / count(*), 2),
    sum(total), coalesce(sum(total) FILTER (WHERE premium), 0),
    round(100 * coalesce(sum(total) FILTER (WHERE premium), 0) / nullif(sum(total), 0), 2),
    round(100 * coalesce(sum(total) FILTER (WHERE premium), 0)
        / (SELECT sum(o.total) FROM placed AS o WHERE o.counts AND o.premium AND o.currency = p.currency), 2), currency
FROM placed AS p
WHERE counts AND total IS NOT NULL
GROUP BY city, currency
"""
MIX: LiteralString = """
SELECT day, location_code, method, provider, count(*), sum(amount), sum(tip),
    round(avg(amount), analytics.decimals(currency)),
    round(100 * sum(amount) / nullif(sum(sum(amount)) OVER (PARTITION BY day, location_code, currency), 0), 2), currency
FROM (
    SELECT o.day, o.location_code, p.method, p.provider, p.amount, p.tip, coalesce(p.currency, o.currency) AS currency
    FROM placed AS o JOIN analytics.captured_payments AS p USING (order_id)
    WHERE o.counts
) AS paid
GROUP BY day, location_code, method, provider, currency
"""
PEAKS: LiteralString = """, recent AS (
    SELECT p.*, extract(isodow FROM p.day) AS weekday
    FROM placed AS p
    WHERE counts AND date_trunc('hour', at, 'UTC')
        > (SELECT date_trunc('hour', max(at), 'UTC') - interval '56 days' FROM placed)
), weekdays AS (
    SELECT location_code, weekday, currency, count(DISTINCT day) AS days
    FROM recent
    GROUP BY location_code, weekday, currency
)
SELECT location_code, weekday, extract(hour FROM r.local_hour), w.days, round(count(*)::numeric / w.days, 2),
    round(sum(r.total) / w.days, analytics.decimals(currency)),
    rank() OVER (PARTITION BY location_code, currency ORDER BY count(*)::numeric / w.days DESC), currency
FROM recent AS r JOIN weekdays AS w USING (location_code, weekday, currency)
GROUP BY location_code, weekday, currency, extract(hour FROM r.local_hour), w.days
"""
CASH: LiteralString = """, with_differences AS (
    SELECT p.*, k.kinds
    FROM placed AS p
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE differs) AS kinds
        FROM (VALUES
            (counts AND NOT unpriced AND priced <> subtotal - paid_discounts),
            (counts AND subtotal + tax + tip + paid_charges - paid_discounts + rounding <> total),
            (counts AND total <> amount),
            (counts AND amount IS NULL),
            (NOT counts AND amount <> coalesce(refunded, 0))
        ) AS v (differs)
    ) AS k
)
SELECT day, location_code, count(*) FILTER (WHERE counts),
    sum(priced) FILTER (WHERE counts AND NOT unpriced AND amount IS NOT NULL),
    sum(subtotal) FILTER (WHERE counts), sum(total) FILTER (WHERE counts), sum(amount) FILTER (WHERE counts),
    sum(tip) FILTER (WHERE counts), sum(refunded) FILTER (WHERE counts),
    count(*) FILTER (WHERE counts AND amount IS NULL), count(*) FILTER (WHERE counts AND unpriced),
    count(*) FILTER (WHERE kinds > 0),
    sum(CASE WHEN counts AND NOT unpriced THEN coalesce(subtotal - paid_discounts - priced, 0) ELSE 0 END
        + CASE WHEN counts
            THEN coalesce(total - (subtotal + tax + tip + paid_charges - paid_discounts + rounding), 0) ELSE 0 END
        + CASE WHEN counts THEN coalesce(amount - total, 0) ELSE 0 END
        - CASE WHEN counts AND amount IS NULL THEN coalesce(priced, 0) ELSE 0 END
        + CASE WHEN NOT counts THEN coalesce(amount - coalesce(refunded, 0), 0) ELSE 0 END),
    least(sum(kinds), 50), currency
FROM with_differences
GROUP BY day, location_code, currency
HAVING bool_or(counts) OR bool_or(amount <> coalesce(refunded, 0))
"""
MOVEMENTS: LiteralString = """
SELECT (moved_at AT TIME ZONE coalesce(l.time_zone, 'UTC') - coalesce(l.close_out, '00:00')::interval)::date,
    location_code, method, count(captured), coalesce(sum(captured), 0), coalesce(sum(tip), 0),
    coalesce(sum(rounding), 0), count(refunded),
    coalesce(sum(refunded), 0),
    CASE WHEN method = 'cash' THEN coalesce(sum(captured), 0) - coalesce(sum(refunded), 0) END,
    coalesce(m.currency, l.currency, c.currency)
FROM (
    SELECT p.processed_at AS moved_at, coalesce(p.location_code, o.location_code) AS location_code, p.method,
        p.amount AS captured, p.tip, coalesce(p.rounding, 0) AS rounding, NULL::numeric AS refunded,
        coalesce(p.currency, o.currency) AS currency
    FROM analytics.payments AS p LEFT JOIN analytics.orders AS o USING (order_id)
    WHERE NOT p.is_replaced AND NOT EXISTS (SELECT FROM analytics.payment_voids AS v
        WHERE v.payment_id = p.payment_id AND v.order_id = p.order_id AND NOT v.is_replaced
            AND v.voided_ts <= analytics.present())
    UNION ALL
    SELECT r.refunded_ts, coalesce(p.location_code, o.location_code), p.method, NULL, NULL, NULL, r.amount,
        coalesce(r.currency, p.currency, o.currency)
    FROM analytics.refunds AS r
    LEFT JOIN analytics.payments AS p ON p.payment_id = r.payment_id AND p.processed_at <= analytics.present()
    LEFT JOIN analytics.orders AS o ON o.order_id = r.order_id
    WHERE NOT r.is_replaced
) AS m
LEFT JOIN analytics.locations AS l USING (location_code)
JOIN analytics.currencies AS c ON c.is_default
WHERE moved_at <= analytics.present()
GROUP BY 1, 2, 3, coalesce(m.currency, l.currency, c.currency)
"""
MENU: LiteralString = """
SELECT category, item_name, units, revenue, round(price, analytics.decimals(currency)), cost,
    round(price - cost, analytics.decimals(currency)), round((price - cost) * units, analytics.decimals(currency)),
    round(100 * units / sum(units) OVER (PARTITION BY currency), 2), currency
FROM (
    SELECT i.category, i.item_name, i.currency, m.cost, sum(i.qty) AS units, sum(i.extended_price) AS revenue,
        coalesce(avg(i.unit_price),
            CASE WHEN bool_and(i.extended_price IS NOT NULL) THEN sum(i.extended_price) / sum(i.qty) END) AS price
    FROM sold AS i
    LEFT JOIN analytics.menu_item_changes AS m ON m.name = i.item_name
        AND coalesce(m.currency, (SELECT c.currency FROM analytics.currencies AS c WHERE c.is_default)) = i.currency
    WHERE date_trunc('hour', i.at, 'UTC') > (SELECT date_trunc('hour', max(at), 'UTC') - interval '28 days' FROM due)
    GROUP BY i.category, i.item_name, i.currency, m.cost
) AS by_item
"""
ANSWERS: dict[LiteralString, LiteralString] = {
    "SELECT analytics.newest_business_date()": _PLACED + " SELECT max(day) FROM placed",
    "SELECT day, location_code, daypart, order_count, total_revenue, avg_order_value, total_tips, unpaid_orders,"
    " cancelled_orders, total_refunds, currency FROM analytics.daypart_sales": _PLACED + DAYPARTS,
    "SELECT location_code, restaurant, orders, revenue, average_ticket, net_revenue, cancelled_orders,"
    " first_day, last_day, orders_per_day, unpaid_orders, currency FROM analytics.store_performance": _PLACED
    + STORES,
    "SELECT * FROM analytics.order_status_distribution": DUE + STATUS,
    "SELECT * FROM analytics.premium_market_share": _PLACED + PREMIUM,
    "SELECT * FROM analytics.payment_mix": _PLACED + MIX,
    "SELECT * FROM analytics.peak_hours": _PLACED + PEAKS,
    "SELECT day, location_code, orders, items_total, subtotal, total, paid, tips, refunded, unpaid_orders,"
    " unpriced_orders, differing_orders, difference, jsonb_array_length(evidence), currency"
    " FROM analytics.cash_up": _PLACED + CASH,
    "SELECT * FROM analytics.daily_cash": MOVEMENTS,
    "SELECT category, item_name, quantity_sold, revenue, avg_unit_price, unit_cost, unit_margin, total_margin,"
    " popularity_share, currency FROM analytics.menu_engineering": DUE + MENU,
}
"""The query of a view, and the same query of the tables."""
