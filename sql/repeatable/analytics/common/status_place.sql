CREATE OR REPLACE FUNCTION analytics.status_place(status text)
RETURNS integer
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
RETURN array_position(ARRAY['pending', 'preparing', 'ready', 'completed', 'cancelled'], status);

COMMENT ON FUNCTION analytics.status_place(text) IS
    'The place of a status in the life of an order: 1 for pending, 5 for cancelled. Of two changes at the same time, the later place counts.';
