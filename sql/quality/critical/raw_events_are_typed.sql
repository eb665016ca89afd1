-- dimension: reconciliation
-- owner: data-engineering
-- description: As many rows are in the typed tables as events of their types arrived: each event has its row.
-- remedy: Rows were deleted by hand, or a merge is wrong: rebuild analytics from raw (python -m sse_ingest rebuild).
SELECT
    a.event_id,
    a.event_type,
    a.row_id,
    a.ts,
    NOT CASE a.event_type
        WHEN 'order_created' THEN EXISTS (SELECT FROM analytics.orders AS t WHERE t.order_id = a.row_id)
        WHEN 'order_item_added' THEN EXISTS (SELECT FROM analytics.order_items AS t WHERE t.order_item_id = a.row_id)
        WHEN 'order_status_changed' THEN EXISTS (
            SELECT FROM analytics.order_status_history AS t WHERE t.event_id = a.row_id)
        WHEN 'payment_captured' THEN EXISTS (SELECT FROM analytics.payments AS t WHERE t.payment_id = a.row_id)
        WHEN 'payment_refunded' THEN EXISTS (SELECT FROM analytics.refunds AS t WHERE t.refund_id = a.row_id)
        WHEN 'feedback_submitted' THEN EXISTS (SELECT FROM analytics.feedback AS t WHERE t.feedback_id = a.row_id)
    END AS failed
FROM analytics.arrived_events(%(since)s, %(until)s, '{order_created, order_item_added, order_status_changed,
    payment_captured, payment_refunded, feedback_submitted}') AS a;
