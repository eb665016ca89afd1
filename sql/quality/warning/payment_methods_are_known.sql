-- dimension: enumeration
-- owner: finance
-- description: The method of each payment is one that the reports know.
-- remedy: Add a new method to sql/quality/warning/payment_methods_are_known.sql. A misspelt one must be corrected by the producer.
SELECT
    p.payment_id,
    p.order_id,
    p.method,
    p.provider,
    p.method NOT IN ('card', 'cash', 'wallet', 'gift_card', 'voucher', 'account') AS failed
FROM analytics.arrived_events(%(since)s, %(until)s, '{payment_captured}') AS a
JOIN analytics.payments AS p ON p.payment_id = a.row_id;
