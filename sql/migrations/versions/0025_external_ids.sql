-- Ids of text. A number of the producer becomes a UUID, and external_id shows the number. Writers of the version before
-- refuse such events, and leave external_id null.

-- Writers wait from the first of their tables on. A migration that locks a later table first could deadlock with them.
LOCK TABLE raw_data.event_ids IN SHARE ROW EXCLUSIVE MODE;

ALTER TABLE analytics.orders ADD COLUMN external_id text;
ALTER TABLE analytics.order_items ADD COLUMN external_id text;
ALTER TABLE analytics.payments ADD COLUMN external_id text;
ALTER TABLE analytics.refunds ADD COLUMN external_id text;
ALTER TABLE analytics.order_discounts ADD COLUMN external_id text;
ALTER TABLE analytics.service_charges ADD COLUMN external_id text;
ALTER TABLE analytics.feedback ADD COLUMN external_id text;
COMMENT ON COLUMN analytics.orders.external_id IS
    'The text from which order_id was made, as the producer sent it; null where it sent a UUID.';
COMMENT ON COLUMN analytics.order_items.external_id IS
    'The text from which order_item_id was made, as the producer sent it; null where it sent a UUID.';
COMMENT ON COLUMN analytics.payments.external_id IS
    'The text from which payment_id was made, as the producer sent it; null where it sent a UUID.';
COMMENT ON COLUMN analytics.refunds.external_id IS
    'The text from which refund_id was made, as the producer sent it; null where it sent a UUID.';
COMMENT ON COLUMN analytics.order_discounts.external_id IS
    'The text from which discount_id was made, as the producer sent it; null where it sent a UUID.';
COMMENT ON COLUMN analytics.service_charges.external_id IS
    'The text from which charge_id was made, as the producer sent it; null where it sent a UUID.';
COMMENT ON COLUMN analytics.feedback.external_id IS
    'The text from which feedback_id was made, as the producer sent it; null where it sent a UUID.';

-- Numbers repeat in other restaurants and on other days, so this index is not unique.
CREATE INDEX orders_external_id ON analytics.orders (external_id) WHERE external_id IS NOT NULL;

-- Types that were kept raw before they had a table take ids of text too.
UPDATE analytics.event_types SET checked_fields = (
    SELECT jsonb_object_agg(f.name, CASE f.form WHEN 'uuid' THEN 'any_id' WHEN 'uuid?' THEN 'any_id?' ELSE f.form END)
    FROM jsonb_each_text(checked_fields) AS f (name, form)
)
WHERE event_type IN ('order_item_voided', 'payment_voided', 'discount_applied', 'service_charge_added');
COMMENT ON COLUMN analytics.event_types.checked_fields IS
    'For a type that was kept raw before it had a table: the fields that an event needs to have a row, and what each must be: id (text of at most 200 characters), text, uuid, any_id (a UUID, or a text of 1 to 200 characters without control characters), money, price (money above 0), bool, time, or the texts that are valid with | between them; with ? it may be absent or null. Events that do not fit stay in raw_data.events_raw. Null where every event was validated when it came.';
