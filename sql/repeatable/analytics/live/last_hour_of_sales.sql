CREATE OR REPLACE FUNCTION analytics.last_hour_of_sales(at timestamptz DEFAULT clock_timestamp())
RETURNS TABLE (order_count bigint, revenue numeric, unpaid_orders bigint, customers bigint, currency text)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
ROWS 1
AS $$
BEGIN
    RETURN QUERY
    SELECT count(*), sum(o.total), count(*) FILTER (WHERE o.total IS NULL), count(DISTINCT o.customer_id), o.currency
    FROM analytics.due_orders AS o
    WHERE o.business_ts > at - interval '1 hour' AND o.business_ts <= at AND o.status <> 'cancelled'
    GROUP BY o.currency;
END
$$;

COMMENT ON FUNCTION analytics.last_hour_of_sales(timestamptz) IS
    'Orders of the 60 minutes before an instant, without cancelled ones: their number, their total, how many are not paid yet, and the number of different customers. For live_metrics.';
