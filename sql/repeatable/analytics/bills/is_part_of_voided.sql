CREATE OR REPLACE FUNCTION analytics.is_part_of_voided(parent uuid, of_order uuid)
RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    WITH RECURSIVE chain AS (
        SELECT parent AS order_item_id
        UNION -- so that a circle ends
        SELECT i.parent_item_id
        FROM chain AS c
        JOIN analytics.order_items AS i ON i.order_item_id = c.order_item_id AND i.order_id = of_order
        WHERE i.parent_item_id IS NOT NULL AND i.event_ts <= analytics.present()
    )
    SELECT EXISTS (
        SELECT FROM chain AS c
        JOIN analytics.order_item_voids AS v ON v.order_item_id = c.order_item_id AND v.order_id = of_order
        WHERE NOT v.is_replaced AND v.voided_ts <= analytics.present()
    ) OR EXISTS (
        SELECT FROM chain AS c
        JOIN analytics.order_items AS i ON i.order_item_id = c.order_item_id AND i.order_id = of_order
        WHERE i.is_replaced
    )
$$;

COMMENT ON FUNCTION analytics.is_part_of_voided(uuid, uuid) IS
    'Whether a line that is the parent of another one, or a line that it is itself a part of, is void. Lines and voids of another order do not count. Part of order_lines.';
