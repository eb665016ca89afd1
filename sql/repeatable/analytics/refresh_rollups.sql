CREATE OR REPLACE FUNCTION analytics.refresh_rollups()
RETURNS timestamptz
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s' -- whoever waits for a lock makes the writers wait behind it
AS $$
DECLARE
    upto timestamptz;
BEGIN
    IF current_setting('transaction_isolation') NOT IN ('repeatable read', 'serializable') THEN
        RAISE EXCEPTION 'refresh_rollups() needs one snapshot for all that it reads'
            USING HINT = 'Begin with: BEGIN ISOLATION LEVEL REPEATABLE READ';
    END IF;
    -- Here and not only in open_refresh(): this is what moves the watermark.
    PERFORM analytics.publication_gate();
    SELECT w.logged_before INTO STRICT upto FROM analytics.rollup_watermark AS w;

    WITH c AS MATERIALIZED (
        SELECT * FROM analytics.corrections_to_sales(upto)
    ), hours AS (
        INSERT INTO analytics.rollup_sales_hours AS r (
            hour, location_code, service_type, business_date, daypart, city, order_count, cancelled_orders,
            pending, preparing, ready, paid_orders, premium_orders, subtotal, tax, tip, total, premium_total,
            refund_count, refunded
        )
        SELECT
            c.hour, c.location_code, c.service_type, c.business_date, c.daypart, c.city, sum(c.order_count),
            sum(c.cancelled_orders), sum(c.pending), sum(c.preparing), sum(c.ready), sum(c.paid_orders),
            sum(c.premium_orders), sum(c.subtotal), sum(c.tax), sum(c.tip), sum(c.total), sum(c.premium_total),
            sum(c.refund_count), sum(c.refunded)
        FROM c
        GROUP BY c.hour, c.location_code, c.service_type, c.business_date, c.daypart, c.city
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
    )
    INSERT INTO analytics.rollup_sales_days AS r (
        business_date, location_code, daypart, city, order_count, cancelled_orders, pending, preparing, ready,
        paid_orders, premium_orders, subtotal, tax, tip, total, premium_total, refund_count, refunded
    )
    SELECT
        c.business_date, c.location_code, c.daypart, c.city, sum(c.order_count), sum(c.cancelled_orders),
        sum(c.pending), sum(c.preparing), sum(c.ready), sum(c.paid_orders), sum(c.premium_orders),
        sum(c.subtotal), sum(c.tax), sum(c.tip), sum(c.total), sum(c.premium_total), sum(c.refund_count),
        sum(c.refunded)
    FROM c
    GROUP BY c.business_date, c.location_code, c.daypart, c.city
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
        refunded = r.refunded + excluded.refunded;

    WITH c AS MATERIALIZED (
        SELECT * FROM analytics.corrections_to_payments(upto)
    ), hours AS (
        INSERT INTO analytics.rollup_payment_hours AS r (
            hour, location_code, business_date, method, provider, payments, amount, tip
        )
        SELECT
            c.hour, c.location_code, c.business_date, c.method, c.provider, sum(c.payments), sum(c.amount),
            sum(c.tip)
        FROM c
        GROUP BY c.hour, c.location_code, c.business_date, c.method, c.provider
        ON CONFLICT ON CONSTRAINT rollup_payment_hours_once DO UPDATE SET
            payments = r.payments + excluded.payments,
            amount = r.amount + excluded.amount,
            tip = r.tip + excluded.tip
    )
    INSERT INTO analytics.rollup_payment_days AS r (
        business_date, location_code, method, provider, payments, amount, tip
    )
    SELECT
        c.business_date, c.location_code, c.method, c.provider, sum(c.payments), sum(c.amount), sum(c.tip)
    FROM c
    GROUP BY c.business_date, c.location_code, c.method, c.provider
    ON CONFLICT ON CONSTRAINT rollup_payment_days_once DO UPDATE SET
        payments = r.payments + excluded.payments,
        amount = r.amount + excluded.amount,
        tip = r.tip + excluded.tip;

    WITH c AS MATERIALIZED (
        SELECT * FROM analytics.corrections_to_menu(upto)
    ), hours AS (
        INSERT INTO analytics.rollup_menu_hours AS r
        SELECT c.hour, c.category, c.item_name, sum(c.times_ordered), sum(c.quantity), sum(c.priced_lines),
            sum(c.revenue), sum(c.unit_priced_lines), sum(c.unit_prices)
        FROM c
        GROUP BY c.hour, c.category, c.item_name
        ON CONFLICT ON CONSTRAINT rollup_menu_hours_once DO UPDATE SET
            times_ordered = r.times_ordered + excluded.times_ordered,
            quantity = r.quantity + excluded.quantity,
            priced_lines = r.priced_lines + excluded.priced_lines,
            revenue = r.revenue + excluded.revenue,
            unit_priced_lines = r.unit_priced_lines + excluded.unit_priced_lines,
            unit_prices = r.unit_prices + excluded.unit_prices
    )
    INSERT INTO analytics.rollup_menu AS r
    SELECT c.category, c.item_name, sum(c.times_ordered), sum(c.quantity), sum(c.priced_lines),
        sum(c.revenue), sum(c.unit_priced_lines), sum(c.unit_prices)
    FROM c
    GROUP BY c.category, c.item_name
    ON CONFLICT ON CONSTRAINT rollup_menu_once DO UPDATE SET
        times_ordered = r.times_ordered + excluded.times_ordered,
        quantity = r.quantity + excluded.quantity,
        priced_lines = r.priced_lines + excluded.priced_lines,
        revenue = r.revenue + excluded.revenue,
        unit_priced_lines = r.unit_priced_lines + excluded.unit_priced_lines,
        unit_prices = r.unit_prices + excluded.unit_prices;

    INSERT INTO analytics.rollup_feedback_hours AS r
    SELECT c.hour, sum(c.feedback_count), sum(c.ratings), sum(c.satisfied), sum(c.nps_count), sum(c.nps_sum),
        sum(c.promoters), sum(c.detractors)
    FROM analytics.corrections_to_feedback(upto) AS c
    GROUP BY c.hour
    ON CONFLICT ON CONSTRAINT rollup_feedback_hours_once DO UPDATE SET
        feedback_count = r.feedback_count + excluded.feedback_count,
        ratings = r.ratings + excluded.ratings,
        satisfied = r.satisfied + excluded.satisfied,
        nps_count = r.nps_count + excluded.nps_count,
        nps_sum = r.nps_sum + excluded.nps_sum,
        promoters = r.promoters + excluded.promoters,
        detractors = r.detractors + excluded.detractors;

    -- Those that this snapshot sees. What is logged meanwhile stays for the next refresh.
    DELETE FROM analytics.rollup_invalidations WHERE hour < upto;
    UPDATE analytics.rollup_watermark SET closed_before = upto, refreshed_at = clock_timestamp();
    RETURN upto;
END
$$;

COMMENT ON FUNCTION analytics.refresh_rollups() IS
    'The second half of a refresh, in one REPEATABLE READ transaction: adds the corrections to the rollups, forgets the invalidations that they settle, and moves the watermark. Writers go on meanwhile. Of two at once, one fails with a serialization error. An error while publication_gate() is shut.';
