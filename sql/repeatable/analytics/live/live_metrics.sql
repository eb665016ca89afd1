CREATE OR REPLACE VIEW analytics.live_metrics AS
SELECT
    n.measured_at,
    coalesce(b.order_count, 0) AS orders_last_hour,
    round(coalesce(b.order_count, 0) / w.minutes, 2) AS orders_per_minute,
    b.revenue AS revenue_last_hour,
    coalesce(b.unpaid_orders, 0) AS unpaid_orders_last_hour,
    coalesce(b.customers, 0) AS active_customers,
    b.revenue_today,
    b.projected AS projected_revenue_today,
    round(i.latency_p50::numeric, 3) AS ingest_latency_p50_seconds,
    round(i.latency_p99::numeric, 3) AS ingest_latency_p99_seconds,
    round(100.0 * i.accepted / nullif(i.accepted + i.refused, 0), 2) AS data_quality_percent,
    round(extract(epoch FROM n.measured_at - i.newest), 1) AS freshness_seconds,
    coalesce(b.currency, (SELECT analytics.default_currency())) AS currency
FROM (SELECT clock_timestamp() AS measured_at) AS n
CROSS JOIN LATERAL analytics.last_hour_of_ingest(n.measured_at) AS i
CROSS JOIN LATERAL (
    -- Of a warehouse that is younger than an hour, the minutes that it has.
    SELECT coalesce(least(60, greatest(1, extract(epoch FROM n.measured_at - min(o.business_ts)) / 60)), 60) AS minutes
    FROM analytics.orders AS o
) AS w
LEFT JOIN LATERAL (
    SELECT coalesce(s.currency, t.currency) AS currency, s.order_count, s.revenue, s.unpaid_orders, s.customers,
        t.revenue AS revenue_today, t.projected
    FROM analytics.last_hour_of_sales(n.measured_at) AS s
    FULL JOIN analytics.expected_today(n.measured_at) AS t ON t.currency = s.currency
) AS b ON true;

COMMENT ON VIEW analytics.live_metrics IS
    'The state of sales and ingestion now, in one row per currency. The last hour is the last 60 minutes, by business_ts for sales and by arrival for ingestion.';
COMMENT ON COLUMN analytics.live_metrics.measured_at IS 'Now, by the clock of the database.';
COMMENT ON COLUMN analytics.live_metrics.orders_last_hour IS 'Orders of the last hour, without cancelled ones.';
COMMENT ON COLUMN analytics.live_metrics.orders_per_minute IS
    'orders_last_hour divided by 60, or by the minutes since the first order where these are fewer.';
COMMENT ON COLUMN analytics.live_metrics.revenue_last_hour IS
    'Total of the paid ones among them, as in hourly_sales; null while none is paid.';
COMMENT ON COLUMN analytics.live_metrics.unpaid_orders_last_hour IS 'How many of them are not paid yet.';
COMMENT ON COLUMN analytics.live_metrics.active_customers IS 'Number of different customers among them.';
COMMENT ON COLUMN analytics.live_metrics.revenue_today IS
    'Revenue of the business day so far, over all restaurants, as in daily_sales; null while they have no orders today.';
COMMENT ON COLUMN analytics.live_metrics.projected_revenue_today IS
    'Projection for the whole day: revenue_today plus what the same weekday still brought after this time of day, as the mean of the last four weeks. Null where these weeks have no sales.';
COMMENT ON COLUMN analytics.live_metrics.ingest_latency_p50_seconds IS
    'Median of the time from ts to ingested_at, over the events of the last minutes (live_latency_span); null when none came. What a backfill writes does not count; a history that is replayed into the live stream counts with its real age.';
COMMENT ON COLUMN analytics.live_metrics.ingest_latency_p99_seconds IS 'The same, 99th percentile.';
COMMENT ON COLUMN analytics.live_metrics.data_quality_percent IS
    'Share of accepted events in the last hour, of these and the dead letters that no retry has accepted; null when nothing came.';
COMMENT ON COLUMN analytics.live_metrics.freshness_seconds IS
    'Age of the newest event in the warehouse; null before the first.';
COMMENT ON COLUMN analytics.live_metrics.currency IS 'The currency of the amounts, and of the orders that are counted. One row per currency; the figures of ingestion are the same in each.';
