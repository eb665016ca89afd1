-- Comments of tables and columns, where the wording of the migration that created them was hard to read.

COMMENT ON TABLE analytics.rollup_invalidations IS
    'Hours that changed after the rollups had summed them. Writers only add rows, so that no writer waits for another writer or for a refresh. A refresh deletes the rows that it has processed.';
