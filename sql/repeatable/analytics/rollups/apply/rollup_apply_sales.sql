CREATE OR REPLACE FUNCTION analytics.rollup_apply_sales(upto timestamptz)
RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
    WITH c AS MATERIALIZED (
        SELECT d.* FROM analytics.rollup_diff_sales(upto) AS d
        WHERE NOT EXISTS (
            SELECT FROM analytics.rollup_held_hours AS h
            WHERE h.rollup = 'sales' AND h.location_code = d.location_code AND h.hour = d.hour)
    ), hours AS (
        INSERT INTO analytics.rollup_sales_hours AS r (
            hour, location_code, service_type, business_date, daypart, city, order_count, cancelled_orders,
            pending, preparing, ready, paid_orders, premium_orders, subtotal, tax, tip, total, premium_total,
            refund_count, refunded, currency
        )
        SELECT
            c.hour, c.location_code, c.service_type, c.business_date, c.daypart, c.city, sum(c.order_count),
            sum(c.cancelled_orders), sum(c.pending), sum(c.preparing), sum(c.ready), sum(c.paid_orders),
            sum(c.premium_orders), sum(c.subtotal), sum(c.tax), sum(c.tip), sum(c.total), sum(c.premium_total),
            sum(c.refund_count), sum(c.refunded), c.currency
        FROM c
        GROUP BY c.hour, c.location_code, c.service_type, c.business_date, c.daypart, c.city, c.currency
        ON CONFLICT ON CONSTRAINT rollup_sales_hours_once DO UPDATE SET
            order_count = r.order_count + excluded.order_count,
            cancelled_orders = r.cancelled_orders + excluded.cancelled_orders,
            pending = r.pending + excluded.pending,
            preparing = r.preparing + excluded.preparing,
            ready = r.ready + excluded.ready,
            paid_orders = r.paid_orders + excluded.paid_orders,
            premium_orders = r.premium_orders + excluded.premium_orders,
            subtotal = r.subtotal + excluded.subtotal,
            tax = r.tax + excluded.tax,
            tip = r.tip + excluded.tip,
            total = r.total + excluded.total,
            premium_total = r.premium_total + excluded.premium_total,
            refund_count = r.refund_count + excluded.refund_count,
            refunded = r.refunded + excluded.refunded
    ), days AS (
        INSERT INTO analytics.rollup_sales_days AS r (
            business_date, location_code, daypart, city, order_count, cancelled_orders, pending, preparing, ready,
            paid_orders, premium_orders, subtotal, tax, tip, total, premium_total, refund_count, refunded,
            currency
        )
        SELECT
            c.business_date, c.location_code, c.daypart, c.city, sum(c.order_count), sum(c.cancelled_orders),
            sum(c.pending), sum(c.preparing), sum(c.ready), sum(c.paid_orders), sum(c.premium_orders),
            sum(c.subtotal), sum(c.tax), sum(c.tip), sum(c.total), sum(c.premium_total), sum(c.refund_count),
            sum(c.refunded), c.currency
        FROM c
        GROUP BY c.business_date, c.location_code, c.daypart, c.city, c.currency
        ON CONFLICT ON CONSTRAINT rollup_sales_days_once DO UPDATE SET
            order_count = r.order_count + excluded.order_count,
            cancelled_orders = r.cancelled_orders + excluded.cancelled_orders,
            pending = r.pending + excluded.pending,
            preparing = r.preparing + excluded.preparing,
            ready = r.ready + excluded.ready,
            paid_orders = r.paid_orders + excluded.paid_orders,
            premium_orders = r.premium_orders + excluded.premium_orders,
            subtotal = r.subtotal + excluded.subtotal,
            tax = r.tax + excluded.tax,
            tip = r.tip + excluded.tip,
            total = r.total + excluded.total,
            premium_total = r.premium_total + excluded.premium_total,
            refund_count = r.refund_count + excluded.refund_count,
            refunded = r.refunded + excluded.refunded
    )
    INSERT INTO analytics.rollup_sales AS r (
        location_code, city, order_count, cancelled_orders, pending, preparing, ready, paid_orders, premium_orders,
        total, premium_total, refunded, currency
    )
    SELECT
        c.location_code, c.city, sum(c.order_count), sum(c.cancelled_orders), sum(c.pending), sum(c.preparing),
        sum(c.ready), sum(c.paid_orders), sum(c.premium_orders), sum(c.total), sum(c.premium_total),
        sum(c.refunded), c.currency
    FROM c
    GROUP BY c.location_code, c.city, c.currency
    ON CONFLICT ON CONSTRAINT rollup_sales_once DO UPDATE SET
        order_count = r.order_count + excluded.order_count,
        cancelled_orders = r.cancelled_orders + excluded.cancelled_orders,
        pending = r.pending + excluded.pending,
        preparing = r.preparing + excluded.preparing,
        ready = r.ready + excluded.ready,
        paid_orders = r.paid_orders + excluded.paid_orders,
        premium_orders = r.premium_orders + excluded.premium_orders,
        total = r.total + excluded.total,
        premium_total = r.premium_total + excluded.premium_total,
        refunded = r.refunded + excluded.refunded;
$$;

COMMENT ON FUNCTION analytics.rollup_apply_sales(timestamptz) IS
    'Part of refresh_rollups(): adds rollup_diff_sales() before an instant to the rollups, except held hours.';
