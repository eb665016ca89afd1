-- dimension: enumeration
-- owner: finance
-- description: Payments are made by a method that the reports know.
-- remedy: A new method is added to sql/quality/payment_methods_are_known.sql; a misspelt one is corrected at the producer.
SELECT
    p.payment_id,
    p.order_id,
    p.method,
    p.provider,
    p.method NOT IN ('card', 'cash', 'wallet', 'gift_card', 'voucher', 'account') AS failed
FROM analytics.arrived_events(%(since)s, %(until)s, '{payment_captured}') AS a
JOIN analytics.payments AS p ON p.payment_id = a.row_id;
