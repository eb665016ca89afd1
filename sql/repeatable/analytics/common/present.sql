CREATE OR REPLACE FUNCTION analytics.present()
RETURNS timestamptz
LANGUAGE sql
STABLE
PARALLEL SAFE
RETURN statement_timestamp();

COMMENT ON FUNCTION analytics.present() IS
    'The instant up to which everything counts: now, the same for the whole statement. What is dated later is in no figure yet.';
