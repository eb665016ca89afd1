CREATE OR REPLACE VIEW analytics.sales_per_minute AS
SELECT
    w.window_start,
    w.location_code,
    w.order_count,
    w.total_revenue,
    w.avg_order_value,
    w.distinct_customers,
    w.unpaid_orders,
    w.cancelled_orders,
    w.total_refunds,
    coalesce(w.window_start + interval '1 minute' <= (SELECT analytics.event_watermark()), false) AS is_final,
    w.late_events,
    w.restated_at,
    w.currency
FROM (
    SELECT
        date_bin('1 minute', o.business_ts, '2000-01-01 00:00+00') AS window_start,
        o.location_code,
        o.currency,
        count(*) FILTER (WHERE o.status <> 'cancelled') AS order_count,
        sum(o.total) FILTER (WHERE o.status <> 'cancelled') AS total_revenue,
        round(avg(o.total) FILTER (WHERE o.status <> 'cancelled'), analytics.decimals(o.currency)) AS avg_order_value,
        count(DISTINCT o.customer_id) FILTER (WHERE o.status <> 'cancelled') AS distinct_customers,
        count(*) FILTER (WHERE o.status <> 'cancelled' AND o.total IS NULL) AS unpaid_orders,
        count(*) FILTER (WHERE o.status = 'cancelled') AS cancelled_orders,
        sum(r.refunded) FILTER (WHERE o.status <> 'cancelled') AS total_refunds,
        sum(l.events)::bigint AS late_events,
        max(l.known_at) AS restated_at
    FROM analytics.due_orders AS o
    CROSS JOIN LATERAL (
        SELECT sum(r.amount) AS refunded FROM analytics.refunds AS r WHERE r.order_id = o.order_id AND NOT r.is_replaced AND r.refunded_ts <= analytics.present()
    ) AS r
    CROSS JOIN LATERAL (
        SELECT count(*) AS events, max(l.known_at) AS known_at
        FROM raw_data.late_arrivals AS l
        WHERE l.order_id = o.order_id
    ) AS l
    GROUP BY date_bin('1 minute', o.business_ts, '2000-01-01 00:00+00'), o.location_code, o.currency
) AS w;

COMMENT ON VIEW analytics.sales_per_minute IS
    'Tumbling windows of one minute by restaurant; a minute without orders has no row. Cancelled and unpaid orders count as in daily_sales: the sums over an hour are hourly_sales. Filter by window_start: then only that range is read.';
COMMENT ON COLUMN analytics.sales_per_minute.window_start IS 'The instant at which the minute of business_ts began.';
COMMENT ON COLUMN analytics.sales_per_minute.location_code IS 'The restaurant.';
COMMENT ON COLUMN analytics.sales_per_minute.order_count IS 'Orders that were not cancelled, paid or not.';
COMMENT ON COLUMN analytics.sales_per_minute.total_revenue IS
    'The total that the payments state, tax and tip included, refunds not deducted; null while none is paid.';
COMMENT ON COLUMN analytics.sales_per_minute.avg_order_value IS 'Mean total of the paid orders, to the cent.';
COMMENT ON COLUMN analytics.sales_per_minute.distinct_customers IS
    'Exact number of different customers of order_count. Orders without a customer_id add none.';
COMMENT ON COLUMN analytics.sales_per_minute.unpaid_orders IS
    'How many orders of order_count have no payment yet. Their payments still add to total_revenue, in a final window too.';
COMMENT ON COLUMN analytics.sales_per_minute.cancelled_orders IS
    'Cancelled orders. The other columns do not include them.';
COMMENT ON COLUMN analytics.sales_per_minute.total_refunds IS
    'What was refunded for orders of order_count; null where nothing was.';
COMMENT ON COLUMN analytics.sales_per_minute.is_final IS
    'Whether the minute ended before the watermark (event_watermark()): all its orders that came in time are here. Events that restate it afterwards are in late_events, except those that move an order to another minute.';
COMMENT ON COLUMN analytics.sales_per_minute.late_events IS
    'How many late events belong to its orders: see late_events.';
COMMENT ON COLUMN analytics.sales_per_minute.restated_at IS 'When the last of them came; null when there is none.';
COMMENT ON COLUMN analytics.sales_per_minute.currency IS 'The currency of its amounts, as in daily_sales.';
