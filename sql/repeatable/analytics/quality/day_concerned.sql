CREATE OR REPLACE FUNCTION analytics.day_concerned(of_order uuid, named_location text, happened_at timestamptz)
RETURNS TABLE (location_code text, business_date date)
LANGUAGE sql
STABLE
ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT known.location_code, analytics.business_date(known.at, l.time_zone, l.close_out)
    FROM (
        SELECT coalesce(o.location_code, named_location) AS location_code, coalesce(o.business_ts, happened_at) AS at
        FROM (VALUES (1)) AS once (row)
        LEFT JOIN analytics.orders AS o ON o.order_id = of_order
    ) AS known
    LEFT JOIN analytics.locations AS l ON l.location_code = known.location_code
$$;

COMMENT ON FUNCTION analytics.day_concerned(uuid, text, timestamptz) IS
    'Which restaurant and business day a row concerns: those of its order, as in daily_sales. While the order is not known, the given restaurant, and the business day of the given time. Null where nothing is known.';
