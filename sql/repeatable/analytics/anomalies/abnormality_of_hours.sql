CREATE OR REPLACE FUNCTION analytics.abnormality_of_hours(since timestamptz DEFAULT NULL, before timestamptz DEFAULT NULL)
RETURNS TABLE (
    location_code text, hour timestamptz, measure text, value numeric, expected numeric, score numeric,
    is_anomaly boolean, same_weekday boolean, compared_with bigint, currency text
)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    upto timestamptz;
    start timestamptz;
    horizon interval := analytics.threshold('anomaly_window_weeks')::double precision * interval '7 days';
    weekday_after interval := analytics.threshold('anomaly_weekday_weeks')::double precision * interval '7 days';
    history_needed interval := analytics.threshold('anomaly_history_days')::double precision * interval '1 day';
    line numeric := analytics.threshold('anomaly_hour_score');
    silent_from numeric := analytics.threshold('anomaly_silent_orders');
BEGIN
    -- Hours in the rollups are closed. Before the first refresh this is -infinity, so that no hour is.
    SELECT date_trunc('hour', least(w.closed_before, before), 'UTC') INTO STRICT upto FROM analytics.rollup_watermark AS w;
    start := date_trunc('hour', coalesce(since, upto - interval '7 days'), 'UTC');
    RETURN QUERY
    WITH sales AS MATERIALIZED (
        SELECT s.location_code, s.currency, s.hour, sum(s.order_count) AS orders, coalesce(sum(s.total), 0) AS revenue
        FROM analytics.hourly_sales AS s
        WHERE s.hour >= start - horizon AND s.hour < upto
        GROUP BY s.location_code, s.currency, s.hour
    ), hours AS (
        -- Every hour since the first sale of a restaurant, hours without a sale included.
        SELECT s.location_code, s.currency, s.hour, s.orders, s.revenue FROM sales AS s
        UNION ALL
        SELECT o.location_code, o.currency, generate_series(o.first_hour, upto - interval '1 hour', interval '1 hour'), 0, 0
        FROM (
            SELECT s.location_code, s.currency, min(s.hour) AS first_hour FROM sales AS s GROUP BY s.location_code, s.currency
        ) AS o
    ), grid AS MATERIALIZED (
        SELECT h.*, min(h.hour) OVER (PARTITION BY h.location_code, h.currency) AS first_hour,
            extract(hour FROM h.hour AT TIME ZONE coalesce(l.time_zone, 'UTC')) AS of_day,
            extract(isodow FROM h.hour AT TIME ZONE coalesce(l.time_zone, 'UTC')) AS weekday
        FROM (
            SELECT h.location_code, h.currency, h.hour, sum(h.orders) AS orders, sum(h.revenue) AS revenue
            FROM hours AS h
            GROUP BY h.location_code, h.currency, h.hour
        ) AS h
        LEFT JOIN analytics.locations AS l ON l.location_code = h.location_code
    ), scorable AS (
        SELECT g.*, g.hour - g.first_hour >= weekday_after AS by_weekday
        FROM grid AS g
        WHERE g.hour >= start AND g.hour - g.first_hour >= history_needed
    ), usual AS (
        SELECT j.location_code, j.currency, j.hour, j.by_weekday, j.orders, j.revenue, count(*) AS hours,
            array_agg(g.orders) AS past_orders, array_agg(g.revenue) AS past_revenue,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY g.orders)::numeric AS usual_orders,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY g.revenue)::numeric AS usual_revenue,
            coalesce(sum(g.revenue) / nullif(sum(g.orders), 0), j.revenue / nullif(j.orders, 0), 0) AS ticket
        FROM scorable AS j
        JOIN grid AS g ON g.location_code = j.location_code AND g.currency = j.currency AND g.of_day = j.of_day
            AND g.hour >= j.hour - horizon AND g.hour < j.hour AND (g.weekday = j.weekday OR NOT j.by_weekday)
        GROUP BY j.location_code, j.currency, j.hour, j.by_weekday, j.orders, j.revenue
    ), measured AS (
        -- By chance alone a count varies by its square root. The spread is never taken to be less than that.
        SELECT u.location_code, u.currency, u.hour, u.by_weekday, u.hours, m.measure, m.value, m.usual, m.past,
            m.unit * sqrt(greatest(u.usual_orders, 1)) AS least_spread,
            u.orders = 0 AND u.usual_orders >= silent_from AS silent
        FROM usual AS u
        CROSS JOIN LATERAL (VALUES
            ('orders', u.orders, u.usual_orders, u.past_orders, 1),
            ('revenue', u.revenue, u.usual_revenue, u.past_revenue, u.ticket)
        ) AS m (measure, value, usual, past, unit)
    ), scored AS (
        SELECT m.*, (m.value - m.usual) / nullif(greatest(d.mad / 0.6745, m.least_spread), 0) AS z
        FROM measured AS m
        CROSS JOIN LATERAL (
            SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(p - m.usual))::numeric AS mad FROM unnest(m.past) AS p
        ) AS d
    )
    SELECT s.location_code, s.hour, s.measure, s.value, round(s.usual, greatest(analytics.decimals(s.currency), 2)), round(coalesce(s.z, 0), 2),
        abs(coalesce(s.z, 0)) > line OR s.silent, s.by_weekday, s.hours, s.currency
    FROM scored AS s;
END
$$;

COMMENT ON FUNCTION analytics.abnormality_of_hours(timestamptz, timestamptz) IS
    'Every closed hour of every restaurant, by default of the last seven days, compared with the same hours of the weeks before: robust z-scores of orders and revenue, by median and MAD (divided by 0.6745). The spread is at least that of chance, the square root of the usual orders (times the mean ticket for revenue), so that a MAD of 0 causes no division by zero.';
