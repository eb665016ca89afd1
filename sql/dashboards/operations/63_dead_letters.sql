-- title: Dead letters
-- chart: scalar
-- unit: count
-- y: dead_letters
-- description: Events that were refused and that nobody has retried or discarded yet, and for which reasons.
SELECT
    (h.details ->> 'open')::bigint AS dead_letters,
    coalesce(r.reasons, 'none') AS reasons,
    (h.details ->> 'oldest')::timestamptz AS oldest,
    h.status
FROM analytics.health_check() AS h
CROSS JOIN LATERAL (
    SELECT string_agg(r.reason || ' ' || r.number, ', ' ORDER BY r.number::bigint DESC, r.reason) AS reasons
    FROM jsonb_each_text(coalesce(h.details -> 'by_reason', '{}')) AS r (reason, number)
) AS r
WHERE h.component = 'dead_letters';
