-- dimension: freshness
-- owner: data-engineering
-- description: Ingestion keeps up: neither freshness nor lag of analytics.health_check() is an error.
-- remedy: Ingestion has stopped or is far behind: see the remedies of analytics.health_check().
SELECT
    h.component,
    h.status,
    h.details ->> 'stream' AS stream,
    h.details ->> 'reason' AS reason,
    h.status = 'error' AS failed
FROM analytics.health_check() AS h
WHERE h.component IN ('freshness', 'lag');
